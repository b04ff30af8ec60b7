"""The squared hinge loss."""

from torch import Tensor

from lantern.lab.building.margins import clipped_probabilities, margins
from lantern.lab.kinds import Loss


class SquaredHinge(Loss, name="squared_hinge", title="Squared hinge"):
    """max(0, 1 - t o) squared: as hinge, but without a corner, and harsher on far mistakes.

    Also called L2-SVM (Chang, Hsieh and Lin, 2008). Two classes share one output o, t = -1 for
    orange and +1 for blue; more classes have one output each, against all the rest: the sum over
    them. The o that is best on average is 2 p(blue) - 1 (Zhang, 2004), so p(blue) = (1 + o) / 2,
    kept within 0-1; of several outputs the map shows the softmax.
    """

    tags = ("classes",)
    order = 60

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each sample, (b,)."""
        return (1 - margins(outputs, targets)).relu().square().sum(dim=1)

    def probabilities(self, outputs: Tensor) -> Tensor:
        """Return (b, classes): (1 + o) / 2 within 0-1 of one output, softmax of several."""
        return clipped_probabilities(outputs)
