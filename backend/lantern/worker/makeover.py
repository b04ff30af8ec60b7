"""How a session comes by its run: the first one, another experiment, a step of the past."""

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pydantic import ValidationError

from lantern.lab.changes import changed
from lantern.lab.look import Mirror
from lantern.lab.run import Run
from lantern.lab.subject import Progress
from lantern.protocol.experiment import Change, Experiment, Reshape, with_edits
from lantern.protocol.problems import ProblemError
from lantern.worker.build import sentence_of
from lantern.worker.history import History, Lineage, materialise
from lantern.worker.ledger import Ledger

if TYPE_CHECKING:
    from lantern.worker.session import Session

DATASETS = frozenset({"dataset", "dataset.name"})
"""Paths of changes after which other data may be needed."""


def begin(session: "Session") -> None:
    """Build the first run: resumed, forked, or new; raises ProblemError."""
    start = session.start
    prepare(session, start.experiment)
    _prepare_changed(session)
    lineage = Lineage(start.experiment, start.edits)
    histories, step = [session.keeper.history], start.start_step
    if start.origin is not None:
        folder = session.place.run_folder(start.origin.session, start.origin.run)
        histories.append(
            History(folder, session.keeper.writer, limit_bytes=sys.maxsize, is_ours=False)
        )
    if start.resume:
        newest = session.keeper.history.load(sys.maxsize, lineage, provisional=True)
        step = max(step, newest.step if newest is not None else 0)
        if start.rows_to is not None:
            session.keeper.history.drop_after(start.rows_to)  # so that the rest is trained again
    trusted = start.resume or start.origin is not None
    steps = materialise(
        lambda edits: session.workshop.run(start.experiment, edits, trusted=trusted),
        lineage,
        step,
        histories,
    )
    run, ledger = session.long_work.drive("start", steps)
    session.keeper.history.drop_after(run.step)
    if run.step > 0 and not start.resume and start.origin is None:
        _measure_beginning(session, ledger)
    session.adopt(run, ledger, number=start.run, sentence=None)


def _prepare_changed(session: "Session") -> None:
    """Have the data at hand that edits of a resumed or shared run go over to."""
    start = session.start
    for count, edit in enumerate(start.edits, start=1):
        changes = edit.action.changes if isinstance(edit.action, Reshape) else ()
        if any(change.path in DATASETS for change in changes):
            try:
                after = with_edits(start.experiment, start.edits[:count])
            except (KeyError, ValidationError):
                return  # the run itself says what is wrong with them
            prepare(session, after)


def _measure_beginning(session: "Session", ledger: Ledger) -> None:
    """Write the row of step 0 for a shared run, which is first looked at in its middle."""
    start = session.start
    run = session.workshop.run(start.experiment, [edit for edit in start.edits if edit.step == 0])
    subject = Mirror().subject(run, {})
    ledger.observe(run, subject.task.evaluate(subject.module, subject.data, subject.loss))


def replace(session: "Session", experiment: Experiment, sentence: str) -> None:
    """Run another experiment from step 0; if it cannot be built, the old run goes on untouched."""
    prepare(session, experiment)
    run = session.workshop.run(experiment)
    session.adopt(run, Ledger(), number=session.number + 1, sentence=sentence)


def reconfigure(session: "Session", changes: Sequence[Change]) -> None:
    """Build anew with changes that a living model cannot take."""
    start = session.start
    failed = with_edits(start.experiment, start.edits)
    before = session.run.experiment if session.has_run else failed
    replace(session, changed(before, changes), sentence_of(changes))


def rewind(session: "Session", step: int) -> None:
    """Go back to a step of the past; what came after it is forgotten."""
    session.reporter.flush()
    run, ledger = session.long_work.drive("rewind", session.materialise(step))
    session.keeper.history.drop_after(step)
    ledger.take()  # web has the rows up to here
    session.adopt(run, ledger, number=session.number, sentence=f"Rewound to step {step}.")


def past_of(session: "Session", step: int) -> Iterator[Progress | tuple[Run, Ledger]]:
    """Yield progress, then a run of its own as the session's stood at a step of its past."""
    run = session.run
    if step > run.step:
        sentence = f"step: the run is at step {run.step}, so there is no step {step} to show."
        raise ProblemError(sentence, field="step")
    kept = tuple(edit for edit in run.edits if edit.step <= step)
    base = run.base
    return materialise(
        lambda edits: session.workshop.run(base, edits, trusted=True),
        Lineage(base, kept),
        step,
        [session.keeper.history],
    )


def prepare(session: "Session", experiment: Experiment) -> None:
    """Have the data of an experiment at hand, fetched if need be; raises ProblemError."""
    before, problem = session.phase, session.problem

    def tell(progress: Progress) -> bool:
        return session.long_work.tell("install", progress)

    try:
        session.workshop.prepare(experiment, tell, begin=lambda: session.set_phase("installing"))
    finally:
        if session.phase != before:
            session.set_phase(before, problem)
