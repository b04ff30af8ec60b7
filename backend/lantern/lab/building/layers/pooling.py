"""Layers that make maps smaller, as layers of the builder."""

from typing import Annotated, ClassVar, Literal

from torch import nn

from lantern.lab.building.layers.base import LayerBase, Shape, maps_of, side, square, too_small
from lantern.protocol.model import control


class Pool(LayerBase):
    """The maximum or the mean of each window, channel by channel."""

    prefix: ClassVar[str] = "pool"

    type: Literal["pool"] = "pool"
    method: Literal["max", "average"] = "max"
    """What is taken of each window."""
    kernel: Annotated[int, control(ge=1, le=16, unit="px")] = 2
    """Side of the window, in pixels."""
    stride: Annotated[int, control(ge=1, le=16, unit="px")] = 2
    """By how many pixels it moves."""

    @property
    def words(self) -> str:
        """Return what is taken of which window."""
        return f"{self.method} pool {square(self.kernel)}"

    def after(self, shape: Shape) -> Shape:
        """Return the same channels, with smaller maps."""
        channels, height, width = maps_of(shape)
        if min(height, width) < self.kernel:
            raise too_small(height, width)
        sides = (side(length, kernel=self.kernel, stride=self.stride) for length in (height, width))
        return (channels, *sides)

    def module(self, shape: Shape) -> nn.Module:
        """Return the pooling."""
        kind = nn.MaxPool2d if self.method == "max" else nn.AvgPool2d
        return kind(self.kernel, self.stride)


class GlobalAverage(LayerBase):
    """The mean of each map, so that one number per channel is left (Lin et al., 2014)."""

    prefix: ClassVar[str] = "average"

    type: Literal["global_average"] = "global_average"

    @property
    def words(self) -> str:
        """Return its name."""
        return "global average"

    def after(self, shape: Shape) -> Shape:
        """Return (channels, 1, 1)."""
        return (maps_of(shape)[0], 1, 1)

    def module(self, shape: Shape) -> nn.Module:
        """Return the pooling."""
        return nn.AdaptiveAvgPool2d(1)
