"""Supervised classification."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

import torch
from torch import Tensor, nn

from lantern.lab.data import Data, Split
from lantern.lab.kinds import Loss, Task
from lantern.lab.randomness import generator_for
from lantern.protocol.events import Stage
from lantern.protocol.model import control
from lantern.protocol.views import View

if TYPE_CHECKING:
    from lantern.lab.run import Run

CHUNK = 512


class Classification(Task, name="classification", title="Classification"):
    """Learns from labelled samples which class a sample belongs to.

    Each step takes one batch: outputs, mean loss (plus the penalties asked for), gradients by
    back-propagation, one step of the optimizer. Measured on the validation set, or on a fixed
    random part of it where it is large.
    """

    tags = ("points", "images")
    validation_samples: Annotated[int, control(live=True, ge=100, le=100_000, scale="log")] = 2000
    """At most so many validation samples are measured each time, always the same ones."""

    def step(self, run: "Run") -> Iterator[Stage]:
        """Do one training step on the next batch."""
        inputs, targets = run.take_batch()
        run.outputs = outputs = run.module(inputs)
        yield "forward"
        run.losses = losses = run.loss.values(outputs, targets)
        objective = run.objective(losses.mean())
        yield "loss"
        run.clear_gradients()
        objective.backward()
        yield "backward"
        run.optimizer.step()
        run.complete()
        yield "update"

    def evaluate(self, module: nn.Module, data: Data, loss: Loss) -> dict[str, float]:
        """Return mean loss and share of correct answers (0-1) of an eval-mode module."""
        validation = _measure(module, data.validation, loss, limit=self.validation_samples)
        # The training curve of the loss comes from the steps themselves, so for images a quarter
        # of the samples is enough to tell the training accuracy.
        limit = self.validation_samples // (1 if data.kind == "points" else 4)
        _, accuracy = _measure(module, data.train, loss, limit=limit)
        return {
            "validation_loss": validation[0],
            "validation_accuracy": validation[1],
            "train_accuracy": accuracy,
        }

    def views(self, data: Data) -> tuple[View, ...]:
        """Return the network and what it decides."""
        names = ("network", "output") if data.kind == "points" else IMAGE_VIEWS
        return tuple(View(inspector=name) for name in names)


IMAGE_VIEWS = ("network", "samples", "prediction", "confusion")


@torch.no_grad()
def _measure(module: nn.Module, split: Split, loss: Loss, *, limit: int) -> tuple[float, float]:
    """Return the mean loss and accuracy over a split, or over the same `limit` samples of it."""
    total = torch.zeros((), dtype=torch.float64, device=split.targets.device)
    correct = torch.zeros((), dtype=torch.int64, device=split.targets.device)
    chosen = _chosen(len(split), limit)
    for indices in chosen.to(split.targets.device).split(CHUNK):
        inputs, targets = split.batch(indices)
        outputs = module(inputs)
        total += loss.values(outputs, targets).sum(dtype=torch.float64)
        correct += (loss.probabilities(outputs).argmax(dim=1) == targets).sum()
    return float(total) / len(chosen), int(correct) / len(chosen)


@lru_cache(maxsize=16)
def _chosen(count: int, limit: int) -> Tensor:
    """Return all indices (n,), or a fixed random choice of `limit` of them, in order."""
    if count <= limit:
        return torch.arange(count)
    return torch.randperm(count, generator=generator_for(0, "validation"))[:limit].sort().values
