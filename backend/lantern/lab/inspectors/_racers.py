"""Racers: optimizers that train copies of one network on the same batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from lantern.lab.errors import NonFiniteError
from lantern.lab.inspectors._weight_plane import Height, Weights, unstacked
from lantern.lab.kinds import Optimizer
from lantern.lab.run import Run
from lantern.lab.subject import Progress, Subject
from lantern.protocol.experiment import Part
from lantern.protocol.problems import ProblemError

MOST = 8
BITE = 20
"""Steps, all racers counted, between two Progress values: a few milliseconds."""
FUSED = 0.05
"""Steps of PyTorch's path that one of the fused kernel is worth, overhead included."""
NOTE = 12
"""The same for noting the weights and losses of all racers."""
MEASURES = (30, 80)
"""Places along the race where weights and losses are noted: fewer for large networks."""
KEPT = 10_000_000
"""Weights that are noted in all, about."""
RUNAWAY = 1e6
"""A loss this many times that of the start counts as diverged, though it is still finite."""


@dataclass
class Racer:
    """One optimizer on its way."""

    label: str
    rate: float
    run: Run
    losses: list[float] = field(default_factory=list)
    """Mean training loss at each place that was noted."""
    trail: list[Tensor] = field(default_factory=list)
    """All weights as one vector (weights,), at the same places."""
    stopped: int | None = None
    """The step at which it diverged."""


class Race:
    """Several racers from the same weights, on the same batches, each on a copy of its own."""

    def __init__(self, subject: Subject, entrants: Sequence[Part], *, fresh: bool) -> None:
        self.subject = subject
        self.height = Height.of(subject)
        self._entrants = entrants
        self.fresh = fresh
        self.steps: list[int] = []
        """Steps done at each place that was noted."""
        self.racers: list[Racer] = []
        self.origin: Weights = {}
        """Where all of them start."""

    @property
    def running(self) -> list[Racer]:
        """The racers that did not diverge."""
        return [racer for racer in self.racers if racer.stopped is None]

    def prepare(self) -> Iterator[Progress]:
        """Build the racers, one copy of the network each."""
        plugins = entered(self._entrants)
        for part, plugin, label in zip(
            self._entrants, plugins, labels_of(self._entrants, plugins), strict=True
        ):
            yield Progress(0.0, "at the start")
            self.racers.append(Racer(label, plugin.learning_rate, self._run(part)))
        first = self.racers[0].run.module
        self.origin = {name: w.detach().clone() for name, w in first.named_parameters()}
        self._note(0)
        if not self.running:
            raise ProblemError(
                "start: the loss of the present weights is not finite, so none can race.",
                field="start",
                hint="Race from freshly drawn weights.",
            )

    def go(self, steps: int) -> Iterator[Progress]:
        """Train all of them side by side; yields after each small bite, and notes on the way."""
        every = -(-steps // self._measures())
        work = 0.0
        for done in range(0, steps, every):
            until = min(steps, done + every)
            for racer in self.racers:
                whole, cost = (until - done, FUSED) if racer.run.is_fused else (BITE, 1)
                for start in range(done, until, whole):
                    end = min(until, start + whole)
                    _train(racer, start, end)
                    work += (end - start) * cost
                    if work >= BITE:
                        work = 0.0
                        yield Progress(done / steps, f"step {done} of {steps}")
            self._note(until)
            work += NOTE

    def _run(self, part: Part) -> Run:
        experiment = self.subject.experiment.model_copy(update={"optimizer": part})
        run = Run(experiment, self.subject.data)
        if not self.fresh:
            run.module.load_state_dict(self.subject.module.state_dict())
            run.step = self.subject.step
            run.order.place(*self.subject.place)
        return run

    def _measures(self) -> int:
        weights = sum(weight.numel() for weight in self.origin.values())
        least, most = MEASURES
        return max(least, min(most, KEPT // (weights * len(self.racers))))

    def _note(self, step: int) -> None:
        self.steps.append(step)
        running = self.running
        if not running:
            return
        vectors = torch.stack(
            [parameters_to_vector(racer.run.module.parameters()).detach() for racer in running]
        )
        losses = self.height.at(unstacked(vectors, self.origin)).tolist()
        for racer, vector, loss in zip(running, vectors.cpu(), losses, strict=True):
            if not loss <= RUNAWAY * max(1.0, (racer.losses or [loss])[0]):  # NaN included
                racer.stopped = step
                continue
            racer.losses.append(loss)
            racer.trail.append(vector)


def _train(racer: Racer, done: int, until: int) -> None:
    if racer.stopped is not None:
        return
    run = racer.run
    last = run.step + until - done
    try:
        while run.step < last:
            if run.is_fused:
                run.leap(last)
            else:
                run.advance()
    except NonFiniteError as error:
        racer.stopped = until - (last - error.step)


def entered(entrants: Sequence[Part]) -> list[Optimizer]:
    """Return the optimizers that race, or a ProblemError that names the one that cannot."""
    if not 1 <= len(entrants) <= MOST:
        raise ProblemError(
            f"optimizers: up to {MOST} can race at once, and {len(entrants)} were given.",
            field="optimizers",
        )
    return [_made(number, part) for number, part in enumerate(entrants, start=1)]


def _made(number: int, part: Part) -> Optimizer:
    try:
        return Optimizer.make(part, field=f"optimizers.{number - 1}")
    except ProblemError as error:
        raise ProblemError(
            error.problem.sentence,
            field=error.problem.field,
            hint=f"This is racer {number}, {part.name!r}.",
        ) from None


def labels_of(entrants: Sequence[Part], plugins: Sequence[Optimizer]) -> list[str]:
    """Return a name for each racer, no two alike."""
    names = [_name(plugin) for plugin in plugins]
    found: list[str] = []
    for place, name in enumerate(names):
        if names.count(name) > 1:
            name = f"{name}, rate {plugins[place].learning_rate:g}"
        again = sum(other == name or other.startswith(f"{name} (") for other in found)
        found.append(name if again == 0 else f"{name} ({again + 1})")
    assert len(found) == len(entrants)
    return found


def _name(plugin: Optimizer) -> str:
    momentum = getattr(plugin, "momentum", 0.0)
    if momentum and getattr(plugin, "nesterov", False):
        return "Nesterov"
    return f"{plugin.title} + momentum" if momentum else plugin.title
