"""Convolutions as layers of the builder."""

from collections import OrderedDict
from typing import Annotated, ClassVar, Literal

from torch import nn

from lantern.lab.building.layers.base import (
    LayerBase,
    MisfitError,
    Shape,
    maps_of,
    side,
    square,
    too_small,
)
from lantern.protocol.model import control

Padding = Literal["same", "valid"]
Channels = Annotated[int, control(ge=1, le=512, scale="log")]
Kernel = Annotated[int, control(ge=1, le=11, unit="px")]
Stride = Annotated[int, control(ge=1, le=4, unit="px")]


class Window(LayerBase):
    """A square of weights that is moved over the maps."""

    kernel: Kernel = 3
    """Side of the kernel, in pixels."""
    stride: Stride = 1
    """By how many pixels it moves."""
    padding: Padding = "same"
    """Same: a border of zeros, so that a stride of 1 keeps the size; valid: no border."""
    dilation: Annotated[int, control(ge=1, le=4, section="more")] = 1
    """Distance between the pixels that one kernel sees."""

    @property
    def reach(self) -> int:
        """Return the side of the square that one kernel spans, in pixels."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def border(self) -> int:
        """Return how many pixels are laid round the maps."""
        return 0 if self.padding == "valid" else (self.reach - 1) // 2

    def sides(self, height: int, width: int) -> tuple[int, int]:
        """Return height and width of what it puts out."""
        if self.padding == "same" and self.reach % 2 == 0:
            raise MisfitError(
                f"a window of {square(self.reach)} has no middle, so the padding cannot be 'same'.",
                hint="Take an odd kernel, or the padding 'valid'.",
            )
        sides = [
            side(
                length,
                kernel=self.kernel,
                stride=self.stride,
                dilation=self.dilation,
                padding=self.border,
            )
            for length in (height, width)
        ]
        if min(sides) < 1:
            raise too_small(height, width, window=square(self.reach))
        return sides[0], sides[1]

    def conv(self, before: int, channels: int, *, groups: int) -> nn.Conv2d:
        """Return the convolution from so many channels to so many."""
        return nn.Conv2d(
            before,
            channels,
            self.kernel,
            stride=self.stride,
            padding=self.border,
            dilation=self.dilation,
            groups=groups,
        )


class Conv(Window):
    """A convolution: kernels that are the same at every place (LeCun et al., 1998)."""

    prefix: ClassVar[str] = "conv"

    type: Literal["conv"] = "conv"
    channels: Channels = 16
    """Maps that it puts out."""
    groups: Annotated[int, control(ge=1, le=512, scale="log", section="more")] = 1
    """Parts that the channels are split into; each sees only its own (Krizhevsky et al., 2012)."""

    @property
    def words(self) -> str:
        """Return kernel and channels."""
        return f"conv {square(self.kernel)}, {self.channels} channels"

    def after(self, shape: Shape) -> Shape:
        """Return (channels, height, width)."""
        before, height, width = maps_of(shape)
        for count, which in ((before, "that come in"), (self.channels, "that it puts out")):
            if count % self.groups:
                raise MisfitError(
                    f"{self.groups} groups do not divide the {count} channels {which}.",
                    hint="Take a number of groups that divides both, such as 1.",
                )
        return (self.channels, *self.sides(height, width))

    def module(self, shape: Shape) -> nn.Module:
        """Return the convolution."""
        return self.conv(shape[0], self.channels, groups=self.groups)


class Depthwise(Window):
    """A convolution of each channel by itself, then 1x1 over all of them (Howard et al., 2017)."""

    prefix: ClassVar[str] = "depthwise"

    type: Literal["depthwise"] = "depthwise"
    pointwise: Annotated[int, control(ge=0, le=512)] = 16
    """Channels of the 1x1 convolution behind it; 0 leaves that out."""

    @property
    def words(self) -> str:
        """Return kernel and channels."""
        more = f", {self.pointwise} channels" if self.pointwise else ""
        return f"depthwise {square(self.kernel)}{more}"

    def after(self, shape: Shape) -> Shape:
        """Return (channels, height, width)."""
        before, height, width = maps_of(shape)
        return (self.pointwise or before, *self.sides(height, width))

    def module(self, shape: Shape) -> nn.Module:
        """Return the chain depthwise, [pointwise]."""
        channels = shape[0]
        parts = OrderedDict[str, nn.Module](
            depthwise=self.conv(channels, channels, groups=channels)
        )
        if self.pointwise:
            parts["pointwise"] = nn.Conv2d(channels, self.pointwise, 1)
        return nn.Sequential(parts)
