"""The Poisson loss."""

import torch
from torch import Tensor

from lantern.lab.data import Data
from lantern.lab.kinds import Loss
from lantern.protocol.problems import ProblemError


class Poisson(Loss, name="poisson", title="Poisson"):
    """For counts and rates, which are never negative: the model says the logarithm of the mean.

    With the output o the mean is exp(o), and the loss is half the Poisson deviance,
    exp(o) - t o - t + t log t (Nelder and Wedderburn, 1972). That is the negative logarithm of
    the likelihood less its least possible value: 0 where exp(o) = t, with the same gradient,
    exp(o) - t. Targets must not be negative.
    """

    tags = ("values",)
    order = 80

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each sample, (b,)."""
        log_mean = outputs[:, 0]
        least = targets - torch.xlogy(targets, targets)  # of exp(o) - t o, over all o
        return log_mean.exp() - targets * log_mean - least

    def prediction(self, outputs: Tensor) -> Tensor:
        """Return the mean, exp(o), (b,)."""
        return outputs[:, 0].exp()

    def check(self, data: Data) -> None:
        """Refuse negative targets."""
        lowest = min(float(split.targets.min()) for split in (data.train, data.validation))
        if lowest < 0:
            raise ProblemError(
                f"loss: 'poisson' needs values of 0 or more, and these data go down to "
                f"{lowest:.3g}.",
                field="loss.name",
                hint="Take the data set 'sine' with `positive` on, own points with values of 0 or "
                "more, or the squared loss.",
            )
