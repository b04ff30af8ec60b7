"""Commands carried out: each takes effect once, and each is answered."""

from collections import OrderedDict
from typing import TYPE_CHECKING, assert_never

import numpy as np
import safetensors.torch

from lantern.lab.arrays import array_of
from lantern.lab.errors import NonFiniteError
from lantern.protocol import commands as ask
from lantern.protocol.events import (
    ExportedEvent,
    InputsEvent,
    ReplyEvent,
    ViewProblemEvent,
)
from lantern.protocol.experiment import Reinitialise, SetWeight
from lantern.protocol.ids import CommandId
from lantern.protocol.problems import Problem, ProblemError
from lantern.worker import edits, makeover
from lantern.worker.build import MORE_MEMORY, in_words, is_short_of_memory, no_run
from lantern.worker.measuring import BRIEFLY_S

if TYPE_CHECKING:
    from lantern.worker.session import Session

REMEMBERED = 10_000


class Replies:
    """What was answered to the last commands, so that a repeated one takes effect once."""

    def __init__(self) -> None:
        self._given: OrderedDict[CommandId, ReplyEvent | None] = OrderedDict()

    def is_repeated(self, session: "Session", command: CommandId) -> bool:
        """Note a command; if it was seen before, repeat the answer where there is one."""
        if not command or command not in self._given:
            self._given[command] = None
            while len(self._given) > REMEMBERED:
                self._given.popitem(last=False)
            return False
        reply = self._given[command]
        if reply is not None:
            session.send(reply)
        return True

    def settle(self, session: "Session", command: CommandId, problem: Problem | None) -> None:
        """Answer a command."""
        step = session.run.step if session.has_run else None
        reply = ReplyEvent(command_id=command, problem=problem, step=step)
        self._given[command] = reply
        session.send(reply)


def obey(session: "Session", command: ask.Command) -> None:
    """Carry out a command and answer it; what takes long is answered when it is done."""
    if session.replies.is_repeated(session, command.id):
        return
    problem: Problem | None = None
    try:
        is_done = _carry_out(session, command)
    except ProblemError as error:
        is_done, problem = True, error.problem
    except NonFiniteError as error:
        is_done = True
        problem = Problem(sentence=error.sentence, step=error.step, layer=error.layer)
    except (MemoryError, RuntimeError) as error:
        if not is_short_of_memory(error):
            raise
        sentence = in_words(error, "This could not be done")
        is_done, problem = True, Problem(sentence=sentence, hint=MORE_MEMORY)
    if is_done:
        session.replies.settle(session, command.id, problem)


def _carry_out(session: "Session", command: ask.Command) -> bool:
    """Do what is asked; return False if the answer comes later."""
    match command:
        case ask.RunCommand():
            _run(session, command.steps)
        case ask.PauseCommand():
            _pause(session)
        case ask.StepCommand():
            _step(session, command.unit)
        case ask.ResetCommand():
            makeover.replace(session, session.run.experiment, "Started again from step 0.")
        case ask.ReplaceCommand():
            makeover.replace(session, command.experiment, "Another experiment was built.")
        case ask.RewindCommand():
            makeover.rewind(session, command.step)
        case ask.EditCommand():
            edits.edit(session, command)
        case ask.SetWeightCommand():
            weight = SetWeight(
                parameter=command.parameter, index=command.index, value=command.value
            )
            edits.make(session, weight)
        case ask.PaintCommand():
            edits.paint(session, command)
        case ask.ReinitialiseCommand():
            edits.make(session, Reinitialise(layer=command.layer))
        case ask.SetInputCommand():
            _set_input(session, command)
        case ask.ClearInputCommand():
            session.inputs.pop(command.slot, None)
            _tell_inputs(session, command.slot)
        case ask.PaceCommand():
            session.pace.set(command.steps_per_s)
            _tell_telemetry(session)
        case ask.BudgetCommand():
            session.budget.share = command.share
            _tell_telemetry(session)
        case ask.SnapshotCommand():
            session.keeper.keep(session.run, patient=True, again=True)
        case ask.WatchCommand():
            _watch(session, command)
        case ask.UnwatchCommand():
            session.lookout.observer.unwatch(command.key)
            session.outbox.forget(command.key)
        case ask.CancelCommand():
            session.lookout.observer.cancel(command.key)
        case ask.InspectCommand():
            return _inspect(session, command)
        case ask.ExportCommand():
            _export(session, command)
        case ask.StopCommand():
            session.is_over = True
        case _:
            assert_never(command)
    return True


def _run(session: "Session", steps: int | None) -> None:
    step = session.run.step
    session.go(step=None if steps is None else step + steps)


def _pause(session: "Session") -> None:
    if session.has_run and session.phase == "running":
        session.pause(measure_s=BRIEFLY_S)
    session.wanted = "paused"


def _step(session: "Session", unit: str) -> None:
    run = session.run
    if unit == "epoch":
        session.go(epoch=int(run.epoch + 1e-9) + 1)
        return
    try:
        if unit == "batch":
            run.advance()
        else:
            session.stage = next(iter(run.stages()))
    except (NonFiniteError, RuntimeError) as error:
        session.stumble(error)
        return
    if not run.is_inside_step:
        session.step_done()
    session.pause(measure_s=BRIEFLY_S)


def _set_input(session: "Session", command: ask.SetInputCommand) -> None:
    session.lookout.subjects.check_input(command.input)
    session.inputs[command.slot] = command.input
    _tell_inputs(session, command.slot)


def _tell_inputs(session: "Session", changed: int) -> None:
    session.send(InputsEvent(slots=dict(session.inputs)))
    session.lookout.put_in(changed)


def _tell_telemetry(session: "Session") -> None:
    if session.has_run:
        session.reporter.tell_telemetry()


def _watch(session: "Session", command: ask.WatchCommand) -> None:
    try:
        session.lookout.observer.watch(command.key, command.view, command.max_rate_hz)
    except ProblemError as error:
        session.send(ViewProblemEvent(key=command.key, problem=error.problem))
        raise


def _inspect(session: "Session", command: ask.InspectCommand) -> bool:
    if not session.has_run:
        raise no_run()
    session.lookout.observer.ask(
        command.id,
        command.view,
        lambda problem: session.replies.settle(session, command.id, problem),
    )
    return False


def _export(session: "Session", command: ask.ExportCommand) -> None:
    """Answer with the run as a file; a step of the past is made again first, as a piece of work."""
    run = session.run
    if command.step is not None and command.step != run.step:
        run, _ = session.long_work.drive(f"export-{command.id}", session.materialise(command.step))
    content = safetensors.torch.save(run.tensors(), metadata=run.meta())
    file = array_of(np.frombuffer(content, dtype=np.uint8), "u1")
    session.send(ExportedEvent(command_id=command.id, step=run.step, file=file))
