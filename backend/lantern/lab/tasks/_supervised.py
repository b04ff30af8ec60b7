"""What learning from examples has in common, whatever the targets are."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

import torch
from torch import Tensor, nn

from lantern.lab.building.heads import WithHeads
from lantern.lab.data import Data, Split
from lantern.lab.kinds import Loss
from lantern.lab.randomness import generator_for
from lantern.protocol.events import Stage
from lantern.protocol.model import control

if TYPE_CHECKING:
    from lantern.lab.run import Run

CHUNK = 512

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


@torch.no_grad()
def answers(module: nn.Module, split: Split, *, limit: int) -> tuple[Tensor, Tensor]:
    """Return outputs (n, outputs) and targets (n,) over a split, or over `limit` samples of it.

    The samples are always the same ones.
    """
    chosen = chosen_samples(len(split), limit).to(split.targets.device)
    found = [split.batch(indices) for indices in chosen.split(CHUNK)]
    outputs = torch.cat([module(inputs) for inputs, _ in found])
    return outputs, torch.cat([targets for _, targets in found])


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
