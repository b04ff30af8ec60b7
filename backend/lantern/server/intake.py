"""What a worker tells: taken over, queued for the database, handed on as it came."""

import json
import time
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from lantern.protocol import frame
from lantern.protocol.commands import RunCommand
from lantern.protocol.events import (
    BuiltEvent,
    EditedEvent,
    Event,
    MetricsEvent,
    ReplyEvent,
    StateEvent,
    TelemetryEvent,
)
from lantern.protocol.experiment import with_edits
from lantern.protocol.ids import ViewKey, new_id
from lantern.server.mailbox import Message
from lantern.server.metric_table import MetricTable
from lantern.server.session import Session
from lantern.server.store import (
    BuiltWrite,
    EditWrite,
    EventWrite,
    RowsWrite,
    SeenWrite,
)

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
VIEW_TYPES = frozenset({"figure", "view_problem"})
KEPT_TYPES = frozenset({"telemetry", "history", "inputs"})
"""Keyed by their type alone: the newest is part of every snapshot."""
ANSWER_TYPES = frozenset({"inspected", "exported"})


class MalformedError(ValueError):
    """A worker said something that is not of the protocol."""


def receive(session: Session, message: Message) -> None:
    """Take one message of the session's worker; a malformed one raises MalformedError."""
    try:
        header: Any = json.loads(message) if isinstance(message, str) else frame.header_of(message)
        kind, seq = str(header["type"]), int(header.get("seq", 0))
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedError(f"not an event: {error}"[:200]) from None
    if kind in VIEW_TYPES:
        key = ViewKey(str(header.get("key")))
        session.relay.put_view(key, message, is_figure=kind == "figure")
    elif kind == "progress":
        _take_progress(session, str(header.get("key")), message)
    elif kind in KEPT_TYPES and isinstance(message, str):
        _keep(session, kind, message)
    elif seq > session.have_seq:
        _count(session, kind, seq, message, str(header.get("command_id")))
        session.have_seq = seq
        session.writes.append(SeenWrite(session.incarnation, seq))


def _take_progress(session: Session, key: str, message: Message) -> None:
    if key not in session.relay.watched:  # a view's work goes on beside commands
        session.worked_s = time.monotonic()
    session.relay.put_progress(key, message)


def _keep(session: Session, kind: str, text: str) -> None:
    if kind == "telemetry":
        try:
            told = TelemetryEvent.model_validate_json(text)
        except ValidationError as error:
            raise MalformedError(f"{kind}: {error}"[:200]) from None
        if told.run == session.run:
            session.telemetry = told
            session.stands(told.step, told.stage)
    session.keep(kind, text)
    session.relay.put(kind, text)


def _count(session: Session, kind: str, seq: int, message: Message, command: str) -> None:
    if isinstance(message, bytes):
        if kind in ANSWER_TYPES:
            _answer(session, command, message)
        return
    try:
        is_logged = _take(session, EVENT.validate_json(message), message)
    except (ValidationError, KeyError) as error:
        raise MalformedError(f"{kind}: {error}"[:200]) from None
    if is_logged:
        session.writes.append(EventWrite(session.incarnation, seq, kind, message))


def _take(session: Session, event: BaseModel, message: str) -> bool:
    """Take over a counted event; return whether it belongs in the log."""
    match event:
        case MetricsEvent():
            _take_rows(session, event, message)
        case StateEvent():
            _take_state(session, event, message)
        case BuiltEvent():
            _take_built(session, event, message)
        case EditedEvent():
            _take_edit(session, event)
            session.relay.post(message)
        case ReplyEvent(command_id=""):
            return False  # to web's own watching, which nobody waits for
        case ReplyEvent():
            session.relay.post(message)
            _take_reply(session, event)
        case _:
            session.relay.post(message)
    return not isinstance(event, MetricsEvent)


def _take_rows(session: Session, event: MetricsEvent, message: str) -> None:
    if event.run == session.run:
        session.table.add(event.rows)
        if session.table.last_step() > session.step:
            session.stands(session.table.last_step())
        session.writes.append(RowsWrite(event.run, event.rows))
        session.relay.post(message)


def _take_state(session: Session, event: StateEvent, message: str) -> None:
    session.set_state(event, message)
    if event.phase == "running":
        session.set_wanted("running", session.goal_step)
    elif event.phase == "paused":
        # on the way to a goal a worker pauses only at its start, and where it says why
        is_short = session.goal_step is not None and event.step < session.goal_step
        if not is_short or event.problem is not None or event.sentence is not None:
            session.set_wanted("paused")


def _take_built(session: Session, event: BuiltEvent, message: str) -> None:
    if event.run == session.run:
        session.table.cut(event.step)
    else:
        session.table = MetricTable()
        session.set_wanted(session.wanted)
    session.run, session.base, session.edits = event.run, event.experiment, list(event.edits)
    session.experiment = with_edits(session.base, session.edits)
    session.keep("built", message)
    session.telemetry, session.is_measured = None, False
    session.stands(event.step)
    session.latest.pop("telemetry", None)
    base = event.experiment.model_dump_json()
    session.writes.append(BuiltWrite(event.run, event.step, base, event.edits))
    session.relay.clear_figures()
    session.relay.post(message)
    _go_on_to_goal(session, event.step)


def _go_on_to_goal(session: Session, step: int) -> None:
    """Let a session that was to run so many steps run the rest of them, after a restart."""
    if not session.is_resuming:
        return
    session.is_resuming = False
    if session.goal_step is not None and session.goal_step > step and session.worker is not None:
        command = RunCommand.model_validate({"id": new_id(), "steps": session.goal_step - step})
        session.worker.send(command.model_dump_json())


def _take_edit(session: Session, event: EditedEvent) -> None:
    if event.run != session.run:
        return
    session.edits.append(event.edit)
    session.experiment = with_edits(session.experiment, [event.edit])
    session.writes.append(EditWrite(event.run, len(session.edits) - 1, event.edit))


def _take_reply(session: Session, event: ReplyEvent) -> None:
    asked = session.asked.get(event.command_id)
    if asked is None or asked.answer.done():
        return
    if event.step is not None and event.step > session.step:
        session.stands(event.step)
    needs_frame = asked.command.type in {"inspect", "export"}
    if event.problem is not None or not needs_frame:
        asked.answer.set_result(event.problem)


def _answer(session: Session, command: str, message: bytes) -> None:
    asked = session.asked.get(command)
    if asked is None or asked.answer.done():
        return
    if asked.asker is not None:
        asked.asker.post(message)
    asked.answer.set_result(message)
