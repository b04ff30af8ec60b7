"""From PyTorch's path to the fused kernel, when that becomes ready while a run is in training.

A run's numbers must not depend on when the kernel was ready. So whatever was trained without it,
though it would have applied, is only *provisional*: a twin trains the same steps again by the
kernel, a few milliseconds at a time, until it stands where the run stands, and takes its place.
Rows and snapshots of those steps are written once more. Nobody has to stop for it.
"""

import time
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

from lantern.lab.errors import NonFiniteError
from lantern.lab.fused import engine
from lantern.lab.look import Mirror
from lantern.lab.run import Run
from lantern.lab.subject import Progress
from lantern.worker.history import Lineage, materialise, replay
from lantern.worker.ledger import Ledger
from lantern.worker.schedule import next_snapshot, snapshot_due

if TYPE_CHECKING:
    from lantern.worker.session import Session


class Fusing:
    """Looks for the kernel, and brings a provisional run over to it."""

    def __init__(self, session: "Session") -> None:
        engine.look(time.monotonic(), at_once=True)
        self._session = session
        self._steps: Iterator[Progress] | None = None
        self._subject: tuple[Run, int] | None = None
        """The run that is done again, and how many edits it had."""

    def slice(self) -> bool:
        """Do a piece of what there is to do; return whether there is more."""
        engine.look(time.monotonic())
        session = self._session
        if engine.state() != "ready" or not session.has_run or not session.run.is_provisional:
            self._steps = None
            return False
        subject = session.run, len(session.run.edits)
        if self._steps is None or self._subject != subject:
            self._steps, self._subject = self._again(session.run), subject
        if next(self._steps, None) is None:
            self._steps = None
        return session.run.is_provisional and not session.run.is_inside_step

    def _again(self, run: Run) -> Iterator[Progress]:
        """Train a twin up to where the run stands, then have the run take over what it came to."""
        session, history = self._session, self._session.keeper.history
        lineage = Lineage(run.base, tuple(run.edits))
        kept = history.load(run.step, lineage)
        steps = materialise(
            lambda edits: session.workshop.run(run.base, edits, trusted=True),
            lineage,
            0 if kept is None else kept.step,
            [history],
        )
        twin, ledger = yield from _last_of(steps)
        try:
            while twin.step < run.step or run.is_inside_step:
                yield from self._stretch(run, twin, ledger)
        except NonFiniteError as error:  # PyTorch's last digits had just kept out of it
            history.drop_after(twin.step)
            session.adopt(twin, ledger, number=session.number, sentence=None)
            session.stumble(error)
            return
        history.load(run.step, lineage)  # deletes what was kept of the run meanwhile
        session.take_over(twin, ledger)

    def _stretch(self, run: Run, twin: Run, ledger: Ledger) -> Iterator[Progress]:
        """Train the twin up to where something is due."""
        if twin.step == run.step:
            yield Progress(0.99, "Waiting for the end of a step.")
            return
        session = self._session
        measured = session.ledger.provisional
        ahead = [step for step in measured if step > twin.step]
        stop = min([run.step, next_snapshot(twin.step), *ahead])
        yield from replay(twin, ledger, stop)
        if stop in measured:
            subject = Mirror().subject(twin, {})
            values = subject.task.evaluate(subject.module, subject.data, subject.loss)
            ledger.observe(twin, values)
        if snapshot_due(stop):
            session.keeper.history.keep(twin, ledger.stopping.meta(), patient=False)


def _last_of(
    steps: Iterator[Progress | tuple[Run, Ledger]],
) -> Generator[Progress, None, tuple[Run, Ledger]]:
    """Yield progress; return what the work comes to."""
    for item in steps:
        if not isinstance(item, Progress):
            return item
        yield item
    raise AssertionError("the work ended without a result")
