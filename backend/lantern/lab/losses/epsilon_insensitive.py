"""The epsilon-insensitive loss."""

from typing import Annotated

from torch import Tensor

from lantern.lab.kinds import Loss
from lantern.protocol.model import control


class EpsilonInsensitive(Loss, name="epsilon_insensitive", title="Epsilon-insensitive"):
    """max(0, |o - t| - epsilon): mistakes smaller than epsilon cost nothing.

    The loss of support vector regression (Vapnik, 1995): only points outside a tube around the
    model pull on it. With epsilon 0 it is the absolute loss. For values only; its relative for
    classes is hinge.
    """

    tags = ("values",)
    order = 90
    epsilon: Annotated[float, control(ge=0, le=2, step=0.01)] = 0.1
    """Half the width of the tube in which nothing is lost, in units of the target."""

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each sample, (b,)."""
        return ((outputs[:, 0] - targets).abs() - self.epsilon).relu()
