"""Validation while training goes on: of a copy, a little at a time, as its share allows."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lantern.lab.subject import Progress, Subject
from lantern.worker.watched import Stamp

if TYPE_CHECKING:
    from lantern.worker.session import Session

EVERY_S = 0.2
SLICE_S = 0.005
"""What is left of a small measurement is done at once."""

UNWATCHED_SHARE = 0.004
"""Of wall time, while nobody looks."""

WATCHED_SHARE_OF_BUDGET = 0.5
"""Of the budget, while somebody looks: 5 % of wall time with a budget of 10 %."""


@dataclass(frozen=True)
class Measurement:
    """One under way, and where the run stood when it began."""

    stamp: Stamp
    step: int
    epoch: float
    values: Iterator[Progress | dict[str, float]]


class Measuring:
    """Measures a session's run on the validation set, and writes down what was found."""

    def __init__(
        self, session: "Session", stamp: Callable[[], Stamp], subject: Callable[[], Subject]
    ) -> None:
        """Take what says where the run stands, and what gives a copy of it that stays."""
        self._session, self._stamp, self._subject = session, stamp, subject
        self._under_way: Measurement | None = None
        self._measured: Stamp | None = None
        self._next_s = 0.0

    def restart(self) -> None:
        """Drop what is under way: another run took the place of the one measured."""
        self._under_way = self._measured = None

    def whole(self) -> None:
        """Measure where the run stands, unless that very state was measured already."""
        stamp, run = self._stamp(), self._session.run
        self._under_way = None
        if stamp != self._measured and not run.is_inside_step:
            subject = self._subject()
            values = subject.task.evaluate(subject.module, subject.data, subject.loss)
            self._session.ledger.observe(run, values)
            self._measured = stamp

    def slice(self, now: float, *, is_watched: bool) -> bool:
        """Measure a little if it is time for that; return whether it was."""
        if now < self._next_s:
            return False
        budget = self._session.budget.share * WATCHED_SHARE_OF_BUDGET
        share = budget if is_watched else min(budget, UNWATCHED_SHARE)
        is_done = self._advance(now)
        cost_s = time.perf_counter() - now
        self._next_s = now + max(EVERY_S if is_done else 0.0, cost_s / share)
        return True

    def _advance(self, started_s: float) -> bool:
        """Go on; return whether nothing is under way any more."""
        under_way = self._under_way or self._begun()
        while under_way is not None:
            found = next(under_way.values)
            if isinstance(found, dict):
                place = under_way.step, under_way.epoch
                self._session.ledger.observe(self._session.run, found, place)
                self._measured, under_way = under_way.stamp, None
            elif time.perf_counter() - started_s > SLICE_S:
                break
        self._under_way = under_way
        return under_way is None

    def _begun(self) -> Measurement | None:
        stamp, run = self._stamp(), self._session.run
        if stamp == self._measured or run.is_inside_step:
            return None
        subject = self._subject()
        values = subject.task.measuring(subject.module, subject.data, subject.loss)
        return Measurement(stamp, run.step, run.epoch, values)
