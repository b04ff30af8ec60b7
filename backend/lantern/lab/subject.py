"""What an inspector looks at: a private copy of the model at a step boundary, and the data."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from lantern.lab.data import Data
from lantern.lab.randomness import generator_for
from lantern.protocol.events import ModelCard
from lantern.protocol.experiment import Edit, Experiment
from lantern.protocol.problems import ProblemError
from lantern.protocol.views import InputRef, SampleInput

if TYPE_CHECKING:
    from lantern.lab.kinds import Loss, Task


@dataclass(frozen=True)
class Progress:
    """How far a long inspection is: 0-1, and what it is doing."""

    fraction: float
    sentence: str
    rest_s: float = 0.0
    """For how long there is nothing to do but wait for another thread."""


@dataclass(frozen=True)
class Subject:
    """A frozen look at a session.

    `module` is a copy in eval mode that nobody trains: hooks and gradients on it are allowed and
    must be gone afterwards. Its parameters do not require gradients unless an inspector asks.
    """

    module: nn.Module
    data: Data
    experiment: Experiment
    step: int
    loss: "Loss"
    task: "Task"
    inputs: dict[int, InputRef] = field(default_factory=dict)
    """What lies in the session's input slots."""
    trail: tuple[tuple[int, Tensor], ...] = ()
    """(step, all weights as one vector) of snapshots passed on the way here, for paths."""
    place: tuple[int, int] = (0, 0)
    """(epochs, samples of the present epoch) that the order of batches has dealt."""
    optimizer: torch.optim.Optimizer | None = None
    """The run's own, whose memory may be read and never changed; it goes on as training does."""

    card: ModelCard | None = None
    """What one sample costs, where that is known: looks at large models take fewer at once."""

    base: Experiment | None = None
    """The experiment as it was at step 0, where there is a run."""
    edits: Sequence[Edit] = ()
    """Changes made to the run, those of later steps included; read only."""

    @property
    def device(self) -> torch.device:
        """Where the module's weights are."""
        return next(self.module.parameters()).device

    def generator(self, stream: str) -> torch.Generator:
        """Return randomness of this step's own, on the CPU."""
        return generator_for(self.experiment.seed, f"look/{stream}", self.step)

    def resolve(self, slot: int | InputRef) -> tuple[Tensor, int | None]:
        """Return one input (1, *shape) as float on the device, and its class if it is known.

        Slot 0 holds the first validation sample until something else is put there; any other slot
        in which nothing lies is refused.
        """
        ref = self._lying(slot) if isinstance(slot, int) else slot
        if isinstance(ref, SampleInput):
            split = self.data.validation if ref.split == "validation" else self.data.train
            if ref.index >= len(split):
                raise ProblemError(
                    f"input.index: {ref.split} has {len(split)} samples; there is no {ref.index}.",
                    field="input.index",
                )
            inputs, targets = split.batch(torch.tensor([ref.index], device=split.targets.device))
            target = int(targets[0]) if self.data.classes else None
            return inputs.to(self.device), target
        return _pixels(ref.shape, ref.data, self.data.shape).to(self.device), None

    def _lying(self, slot: int) -> InputRef:
        if slot in self.inputs:
            return self.inputs[slot]
        if slot == 0:
            return SampleInput()
        there = ", ".join(str(each) for each in sorted({0, *self.inputs}))
        raise ProblemError(
            f"slot: no input is pinned in slot {slot}; there are {there}.",
            field="slot",
            hint="Put an input there first, or leave the slot out for slot 0.",
        )


def _pixels(shape: tuple[int, ...], data: str, expected: tuple[int, ...]) -> Tensor:
    full = shape if len(shape) == 3 else (1, *shape)
    if full != expected:
        raise ProblemError(
            f"input.shape: this network takes {'x'.join(map(str, expected))}, "
            f"not {'x'.join(map(str, full))}.",
            field="input.shape",
        )
    try:
        raw = base64.b64decode(data, validate=True)
    except binascii.Error:
        raise ProblemError("input.data: this is not base64.", field="input.data") from None
    count = full[0] * full[1] * full[2]
    if len(raw) != count:
        raise ProblemError(
            f"input.data: {count} bytes are needed, {len(raw)} came.", field="input.data"
        )
    return torch.frombuffer(bytearray(raw), dtype=torch.uint8).float().div(255).reshape(1, *full)
