"""Supervised regression."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torch import Tensor, nn

from lantern.lab.data import Data
from lantern.lab.kinds import Loss, Task
from lantern.lab.tasks._supervised import (
    ValidationSamples,
    answers,
    mean_loss,
    supervised_step,
    validation_loss,
)
from lantern.protocol.events import Stage
from lantern.protocol.views import View

if TYPE_CHECKING:
    from lantern.lab.run import Run


class Regression(Task, name="regression", title="Regression"):
    """Learns from samples with a value each what the value of any sample is.

    Each step takes one batch, as in classification. Measured are the loss, the root of the mean
    squared error (RMSE, in units of the value), and R squared: the share of the values' variance
    that the model explains, 1 for a perfect model and 0 for one that says the mean everywhere.
    """

    tags = ("points", "values")
    order = 20
    validation_samples: ValidationSamples = 2000

    def step(self, run: "Run") -> Iterator[Stage]:
        """Do one training step on the next batch."""
        return supervised_step(run)

    def evaluate(self, module: nn.Module, data: Data, loss: Loss) -> dict[str, float]:
        """Return mean loss, root mean squared errors and R squared of an eval-mode module."""
        limit = self.validation_samples
        outputs, targets = answers(module, data.validation, limit=limit)
        seen, wanted = answers(module, data.train, limit=limit)
        validation = _error_and_share(loss.prediction(outputs), targets)
        train = _error_and_share(loss.prediction(seen), wanted)
        return {
            "validation_loss": mean_loss(loss, outputs, targets),
            "validation_rmse": validation[0],
            "validation_r2": validation[1],
            "train_rmse": train[0],
            "train_r2": train[1],
        }

    def validation_loss(self, module: nn.Module, data: Data, loss: Loss) -> float:
        """Return what `evaluate` calls so, for a third of the work."""
        return validation_loss(module, data, loss, limit=self.validation_samples)

    def views(self, data: Data) -> tuple[View, ...]:
        """Return the network and what it says of the plane."""
        return (View(inspector="network"), View(inspector="output"))


def _error_and_share(predictions: Tensor, targets: Tensor) -> tuple[float, float]:
    """Return RMSE and R squared of predictions (n,) for targets (n,).

    Targets that are all alike have no variance to explain: R squared is 1 if they are met exactly,
    else 0, as in scikit-learn.
    """
    wanted = targets.double()
    missed = float((predictions.double() - wanted).square().sum())
    spread = float((wanted - wanted.mean()).square().sum())
    share = 1 - missed / spread if spread > 0 else float(missed == 0)
    return (missed / len(targets)) ** 0.5, share
