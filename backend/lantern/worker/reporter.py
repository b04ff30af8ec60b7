"""What a session tells by itself: state, telemetry, rows of metrics, what is kept of the past."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from lantern.protocol.events import BuiltEvent, MetricsEvent, StateEvent, TelemetryEvent

if TYPE_CHECKING:
    from lantern.worker.session import Session

ROWS_EVERY_S = 0.1
TELEMETRY_EVERY_S = 0.2
UNWATCHED_EVERY_S = 0.5
"""Both, while nobody watches: each message takes the interpreter from training for a moment."""


class Reporter:
    """Tells in time; a call costs a microsecond when nothing is due."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._rows_s = 0.0
        self._telemetry_s = 0.0
        self._speed = _Speed(time.perf_counter)

    def report(self, now: float) -> None:
        """Tell what is due."""
        session = self._session
        least_s = 0.0 if session.lookout.observer else UNWATCHED_EVERY_S
        if now - self._rows_s >= max(ROWS_EVERY_S, least_s) and len(session.ledger):
            self.flush()
            self._rows_s = now
        is_late = now - self._telemetry_s >= max(TELEMETRY_EVERY_S, least_s)
        if session.phase == "running" and is_late:
            self.tell_telemetry()
            self._telemetry_s = now
        if session.keeper.history.is_changed and session.has_run:
            session.send(session.keeper.history.event(session.number))

    def flush(self) -> None:
        """Send the rows that wait."""
        if len(self._session.ledger):
            rows = self._session.ledger.take()
            self._session.send(MetricsEvent(run=self._session.number, rows=rows))

    def tell_state(self) -> None:
        """Send the phase, after all rows that belong before it."""
        session = self._session
        self.flush()
        step = session.run.step if session.has_run else 0
        session.send(
            StateEvent(
                run=session.number,
                phase=session.phase,
                step=step,
                stage=session.stage,
                problem=session.problem,
                sentence=None if session.verdict is None else session.verdict.sentence,
                mark=None if session.verdict is None else session.verdict.mark,
            )
        )
        if session.has_run:
            self._speed.restart(step)
            self.tell_telemetry()

    def tell_telemetry(self) -> None:
        """Send how it goes."""
        session = self._session
        run = session.run
        session.send(
            TelemetryEvent(
                run=session.number,
                step=run.step,
                epoch=run.epoch,
                stage=session.stage,
                steps_per_s=self._speed.at(run.step) if session.phase == "running" else 0.0,
                watching_share=session.budget.measured,
                budget_share=session.budget.share,
                pace_steps_per_s=session.pace.steps_per_s,
                engine="fused" if run.is_fused else "eager",
            )
        )
        session.budget.fade()

    def tell_built(self, sentence: str | None) -> None:
        """Send what was built."""
        session = self._session
        run = session.run
        session.send(
            BuiltEvent(
                run=session.number,
                step=run.step,
                experiment=run.base,
                edits=tuple(run.edits),
                model=run.card(),
                data=run.data.card(),
                sentence=sentence,
                views=run.task.views(run.data),
            )
        )


class _Speed:
    """Steps per second since it was asked last."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._step, self._since_s, self._last = 0, clock(), 0.0

    def restart(self, step: int) -> None:
        """Count from this step on."""
        self._step, self._since_s = step, self._clock()

    def at(self, step: int) -> float:
        """Return the speed up to this step."""
        elapsed_s = self._clock() - self._since_s
        if elapsed_s > 0.02:
            self._last = max(0, step - self._step) / elapsed_s
            self.restart(step)
        return self._last
