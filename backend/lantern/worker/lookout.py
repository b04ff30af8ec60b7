"""When a session is looked at: under a budget, freely while it rests, or beside its steps."""

import os
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from lantern.worker.beside import Beside
from lantern.worker.budget import USED
from lantern.worker.limits import release_memory
from lantern.worker.loop import train
from lantern.worker.measuring import Measuring
from lantern.worker.observer import Observer, Scene
from lantern.worker.subjects import Subjects

if TYPE_CHECKING:
    from lantern.worker.session import Session

CORES = os.cpu_count() or 1

LONG_STEP_S = 0.03
"""Shorter steps of PyTorch lose more to a second thread than looks between them cost: LeNet-5 at
6 ms a step kept 0.86 of its speed with looks beside it, and 0.93 with looks in between."""

MORE_STEPS = 64
"""Done at most while a slice of looking goes on longer than was foreseen."""

CROWDING = 0.2
"""What a second of looking beside PyTorch's steps takes of them: they share memory and locks."""


AWAITED = 5.0
"""Times its share is what the budget grants while somebody waits for a first picture."""

FED = 2.5
"""Likewise while pictures come one after the other, from a camera."""


class Lookout:
    """Spends the session's budget on views and validation."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self.subjects = Subjects(session)
        self._looked_s, self._worked_s = time.perf_counter(), 0.0
        self._sending_s = 0.0
        self._second = Beside()
        self._step_s = 0.0
        """What a step took lately."""
        self.measuring = Measuring(session, self.subjects)
        self.observer = Observer(
            Scene(
                stamp=self.subjects.stamp,
                figures=self.subjects.figures,
                send=session.send,
                is_waiting=session.outbox.is_waiting,
            )
        )

    def restart(self) -> None:
        """Another run took the place of the one looked at."""
        self.subjects.restart()
        self.measuring.restart()
        self.observer.restart()
        self.touch()

    def give_way(self) -> None:
        """Free the memory that looking takes: a step lacks it."""
        self.observer.give_way()
        self.subjects.restart()
        release_memory()

    def touch(self) -> None:
        """Note a change of the run by hand, which views are to show at once."""
        self.subjects.touch()
        self.observer.touch()

    def put_in(self, slot: int) -> None:
        """Note that another input lies in a slot."""
        self.observer.put_in(slot)

    def look_under_budget(self) -> None:
        """While training runs: look as long as there is credit, then measure if that is due."""
        session, budget, observer = self._session, self._session.budget, self.observer
        now = time.perf_counter()
        if not observer:
            self._measure_alone(now)
            return
        budget.earn(self._time_since_last(now), used=self._used(now))
        budget.spend(self._sending_since_last())
        if observer.awaits_step:
            return
        started_s = time.thread_time()
        while (budget.is_open or observer.is_hurried) and session.inbox.empty():
            which = "between" if self._looks_beside and not observer.is_hurried else "all"
            is_hurried = observer.is_hurried
            if not observer.slice(now, which):
                break
            started_s = _spent(session, started_s)
            if is_hurried:
                budget.forgive()
            now = time.perf_counter()
        is_left = self._looks_beside and self.measuring.can_go_on(now)
        if not is_left and self.measuring.slice(now, is_watched=True):
            _spent(session, started_s, extra=1 - 1 / self.measuring.haste)

    def _measure_alone(self, now: float) -> None:
        """While nobody looks: measure if that is due, and count nothing, which is quicker."""
        if self.measuring.is_due(now) and not (
            self._looks_beside and self.measuring.can_go_on(now)
        ):
            self.measuring.slice(now, is_watched=False)
        self._looked_s, self._worked_s = now, time.thread_time()
        self._sending_s = self._session.sending_s()

    def _used(self, now: float) -> float:
        """Return how many times its share the budget grants now."""
        if self.observer.is_awaited(now):
            return AWAITED
        if self.observer.is_fed(now):
            return FED
        return 1.0 if self._is_beside else USED

    def look_beside(self, steps: int) -> float:
        """Do steps, and look meanwhile where that costs them little.

        Returns the seconds that so many took. Where looking takes longer than they do, PyTorch's
        steps go on until it is over; the kernel's are as many as fit anyway.
        """
        session, started_s = self._session, time.perf_counter()
        run, ledger = session.run, session.ledger
        if not self._has_something_beside(started_s):
            train(run, ledger, steps)
            trained_s = time.perf_counter() - started_s
            self._step_s = trained_s / steps
            return trained_s
        first, is_fused = run.step, run.is_fused
        most = steps if is_fused else session.steps_allowed(steps + MORE_STEPS)
        are_done = threading.Event()

        def work(is_looking: Callable[[], bool]) -> None:
            try:
                train(run, ledger, steps)
            finally:
                are_done.set()
            while run.step < first + most and is_looking():
                train(run, ledger, 1)

        with self.subjects.holding():
            times = self._second.train(work, lambda: self._look_until(are_done))
        self._step_s = times.trained_s / (run.step - first)
        session.budget.spend(times.over_s + (0.0 if is_fused else CROWDING * times.looked_s))
        self._worked_s -= times.trained_s  # the other thread's processor time counts as this one's
        return steps * self._step_s

    def _has_something_beside(self, now: float) -> bool:
        if not self._looks_beside:
            return False
        if self._session.budget.is_open and self.observer.has_due(now, "beside"):
            return True
        return self.measuring.can_go_on(now)

    def _look_until(self, are_done: threading.Event) -> None:
        """Measure what is due, and look at what was held, while steps are done."""
        budget, inbox = self._session.budget, self._session.inbox
        is_watched = len(self.observer) > 0
        while not are_done.is_set() and inbox.empty():
            now = time.perf_counter()
            is_free = not self.observer.is_awaited(now)
            if is_free and self.measuring.go_on(now, cost=CROWDING / 2, is_watched=is_watched):
                continue  # it has a share of its own; views would always find something to do
            if not (budget.is_open and self.observer.slice(now, "beside")):
                break

    def _time_since_last(self, now: float) -> float:
        """Return the seconds that training had since the last look around.

        On a busy machine that is less than the wall time; but at least half of it counts, so that
        the page stays in motion.
        """
        worked_s = time.thread_time()
        wall_s, own_s = now - self._looked_s, worked_s - self._worked_s
        self._looked_s, self._worked_s = now, worked_s
        return min(wall_s, max(own_s, wall_s / 2))

    def _sending_since_last(self) -> float:
        """Return what sending took of training since the last look around."""
        session, before_s = self._session, self._sending_s
        self._sending_s = session.sending_s()
        return 0.0 if self._is_beside else self._sending_s - before_s

    @property
    def _is_beside(self) -> bool:
        """Whether training lets other threads run: the fused kernel does, and long steps do.

        Short steps of PyTorch need the interpreter all the time.
        """
        run = self._session.run
        if CORES < 2 or run.is_fused:
            return CORES > 1
        has_room = run.device.type == "cpu" and run.experiment.training.threads < CORES
        return has_room and self._step_s > LONG_STEP_S

    @property
    def _looks_beside(self) -> bool:
        """Whether looking can go on beside training, which under a pace waits anyway."""
        return self._is_beside and self._session.pace.steps_per_s is None

    def look_freely(self, wait_s: float) -> bool:
        """While training waits: give the next due view a slice; return whether there was one.

        What is left of a measurement comes after the views.
        """
        budget, started = self._session.budget, time.perf_counter()
        started_s = time.thread_time()
        if not self.observer.slice(started):
            return self._session.phase == "paused" and self.measuring.at_rest()
        if self._session.phase == "running":
            took_s = time.perf_counter() - started
            # Steps that come too late but are made up for cost training nothing.
            free_s = min(wait_s, took_s) if self._session.pace.is_lost() else took_s
            budget.earn(0.0, idle_s=free_s)
            _spent(self._session, started_s)
        return True

    def resume(self) -> None:
        """Begin to count time: training goes on."""
        self._looked_s, self._worked_s = time.perf_counter(), time.thread_time()


def _spent(session: "Session", since_s: float, *, extra: float = 0.0) -> float:
    # `extra` is the share of it that views do not have to make up for.
    # Processor time: on a busy machine a look is put aside like everything else, and that costs
    # training nothing that it would have had without the look.
    now_s = time.thread_time()
    session.budget.spend(now_s - since_s, extra_s=extra * (now_s - since_s))
    return now_s
