"""Validation while training goes on: of a copy, a little at a time, as its share allows."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lantern.lab.chunks import samples_at_once
from lantern.lab.subject import Progress
from lantern.protocol.events import ProgressEvent
from lantern.worker.subjects import Subjects
from lantern.worker.watched import Stamp

if TYPE_CHECKING:
    from lantern.worker.session import Session

EVERY_S = 0.2
SLICE_S = 0.005
"""What is left of a small measurement is done at once."""

LONG_S = 0.3
"""A measurement of all that takes longer tells how far it is, and gives way to commands."""

WHOLE_S = 10.0
BRIEFLY_S = 0.5
"""For what somebody does by hand and wants to see done."""

TELL_EVERY_S = 0.1
KEY = "measure"
SENTENCE = "Measuring the network on held-out data"

UNWATCHED_SHARE = 0.004
"""Of wall time, while nobody looks."""

WATCHED_SHARE_OF_BUDGET = 0.25
"""Of the budget, while somebody looks: what views leave of it (`budget.USED`)."""


HASTE = 4.0
"""Times that share, while what is known is of the first half of the run so far: a curve that is
just beginning soon says nothing of the network that is looked at."""


@dataclass(frozen=True)
class Measurement:
    """One under way, and where the run stood when it began."""

    stamp: Stamp
    step: int
    epoch: float
    values: Iterator[Progress | dict[str, float]]


class Measuring:
    """Measures a session's run on the validation set, and writes down what was found."""

    def __init__(self, session: "Session", subjects: Subjects) -> None:
        """Take what says where the run stands, and gives copies of it."""
        self._session, self._subjects = session, subjects
        self._under_way: Measurement | None = None
        self._found: dict[str, float] | None = None
        """What it came to, until it is written down."""
        self._fraction, self._told_s, self._is_told = 0.0, -math.inf, False
        self._measured: Stamp | None = None
        self._next_s = 0.0

    def restart(self) -> None:
        """Drop what is under way: another run took the place of the one measured."""
        self._under_way = self._found = self._measured = None
        self._tell_end()

    def whole(self, *, within_s: float = WHOLE_S) -> None:
        """Measure where the run stands, unless that very state was measured already.

        It tells how far it is where that takes long. When time is up, or a command comes, the rest
        is left for later: for when the session rests, or for slices between steps.
        """
        if self._under_way is None or self._under_way.stamp != self._subjects.stamp():
            self._under_way = self._found = None
        begun_s = time.perf_counter()
        while not self._advance(time.perf_counter()):
            now = time.perf_counter()
            if now - begun_s > LONG_S:
                self._tell(now)
            if now - begun_s > min(LONG_S, within_s) and not self._session.inbox.empty():
                break
            if now - begun_s > within_s:
                break
        self._tell_end()

    def at_rest(self) -> bool:
        """Go on with what is under way while training waits; return whether anything is."""
        if self._under_way is None:
            return False
        is_done = self._advance(time.perf_counter())
        if is_done:
            self._tell_end()
        else:
            self._tell(time.perf_counter())
        return not is_done

    @property
    def haste(self) -> float:
        """Return how many times its share a measurement gets now."""
        known = self._measured.step if self._measured else 0
        return HASTE if self._session.run.step > 2 * known else 1.0

    def is_due(self, now: float) -> bool:
        """Return whether it is time to measure a little, or to write down what was found."""
        return now >= self._next_s or self._found is not None

    def slice(self, now: float, *, is_watched: bool) -> bool:
        """Measure a little if it is time for that; return whether it was."""
        if self._is_told:
            self._tell_end()  # training goes on: it is done by and by
        if not self.is_due(now):
            return False
        is_done = self._advance(now)
        self._count(now, rest_s=EVERY_S if is_done else 0.0, is_watched=is_watched)
        return True

    def can_go_on(self, now: float) -> bool:
        """Return whether it is time to go on with what is under way, without the run."""
        return self._under_way is not None and self._found is None and now >= self._next_s

    def go_on(self, now: float, *, cost: float, is_watched: bool) -> bool:
        """Measure one chunk while steps are done, at a share of its price; return whether it did.

        What is found is written down between steps.
        """
        if not self.can_go_on(now):
            return False
        assert self._under_way is not None
        found = next(self._under_way.values)
        if isinstance(found, dict):
            self._found = found
        self._count(now, cost=cost, is_watched=is_watched)
        return True

    def _tell(self, now: float) -> None:
        if now - self._told_s > TELL_EVERY_S:
            said = ProgressEvent(key=KEY, fraction=self._fraction, sentence=SENTENCE)
            self._session.send(said)
            self._told_s, self._is_told = now, True

    def _tell_end(self) -> None:
        if self._is_told:
            self._session.send(ProgressEvent(key=KEY, fraction=1.0, sentence="Done."))
            self._is_told = False

    def _count(
        self, since_s: float, *, rest_s: float = 0.0, cost: float = 1.0, is_watched: bool
    ) -> None:
        """Put the next slice off, so that the share is kept."""
        budget = self._session.budget.share * WATCHED_SHARE_OF_BUDGET
        share = budget * self.haste if is_watched else min(budget, UNWATCHED_SHARE)
        now = time.perf_counter()
        self._next_s = max(self._next_s, now + max(rest_s, cost * (now - since_s) / share))

    def _advance(self, started_s: float) -> bool:
        """Go on; return whether nothing is under way any more."""
        under_way = self._under_way or self._begun()
        while under_way is not None:
            found = self._found or next(under_way.values)
            if isinstance(found, Progress):
                self._fraction = min(found.fraction, 0.99)  # there may be another part
            if isinstance(found, dict):
                place = under_way.step, under_way.epoch
                self._session.ledger.observe(self._session.run, found, place)
                self._measured, under_way, self._found = under_way.stamp, None, None
            elif time.perf_counter() - started_s > SLICE_S:
                break
        self._under_way = under_way
        return under_way is None

    def _begun(self) -> Measurement | None:
        stamp, run = self._subjects.stamp(), self._session.run
        if stamp == self._measured or run.is_inside_step:
            return None
        subject = self._subjects.own()
        at_once = samples_at_once(subject.data.kind, subject.card)
        values = subject.task.measuring(subject.module, subject.data, subject.loss, at_once=at_once)
        return Measurement(stamp, run.step, run.epoch, values)
