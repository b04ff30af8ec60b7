"""Huber's loss."""

from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional as F

from lantern.lab.building.margins import residuals, squashed_probabilities
from lantern.lab.kinds import Loss
from lantern.protocol.model import control


class Huber(Loss, name="huber", title="Huber"):
    """Squared near the target, absolute far from it, so that outliers do not rule (Huber, 1964).

    With r = o - t: r squared / 2 where |r| <= delta, else delta (|r| - delta / 2). Two classes:
    r = tanh o - t with t = -1 for orange and +1 for blue. More classes: r = softmax - one-hot
    target, summed over the classes.
    """

    tags = ("classes", "values")
    order = 40
    delta: Annotated[float, control(ge=0.01, le=10, scale="log")] = 1.0
    """How far from the target the square becomes a straight line."""

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each sample, (b,)."""
        distance = residuals(outputs, targets)
        zero = torch.zeros_like(distance)
        return F.huber_loss(distance, zero, reduction="none", delta=self.delta).sum(dim=1)

    def probabilities(self, outputs: Tensor) -> Tensor:
        """Return (b, classes): (1 - tanh, 1 + tanh) / 2 of one output, softmax of several."""
        return squashed_probabilities(outputs)
