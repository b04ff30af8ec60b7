"""The squared loss."""

import torch
from torch import Tensor
from torch.nn import functional as F

from lantern.lab.kinds import Loss


class Squared(Loss, name="squared", title="Squared error"):
    """Half the squared distance between what is put out and what ought to be.

    Two classes share one output o: half (tanh o - t) squared with t = -1 for orange and +1 for
    blue, as TensorFlow Playground does (Smilkov and Carter, 2016); p(blue) = (1 + tanh o) / 2.
    More classes: half the squared distance of the softmax from the one-hot target, summed over
    the classes (the Brier score, 1950). Regression: half (o - t) squared, with no squashing.
    """

    order = 20

    def outputs(self, classes: int) -> int:
        """Return 1 for two classes and for regression, else one for each class."""
        return classes if classes > 2 else 1

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each sample, (b,)."""
        if targets.is_floating_point():
            return (outputs[:, 0] - targets).square() / 2
        if outputs.shape[1] == 1:
            signs = targets.to(outputs.dtype).mul(2).sub(1)
            return (outputs[:, 0].tanh() - signs).square() / 2
        wanted = F.one_hot(targets, outputs.shape[1])
        return (outputs.softmax(dim=1) - wanted).square().sum(dim=1) / 2

    def probabilities(self, outputs: Tensor) -> Tensor:
        """Return (b, classes): (1 - tanh, 1 + tanh) / 2 of one output, softmax of several."""
        if outputs.shape[1] == 1:
            squashed = outputs.tanh()
            return torch.cat([1 - squashed, 1 + squashed], dim=1) / 2
        return outputs.softmax(dim=1)
