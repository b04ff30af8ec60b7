"""The squared loss."""

from torch import Tensor

from lantern.lab.building.margins import residuals, squashed_probabilities
from lantern.lab.kinds import Loss


class Squared(Loss, name="squared", title="Squared error"):
    """Half the squared distance between what is put out and what ought to be.

    Two classes share one output o: half (tanh o - t) squared with t = -1 for orange and +1 for
    blue, as TensorFlow Playground does (Smilkov and Carter, 2016); p(blue) = (1 + tanh o) / 2.
    More classes: half the squared distance of the softmax from the one-hot target, summed over
    the classes (the Brier score, 1950). Regression: half (o - t) squared, with no squashing; the
    model learns the mean.
    """

    tags = ("classes", "values")
    order = 20

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each sample, (b,)."""
        return residuals(outputs, targets).square().sum(dim=1) / 2

    def probabilities(self, outputs: Tensor) -> Tensor:
        """Return (b, classes): (1 - tanh, 1 + tanh) / 2 of one output, softmax of several."""
        return squashed_probabilities(outputs)
