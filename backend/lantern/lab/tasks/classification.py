"""Supervised classification."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from lantern.lab.data import Data
from lantern.lab.kinds import Loss, Task
from lantern.lab.subject import Progress
from lantern.lab.tasks._supervised import (
    ValidationSamples,
    answering,
    finished,
    mean_loss,
    supervised_step,
    validation_loss,
)
from lantern.protocol.events import Stage
from lantern.protocol.views import View

if TYPE_CHECKING:
    from lantern.lab.run import Run

IMAGE_VIEWS = ("network", "samples", "prediction", "confusion")


class Classification(Task, name="classification", title="Classification"):
    """Learns from labelled samples which class a sample belongs to.

    Each step takes one batch: outputs, mean loss (plus the penalties asked for), gradients by
    back-propagation, one step of the optimizer. Measured on the validation set, or on a fixed
    random part of it where it is large: the loss, the share of correct answers (accuracy), and the
    mean of the classes' F1, the harmonic mean of precision and recall.
    """

    tags = ("points", "images", "classes")
    order = 10
    validation_samples: ValidationSamples = 2000

    def step(self, run: "Run") -> Iterator[Stage]:
        """Do one training step on the next batch."""
        return supervised_step(run)

    def evaluate(self, module: nn.Module, data: Data, loss: Loss) -> dict[str, float]:
        """Return mean loss, shares of correct answers (0-1) and F1 of an eval-mode module."""
        return finished(self._measured(module, data, loss, None))

    def measuring(
        self, module: nn.Module, data: Data, loss: Loss, *, at_once: int | None = None
    ) -> Iterator[Progress | dict[str, float]]:
        """Yield Progress after each chunk of samples, and last what `evaluate` returns."""
        yield (yield from self._measured(module, data, loss, at_once))

    def _measured(
        self, module: nn.Module, data: Data, loss: Loss, at_once: int | None
    ) -> Generator[Progress, None, dict[str, float]]:
        limit = self.validation_samples
        outputs, targets = yield from answering(
            module, data.validation, limit=limit, at_once=at_once
        )
        counts = _confusion(loss.probabilities(outputs), targets)
        # The training curve of the loss comes from the steps themselves, so for images a quarter
        # of the samples is enough to tell the training accuracy.
        limit = limit if data.kind == "points" else limit // 4
        seen, wanted = yield from answering(module, data.train, limit=limit, at_once=at_once)
        right = loss.probabilities(seen).argmax(dim=1) == wanted
        return {
            "validation_loss": mean_loss(loss, outputs, targets),
            "validation_accuracy": float(counts.trace() / counts.sum()),
            "train_accuracy": int(right.sum()) / len(wanted),
            "validation_f1": macro_f1(counts),
        }

    def validation_loss(self, module: nn.Module, data: Data, loss: Loss) -> float:
        """Return what `evaluate` calls so, for a third of the work."""
        return validation_loss(module, data, loss, limit=self.validation_samples)

    def views(self, data: Data) -> tuple[View, ...]:
        """Return the network and what it decides."""
        names = ("network", "output") if data.kind == "points" else IMAGE_VIEWS
        return tuple(View(inspector=name) for name in names)


def _confusion(probabilities: Tensor, targets: Tensor) -> Tensor:
    """Return counts (classes, classes), float64: rows are the true classes, columns the answers."""
    classes = probabilities.shape[1]
    places = targets * classes + probabilities.argmax(dim=1)
    return torch.bincount(places, minlength=classes**2).reshape(classes, classes).double()


def macro_f1(counts: Tensor) -> float:
    """Return the mean of 2 tp / (2 tp + fp + fn) over the classes, from counts (classes, classes).

    Classes that occur neither among the true ones nor among the answers are left out, as
    scikit-learn does.
    """
    occurrences = counts.sum(dim=0) + counts.sum(dim=1)  # 2 tp + fp + fn
    f1 = 2 * counts.diagonal() / occurrences
    return float(f1[occurrences > 0].mean())
