"""The exponential loss."""

from torch import Tensor

from lantern.lab.building.margins import margins, squashed_probabilities
from lantern.lab.kinds import Loss


class Exponential(Loss, name="exponential", title="Exponential"):
    """exp(-t o): what AdaBoost makes small (Freund and Schapire, 1997).

    A sample on the wrong side weighs exponentially more the farther it is out, so one wrong label
    can rule. Two classes share one output o, t = -1 for orange and +1 for blue. The o that is best
    on average is half the log-odds (Friedman, Hastie and Tibshirani, 2000), so p(blue) =
    1 / (1 + exp(-2 o)) = (1 + tanh o) / 2. More classes have one output each, against all the
    rest: the sum over them, and the softmax of 2 o.
    """

    tags = ("classes",)
    order = 70

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each sample, (b,)."""
        return margins(outputs, targets).neg().exp().sum(dim=1)

    def probabilities(self, outputs: Tensor) -> Tensor:
        """Return (b, classes): (1 - tanh, 1 + tanh) / 2 of one output, softmax of twice several."""
        return squashed_probabilities(outputs if outputs.shape[1] == 1 else 2 * outputs)
