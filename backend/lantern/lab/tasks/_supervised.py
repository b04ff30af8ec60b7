"""What learning from examples has in common, whatever the targets are."""

from collections.abc import Generator, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, TypeVar

import torch
from torch import Tensor, nn

from lantern.lab.building.heads import WithHeads
from lantern.lab.chunks import samples_at_once
from lantern.lab.data import Data, Split
from lantern.lab.kinds import Loss
from lantern.lab.randomness import generator_for
from lantern.lab.subject import Progress
from lantern.protocol.events import Stage
from lantern.protocol.model import control

if TYPE_CHECKING:
    from lantern.lab.run import Run

T = TypeVar("T")

ValidationSamples = Annotated[
    int,
    control(
        live=True,
        ge=100,
        le=100_000,
        scale="log",
        description="At most so many validation samples are measured each time, always the same.",
    ),
]


def supervised_step(run: "Run") -> Iterator[Stage]:
    """Do one training step on the next batch, yielding each stage once it is done."""
    inputs, targets = run.take_batch()
    outputs, hints = answered(run.module, inputs)
    run.outputs = outputs
    yield "forward"
    run.losses = losses = run.loss.values(outputs, targets)
    objective = run.objective(losses.mean(), auxiliary_loss(run, hints, targets))
    yield "loss"
    run.clear_gradients()
    objective.backward()
    yield "backward"
    run.optimizer.step()
    run.complete()
    yield "update"


def answered(module: nn.Module, inputs: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Return outputs (b, outputs), and those of each auxiliary head where a model has some."""
    if isinstance(module, WithHeads):
        return module.with_auxiliary(inputs)
    return module(inputs), ()


def auxiliary_loss(run: "Run", hints: Sequence[Tensor], targets: Tensor) -> Tensor | None:
    """Return the sum of the heads' mean losses times their weight; None without heads."""
    if not hints:
        return None
    assert isinstance(run.module, WithHeads)
    losses = [run.loss.values(hint, targets).mean() for hint in hints]
    return run.module.weight * torch.stack(losses).sum()


Answers = tuple[Tensor, Tensor]
"""Outputs (n, outputs) and targets (n,)."""


def answers(module: nn.Module, split: Split, *, limit: int) -> Answers:
    """Return what `answering` comes to."""
    return finished(answering(module, split, limit=limit))


def answering(
    module: nn.Module, split: Split, *, limit: int, at_once: int | None = None
) -> Generator[Progress, None, Answers]:
    """Judge a split, or `limit` samples of it that are always the same, a chunk at a time."""
    chosen = chosen_samples(len(split), limit).to(split.targets.device)
    at_once = at_once or samples_at_once("images" if split.inputs.dim() == 4 else "points")
    outputs: list[Tensor] = []
    wanted: list[Tensor] = []
    for indices in chosen.split(at_once):
        inputs, targets = split.batch(indices)
        with torch.no_grad():
            outputs.append(module(inputs))
        wanted.append(targets)
        yield Progress(sum(map(len, wanted)) / len(chosen), "validation")
    return torch.cat(outputs), torch.cat(wanted)


def finished(work: Generator[Progress, None, T]) -> T:
    """Do work to its end, and return what it comes to."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def validation_loss(module: nn.Module, data: Data, loss: Loss, *, limit: int) -> float:
    """Return the mean loss of an eval-mode module over the validation samples."""
    return mean_loss(loss, *answers(module, data.validation, limit=limit))


def mean_loss(loss: Loss, outputs: Tensor, targets: Tensor) -> float:
    """Return the mean loss of outputs (n, outputs) for targets (n,), summed in float64."""
    return float(loss.values(outputs, targets).mean(dtype=torch.float64))


@lru_cache(maxsize=16)
def chosen_samples(count: int, limit: int) -> Tensor:
    """Return all indices (n,), or a fixed random choice of `limit` of them, in order."""
    if count <= limit:
        return torch.arange(count)
    return torch.randperm(count, generator=generator_for(0, "validation"))[:limit].sort().values
