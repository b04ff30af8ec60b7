"""The view scheduler: which views are watched, which of them are due, and their looks."""

import logging
import math
import time
from collections import deque
from collections.abc import Callable
from typing import Literal

from lantern.lab.kinds import Inspector
from lantern.lab.subject import Progress
from lantern.protocol.events import EventBase, ProgressEvent, ViewProblemEvent
from lantern.protocol.experiment import Part
from lantern.protocol.figures import Figure
from lantern.protocol.ids import CommandId, ViewKey
from lantern.protocol.problems import Problem, ProblemError
from lantern.protocol.views import View
from lantern.worker.build import MORE_MEMORY
from lantern.worker.inspection import Inspection, Listener
from lantern.worker.telling import figures_event, in_words, progress_event
from lantern.worker.turns import Turns
from lantern.worker.watched import Scene, Stamp, Watched

log = logging.getLogger(__name__)

Which = Literal["all", "beside", "between"]
"""All views; those that can be looked at beside a step; the others."""

URGENT_S = 0.05
"""After a change by hand, views may take so much time at once before the budget counts again."""

RETRY_S = 1.0
LARGE_RETRY_S = 30.0
TOO_LARGE = "There is not enough memory for this view beside training."

FEED_S = 0.5
"""Inputs that follow each other so quickly are a film."""


class Observer:
    """Runs due views one slice at a time, in the order of `Turns`, and tells what was seen."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._queue: deque[Watched] = deque()
        self._urgent_s = 0.0
        self._turns = Turns()
        self._changed: Stamp | None = None
        """Where the run was changed by hand last."""
        self._fed_s = -math.inf
        """When an input was changed last."""

    def __len__(self) -> int:
        """Return the number of views that are watched or asked for."""
        return len(self._queue)

    @property
    def is_hurried(self) -> bool:
        """Return whether a change by hand is still to be shown, whatever the budget says.

        The first look at a run is owed as well: until then a page shows the network before it.
        """
        if self._urgent_s > 0:
            return True
        return any(w.is_owed and not self._scene.is_waiting(w.key) for w in self._queue)

    def is_awaited(self, now: float) -> bool:
        """Return whether somebody waits for a first picture that can be worked on now."""
        stamp = self._scene.stamp()
        return any(w.is_awaited and self._wants(w, stamp, now) for w in self._queue)

    def is_fed(self, now: float) -> bool:
        """Return whether inputs come as a film does."""
        return now - self._fed_s < FEED_S and any(w.is_fed for w in self._queue)

    @property
    def awaits_step(self) -> bool:
        """Return whether only another step can show what was changed by hand."""
        return bool(self._queue) and self._changed == self._scene.stamp()

    def watch(self, key: ViewKey, view: View, max_rate_hz: float) -> None:
        """Keep a view up to date; watching it again computes it again."""
        inspector = inspector_of(view)
        self.unwatch(key)
        now = time.perf_counter()
        self._queue.append(Watched(key, view, inspector, interval_s=1 / max_rate_hz, next_s=now))

    def unwatch(self, key: ViewKey) -> None:
        """Stop looking at a view."""
        for watched in [w for w in self._queue if w.key == key and w.asked_by is None]:
            self._end(watched)

    def ask(self, command: CommandId, view: View, answer: Callable[[Problem | None], None]) -> None:
        """Compute a view once; `answer` is called when it is done or has failed."""
        asked = Watched(view.key, view, inspector_of(view), asked_by=command, answer=answer)
        self._queue.appendleft(asked)

    def cancel(self, key: str) -> bool:
        """Stop what is being computed under this key; return whether there was something."""
        found = [w for w in self._queue if w.key == key and (w.work or w.asked_by)]
        for watched in found:
            self._drop_work(watched)
            watched.seen = self._scene.stamp()
            self._scene.send(ProgressEvent(key=key, fraction=1.0, sentence="Stopped."))
            if watched.asked_by is not None:
                self._finish(watched, Problem(sentence="The inspection was stopped."))
        return bool(found)

    def touch(self) -> None:
        """Show a change of the run by hand at once."""
        self._urgent_s = URGENT_S
        self._changed = self._scene.stamp()
        now = time.perf_counter()
        for watched in self._queue:
            watched.next_s = min(watched.next_s, now)  # and not again at once

    def put_in(self, slot: int) -> None:
        """Show another input at once; one of a film as soon as the budget lets it."""
        now = time.perf_counter()
        is_film, self._fed_s = now - self._fed_s < FEED_S, now
        for watched in self._queue:
            if watched.inspector.looks_at(slot):
                watched.next_s = min(watched.next_s, now)
                watched.seen, watched.is_fed = None, is_film
        if not is_film:
            self._urgent_s = URGENT_S

    def give_way(self) -> None:
        """Drop what is half done, and say why: a step lacks the memory."""
        for watched in [w for w in self._queue if w.work is not None]:
            self._fail(watched, Problem(sentence=TOO_LARGE, hint=MORE_MEMORY))
            watched.next_s = time.perf_counter() + LARGE_RETRY_S
            if watched.is_lengthy:
                watched.seen = None  # also what is looked at only once

    def restart(self) -> None:
        """Drop everything half done: another run took the place of the one looked at."""
        for watched in self._queue:
            self._drop_work(watched)
            watched.seen = None
            watched.next_s = time.perf_counter()

    def is_behind(self) -> bool:
        """Return whether some view is not up to date, be it due by now or not."""
        stamp = self._scene.stamp()
        return any(w.seen is None or (w.repeats and w.seen != stamp) for w in self._queue)

    def has_due(self, now: float, which: Which) -> bool:
        """Return whether a slice would be given."""
        return self._next(now, which) is not None

    def slice(self, now: float, which: Which = "all") -> bool:
        """Give the next due view one slice; return whether there was one."""
        chosen = self._next(now, which)
        if chosen is None:
            if which == "all" and not self._is_held_up():
                self._urgent_s = 0.0
            return False
        self._queue.remove(chosen)
        self._queue.append(chosen)
        was_awaited = chosen.is_awaited
        started_s = time.thread_time()
        self._advance(chosen, now)
        spent_s = time.thread_time() - started_s
        self._urgent_s -= spent_s
        self._turns.taken(chosen, now, spent_s, was_awaited=was_awaited)
        return True

    def _is_held_up(self) -> bool:
        """Return whether a view cannot show a change yet: its last figure is still to be sent."""
        stamp = self._scene.stamp()
        return any(
            w.repeats and w.seen != stamp and self._scene.is_waiting(w.key) for w in self._queue
        )

    def _next(self, now: float, which: Which) -> Watched | None:
        if not self._queue:
            return None
        stamp = self._scene.stamp()
        due = (
            watched
            for watched in self._queue
            if which in ("all", "beside" if watched.is_apart else "between")
            and self._wants(watched, stamp, now)
        )
        return self._turns.next(due, now, hurried=self.is_hurried)

    def _wants(self, watched: Watched, stamp: Stamp, now: float) -> bool:
        if watched.work is not None:
            return now >= watched.resume_s
        if now < watched.next_s:
            return False
        if watched.seen is not None and (not watched.repeats or watched.seen == stamp):
            return False
        return watched.asked_by is not None or not self._scene.is_waiting(watched.key)

    def _advance(self, watched: Watched, now: float) -> None:
        if watched.work is None:
            self._begin(watched, now)
        work = watched.work
        assert work is not None
        try:
            finished = work.slice()
        except ProblemError as error:
            self._fail(watched, error.problem)
        except Exception as error:  # an outermost loop: no plugin can bring training down
            log.exception("view %s failed", watched.view)
            self._fail(watched, in_words(error))
        else:
            watched.resume_s = now + work.rest_s
            if finished:
                self._complete(watched, work.spent_s)

    def _begin(self, watched: Watched, now: float) -> None:
        watched.begun = self._scene.stamp()
        # At the step of a change by hand only the next step shows what it does, so that look does
        # not make the view wait for its turn.
        shows_nothing_new = watched.begun == self._changed
        if not shows_nothing_new:
            # Counted from when it was due, so that being late once does not lower the rate.
            due_s = max(watched.next_s, now - watched.interval_s)
            watched.next_s = due_s + watched.interval_s
        else:
            watched.next_s = now
        watched.work = Inspection(
            self._scene.figures(watched.view, watched.inspector),
            Listener(
                figures=lambda figures, final, ms: self._show(watched, figures, final, ms),
                progress=lambda progress: self._progress(watched, progress),
            ),
            whole=not watched.inspector.runs_long and watched.view.at == "live",
        )

    def _complete(self, watched: Watched, spent_s: float) -> None:
        watched.work, watched.seen, watched.problem = None, watched.begun, None
        watched.cost_s = spent_s
        self._progress(watched, Progress(1.0, "Done."))
        self._finish(watched, None)

    def _fail(self, watched: Watched, problem: Problem) -> None:
        self._drop_work(watched)
        watched.seen = watched.begun
        watched.next_s = time.perf_counter() + RETRY_S
        if watched.asked_by is None and problem != watched.problem:
            self._scene.send(ViewProblemEvent(key=watched.key, problem=problem))
        watched.problem = problem
        self._finish(watched, problem)

    def _finish(self, watched: Watched, problem: Problem | None) -> None:
        if watched.answer is not None:
            self._queue.remove(watched)
            watched.answer(problem)

    def _show(
        self, watched: Watched, figures: tuple[Figure, ...], final: bool, compute_ms: float
    ) -> None:
        self._tell(figures_event(watched, figures, final=final, compute_ms=compute_ms))

    def _progress(self, watched: Watched, progress: Progress) -> None:
        self._tell(progress_event(watched, progress))

    def _tell(self, event: EventBase | None) -> None:
        if event is not None:
            self._scene.send(event)

    def _drop_work(self, watched: Watched) -> None:
        if watched.work is not None:
            watched.work.close()
            watched.work = None

    def _end(self, watched: Watched) -> None:
        self._drop_work(watched)
        self._queue.remove(watched)


def inspector_of(view: View) -> Inspector:
    """Return the inspector that a view names, or raise a ProblemError that names the field."""
    return Inspector.make(Part(name=view.inspector, params=view.params), field="view")
