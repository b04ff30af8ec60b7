"""A residual block as a layer of the builder."""

from typing import Annotated, ClassVar, Literal

from torch import nn

from lantern.lab.building.batch_norm import BatchNormMaps
from lantern.lab.building.convolution import Layers
from lantern.lab.building.layers.base import LayerBase, MisfitError, Shape, maps_of, side, square
from lantern.lab.building.residual import Residual as ShortcutBlock
from lantern.protocol.model import control


class Residual(LayerBase):
    """Convolutions whose input is added to what they put out (He et al., 2016).

    Each convolution has a norm over the batch and a ReLU of its own; the last ReLU comes behind the
    sum. Where channels or size change, the input goes through a 1x1 convolution first.
    """

    prefix: ClassVar[str] = "block"

    type: Literal["residual"] = "residual"
    channels: Annotated[int, control(ge=1, le=512, scale="log")] = 16
    """Maps that it puts out."""
    convs: Annotated[int, control(ge=1, le=4, section="more")] = 2
    """Convolutions one behind the other."""
    kernel: Annotated[int, control(ge=1, le=7, unit="px")] = 3
    """Side of their kernels, in pixels; an odd number."""
    stride: Annotated[int, control(ge=1, le=4, unit="px")] = 1
    """By how many pixels the first of them moves."""
    batch_norm: Annotated[bool, control(section="more")] = True
    """Normalise each channel over the batch, behind every convolution."""
    skip: Annotated[bool, control(section="more")] = True
    """Add the input; without it the block is a plain chain."""

    @property
    def words(self) -> str:
        """Return what it is made of."""
        return f"residual block {square(self.kernel)}, {self.channels} channels"

    def after(self, shape: Shape) -> Shape:
        """Return (channels, height, width)."""
        _, height, width = maps_of(shape)
        if self.kernel % 2 == 0:
            raise MisfitError(
                f"a kernel of {square(self.kernel)} has no middle, so the sum would be askew.",
                hint="Take an odd kernel.",
            )
        border = self.kernel // 2
        sides = (
            side(length, kernel=self.kernel, stride=self.stride, padding=border)
            for length in (height, width)
        )
        return (self.channels, *sides)

    def module(self, shape: Shape) -> nn.Module:
        """Return conv1, [norm1], relu1, ..., convN, [normN], [add], reluN."""
        branch, last = Layers(), Layers({f"relu{self.convs}": nn.ReLU()})
        width = shape[0]
        for number in range(1, self.convs + 1):
            branch[f"conv{number}"] = self._conv(width, stride=self.stride if number == 1 else 1)
            if self.batch_norm:
                branch[f"norm{number}"] = BatchNormMaps(self.channels)
            if number < self.convs:
                branch[f"relu{number}"] = nn.ReLU()
            width = self.channels
        if not self.skip:
            return nn.Sequential(branch | last)
        is_same = shape[0] == self.channels and self.stride == 1
        shortcut = None if is_same else nn.Conv2d(shape[0], self.channels, 1, stride=self.stride)
        return ShortcutBlock(branch, shortcut=shortcut, after=last)

    def _conv(self, before: int, *, stride: int) -> nn.Conv2d:
        border = self.kernel // 2
        return nn.Conv2d(before, self.channels, self.kernel, stride=stride, padding=border)
