"""The absolute loss."""

from torch import Tensor

from lantern.lab.building.margins import residuals, squashed_probabilities
from lantern.lab.kinds import Loss


class Absolute(Loss, name="absolute", title="Absolute error"):
    """The distance between what is put out and what ought to be, |o - t|.

    Its gradient is as large for a far point as for a near one, so outliers pull less than under
    the squared loss, and for regression the model learns the median (Laplace, 1774). Two classes:
    |tanh o - t| with t = -1 for orange and +1 for blue. More classes: the sum over the classes of
    |softmax - one-hot target|. Both are 2 (1 - p of the true class), which bears wrong labels
    better than cross-entropy does (Ghosh, Kumar and Sastry, 2017).
    """

    tags = ("classes", "values")
    order = 30

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each sample, (b,)."""
        return residuals(outputs, targets).abs().sum(dim=1)

    def probabilities(self, outputs: Tensor) -> Tensor:
        """Return (b, classes): (1 - tanh, 1 + tanh) / 2 of one output, softmax of several."""
        return squashed_probabilities(outputs)
