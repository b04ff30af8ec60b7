"""The layer behind the features: all of them brought to one scale."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

ScalingName = Literal["none", "normalise", "standardise"]


class Scaling(nn.Module):
    """Subtracts a number of its own from each feature and divides by another; (b, f) stays so.

    The numbers come from the training samples alone, taken when the model is built, and are saved
    with the weights. A feature that is the same everywhere is only shifted.
    """

    shift: Tensor
    scale: Tensor

    def __init__(self, shift: Tensor, scale: Tensor, names: Sequence[str]) -> None:
        super().__init__()
        self.names = tuple(names)
        """Of the features, in their order."""
        self.register_buffer("shift", shift)
        self.register_buffer("scale", scale.masked_fill(scale == 0, 1.0))

    def forward(self, features: Tensor) -> Tensor:
        """Return (features - shift) / scale."""
        return (features - self.shift) / self.scale

    def extra_repr(self) -> str:
        """Return the names of the features."""
        return ", ".join(self.names)


def scaling(kind: ScalingName, features: Tensor, names: Sequence[str]) -> Scaling | None:
    """Return the layer for the features (n, f) of the training samples; None for no scaling.

    normalise: the least value becomes -1, the greatest 1. standardise: mean 0, deviation 1
    (LeCun et al., 1998, Efficient BackProp, section 4.3).
    """
    if kind == "none":
        return None
    if kind == "standardise":
        spread, centre = torch.std_mean(features, dim=0, correction=0)
        return Scaling(centre, spread, names)
    low, high = features.amin(dim=0), features.amax(dim=0)
    return Scaling((low + high) / 2, (high - low) / 2, names)
