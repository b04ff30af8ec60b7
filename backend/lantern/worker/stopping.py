"""When a run has done enough: so many epochs, a small loss, or no progress for a while.

The validation loss is looked at where epochs end: at the end of every one, but where epochs are
short not before the steps have grown by a hundredth since the last time, so that looking costs
little even where the fused kernel does a million steps a second. Where that is depends on the run
alone, never on who watches or how fast it goes, so a run stops at the same step each time. Patience
ends after some looks in vain, however long it is. What was found is saved with each snapshot.

A run that goes on after a stop goes past what stopped it until that is met anew: the epochs after
they were raised, the loss after it was above its mark, the patience after as many epochs again.
"""

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal, Self

from lantern.lab.look import Mirror
from lantern.lab.run import Run
from lantern.protocol.experiment import Training

META = "stopping"
GROWTH = 0.01
"""Of the steps, from one look to the next, at least."""
MISSES = 3
"""Looks in vain before patience ends, or as many as it has epochs."""


@dataclass(frozen=True)
class Record:
    """What is known of the validation loss so far."""

    shapings: int = -1
    """Of the run when it was measured; after another one losses cannot be compared."""
    looked: int = 0
    """The epoch at whose end it was measured last."""
    due: int = 1
    """The epoch at whose end it is to be measured next."""
    last: float = math.inf
    """What was measured then."""
    lowest: float = math.inf
    lowest_step: int = 0
    lowest_epoch: int = 0
    misses: int = 0
    """Looks since then that found nothing lower."""
    since: int = 0
    """Patience counts from this epoch or from that of the lowest loss, whichever is later."""
    passed_loss: float = 0.0
    """The mark at which the run stopped and went on."""
    passed_epochs: int = 0
    """The number of epochs at which the run stopped and went on."""


@dataclass(frozen=True)
class Verdict:
    """Why a run is to pause."""

    sentence: str
    mark: int | None
    """A step worth going back to."""


class Stopping:
    """Looks at the validation loss of one run where epochs end."""

    def __init__(self, record: Record | None = None) -> None:
        self._record = record or Record()
        self._mirror = Mirror()

    @classmethod
    def of(cls, meta: Mapping[str, str]) -> Self:
        """Return what a snapshot says of it; one that says nothing begins anew."""
        return cls(Record(**json.loads(meta[META])) if META in meta else None)

    def meta(self) -> dict[str, str]:
        """Return what a snapshot keeps of it."""
        return {META: json.dumps(asdict(self._record))}

    def steps_left(self, run: Run) -> int:
        """Return how many steps the run may do before somebody has to look, at least 1."""
        training, order = run.experiment.training, run.order
        ends = [training.stop_epochs] if training.stop_epochs > order.epochs else []
        if _is_watched(training):
            ends.append(max(self._record.due, order.epochs + 1))
        if not ends:
            return sys.maxsize
        rest = math.ceil((len(order) - order.position) / training.batch_size)
        more = min(ends) - order.epochs - 1
        return min(rest + more * _steps_of_an_epoch(run), run.steps_until_edit)

    def look(self, run: Run) -> float | None:
        """Return the validation loss if an epoch has just ended where it is due, once."""
        if not _is_watched(run.experiment.training) or not _is_at_end(run):
            return None
        if run.order.epochs < self._record.due:
            return None
        subject = self._mirror.subject(run, {})
        loss = subject.task.validation_loss(subject.module, subject.data, subject.loss)
        self._note(run, loss)
        return loss

    def verdict(self, run: Run) -> Verdict | None:
        """Return why the run is to pause here, if it is."""
        training, record = run.experiment.training, self._record
        match self._met(run):
            case "epochs":
                is_one = training.stop_epochs == 1
                why = f"{training.stop_epochs:,} epoch{' is' if is_one else 's are'} complete."
            case "loss":
                reached = f"{record.last:.4g}, and it was to reach {training.stop_loss:g}"
                why = f"the validation loss is {reached}."
            case "patience":
                waited = record.looked - record.lowest_epoch
                epochs = f"{waited:,} epoch{'' if waited == 1 else 's'}"
                lowest = f"it was lowest at step {record.lowest_step:,}"
                why = f"the validation loss did not fall for {epochs}; {lowest}."
            case None:
                return None
        return Verdict(f"Paused: {why}", record.lowest_step if self._is_known(run) else None)

    def pass_by(self, run: Run) -> None:
        """Note that the run goes on although it stopped here."""
        while (met := self._met(run)) is not None:
            match met:
                case "epochs":
                    passed = {"passed_epochs": run.order.epochs}
                case "loss":
                    passed = {"passed_loss": run.experiment.training.stop_loss}
                case "patience":
                    passed = {"since": self._record.looked, "misses": 0}
            self._record = replace(self._record, **passed)

    def pass_by_as(self, other: "Stopping") -> None:
        """Note that the run went on where another of the same run did."""
        known, record = other._record, self._record
        self._record = replace(
            record,
            since=max(record.since, known.since),
            passed_loss=known.passed_loss,
            passed_epochs=known.passed_epochs,
        )

    def _met(self, run: Run) -> Literal["epochs", "loss", "patience"] | None:
        """Return which condition is met just here and was not passed by."""
        training, record, epochs = run.experiment.training, self._record, run.order.epochs
        if not _is_at_end(run):
            return None
        if epochs == training.stop_epochs != record.passed_epochs:
            return "epochs"
        if not self._is_known(run) or record.looked != epochs:
            return None
        if record.last <= training.stop_loss != record.passed_loss and training.stop_loss > 0:
            return "loss"
        waited = epochs - max(record.lowest_epoch, record.since)
        if 0 < training.patience <= waited and record.misses >= min(training.patience, MISSES):
            return "patience"
        return None

    def _note(self, run: Run, loss: float) -> None:
        epochs, record = run.order.epochs, self._record
        if record.shapings != run.shapings or record.due != epochs:
            passed = record.passed_epochs
            record = Record(shapings=run.shapings, since=epochs, passed_epochs=passed)
        if loss < record.lowest:
            lowest = {"lowest_step": run.step, "lowest_epoch": epochs}
            record = replace(record, lowest=loss, misses=0, **lowest)
        else:
            record = replace(record, misses=record.misses + 1)
        if not loss <= record.passed_loss:
            record = replace(record, passed_loss=0.0)
        pause = max(1, math.ceil(run.step * GROWTH / _steps_of_an_epoch(run)))
        self._record = replace(record, last=loss, looked=epochs, due=epochs + pause)

    def _is_known(self, run: Run) -> bool:
        record = self._record
        return record.shapings == run.shapings and math.isfinite(record.lowest)


def _is_watched(training: Training) -> bool:
    return training.stop_loss > 0 or training.patience > 0


def _steps_of_an_epoch(run: Run) -> int:
    return math.ceil(len(run.order) / run.experiment.training.batch_size)


def _is_at_end(run: Run) -> bool:
    """Return whether an epoch has just ended."""
    return run.step > 0 and run.order.position == 0 and not run.is_inside_step
