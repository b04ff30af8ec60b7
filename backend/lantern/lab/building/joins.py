"""Where branches of a network part and meet (sums are in `add`), modules that hooks can see."""

from typing import Literal

import torch
from torch import Tensor, nn


class Concat(nn.Module):
    """Lays the maps of several branches behind each other, (b, sum of c, h, w)."""

    def forward(self, *branches: Tensor) -> Tensor:
        """Return all channels, in the order of the branches."""
        return torch.cat(branches, dim=1)


class Scale(nn.Module):
    """Multiplies each map by a number of its own, a gate within 0-1 (Hu et al., 2018)."""

    def forward(self, maps: Tensor, gate: Tensor) -> Tensor:
        """Return maps (b, c, h, w) times gates (b, c, 1, 1)."""
        return maps * gate


class Half(nn.Module):
    """Takes the first or the second half of the channels, (b, c / 2, h, w)."""

    def __init__(self, which: Literal["first", "second"]) -> None:
        super().__init__()
        self.which = which

    def forward(self, maps: Tensor) -> Tensor:
        """Return that half."""
        return maps.chunk(2, dim=1)[0 if self.which == "first" else 1]

    def extra_repr(self) -> str:
        """Return which half."""
        return self.which


class ChannelShuffle(nn.Module):
    """Deals the channels of two halves alternately, so that both mix (Zhang et al., 2018)."""

    def forward(self, maps: Tensor) -> Tensor:
        """Return the channels in the order 0, c/2, 1, c/2 + 1, ...; (b, c, h, w) stays so."""
        halves = maps.unflatten(1, (2, -1))  # (b, c, h, w) -> (b, 2, c / 2, h, w)
        return halves.transpose(1, 2).flatten(1, 2)  # -> (b, c / 2, 2, h, w) -> (b, c, h, w)
