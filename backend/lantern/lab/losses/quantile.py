"""The quantile loss."""

from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.kinds import Loss
from lantern.protocol.model import control


class Quantile(Loss, name="quantile", title="Quantile"):
    """Makes the model learn a quantile instead of the mean (Koenker and Bassett, 1978).

    With r = t - o and the quantile q: q r where the model is too low, (q - 1) r where it is too
    high (also called pinball loss). At q = 0.9 the model comes to lie above nine targets of ten;
    at 0.5 it is half the absolute loss. For values only.
    """

    tags = ("values",)
    order = 100
    quantile: Annotated[float, control(ge=0.01, le=0.99, step=0.01)] = 0.5
    """Share of the targets that shall lie below what the model says."""

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each sample, (b,)."""
        rest = targets - outputs[:, 0]
        return torch.maximum(self.quantile * rest, (self.quantile - 1) * rest)
