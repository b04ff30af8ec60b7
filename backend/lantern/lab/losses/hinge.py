"""The hinge loss."""

from torch import Tensor

from lantern.lab.building.margins import clipped_probabilities, margins
from lantern.lab.kinds import Loss


class Hinge(Loss, name="hinge", title="Hinge"):
    """max(0, 1 - t o): no loss for a sample that is right by a margin of 1.

    The loss of support vector machines (Cortes and Vapnik, 1995): only samples inside the margin
    or on the wrong side pull. Two classes share one output o, t = -1 for orange and +1 for blue.
    More classes have one output each, against all the rest (Rifkin and Klautau, 2004): the sum
    over them. It estimates no probabilities: the map shows (1 + o) / 2 kept within 0-1, so it has
    its full colour beyond the margin; of several outputs it shows the softmax.
    """

    tags = ("classes",)
    order = 50

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each sample, (b,)."""
        return (1 - margins(outputs, targets)).relu().sum(dim=1)

    def probabilities(self, outputs: Tensor) -> Tensor:
        """Return (b, classes): (1 + o) / 2 within 0-1 of one output, softmax of several."""
        return clipped_probabilities(outputs)
