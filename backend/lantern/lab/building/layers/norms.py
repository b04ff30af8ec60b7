"""Normalisations as layers of the builder."""

from typing import Annotated, ClassVar, Literal

from torch import nn

from lantern.lab.building.batch_norm import BatchNormMaps, BatchNormRows
from lantern.lab.building.layers.base import LayerBase, MisfitError, Shape, maps_of
from lantern.protocol.model import control


class Norm(LayerBase):
    """Numbers brought to mean 0 and deviation 1, then scaled and shifted by what is learnt.

    batch: each channel over the batch (Ioffe and Szegedy, 2015). layer: each sample over all its
    numbers (Ba et al., 2016), with a scale and a shift per channel. group: each sample over groups
    of channels (Wu and He, 2018). instance: each sample and channel over its map (Ulyanov et al.,
    2016).
    """

    prefix: ClassVar[str] = "norm"

    type: Literal["norm"] = "norm"
    over: Literal["batch", "layer", "group", "instance"] = "batch"
    """What mean and deviation are taken over."""
    groups: Annotated[int, control(ge=1, le=64)] = 4
    """Groups of channels, for the norm over groups alone."""

    @property
    def words(self) -> str:
        """Return over what."""
        return f"{self.over} norm"

    def after(self, shape: Shape) -> Shape:
        """Return the shape as it is."""
        if self.over == "group" and shape[0] % self.groups:
            raise MisfitError(
                f"{self.groups} groups do not divide the {shape[0]} channels that come in.",
                hint="Take a number of groups that divides them.",
            )
        numbers = self._numbers(shape)
        if self.over != "batch" and numbers == 1:
            raise MisfitError(
                "it would take the mean of one number, and put out nothing but its shift.",
                hint="Take the norm over the batch, or move it to where more numbers come in.",
            )
        return shape

    def module(self, shape: Shape) -> nn.Module:
        """Return the normalisation."""
        channels = shape[0]
        match self.over:
            case "batch":
                return (BatchNormMaps if len(shape) == 3 else BatchNormRows)(channels)
            case "layer":
                return nn.GroupNorm(1, channels) if len(shape) == 3 else nn.LayerNorm(channels)
            case "group":
                return nn.GroupNorm(self.groups, channels)
            case "instance":
                return nn.InstanceNorm2d(channels, affine=True)

    def _numbers(self, shape: Shape) -> int:
        """Return over how many numbers of one sample each mean is taken."""
        if self.over == "instance":
            _, height, width = maps_of(shape)
            return height * width
        positions = shape[1] * shape[2] if len(shape) == 3 else 1
        return positions * shape[0] // (self.groups if self.over == "group" else 1)
