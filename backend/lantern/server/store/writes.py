"""What an event changes in the database, as data, so that a second's worth is one transaction."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from lantern.protocol.events import Row
from lantern.protocol.experiment import Edit
from lantern.protocol.ids import SessionId


@dataclass(frozen=True)
class RowsWrite:
    """Metric rows, merged with those of the same step."""

    run: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class BuiltWrite:
    """A model of a new run, or of the same run taken back to a step."""

    run: int
    step: int
    base: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class EditWrite:
    """A live edit, at its place in the run's list."""

    run: int
    position: int
    edit: Edit


@dataclass(frozen=True)
class EventWrite:
    """An event for the log."""

    incarnation: int
    seq: int
    type: str
    body: str


@dataclass(frozen=True)
class LatestWrite:
    """The newest event of its type."""

    type: str
    body: str


@dataclass(frozen=True)
class WantedWrite:
    """What the session is to do when it is started again."""

    wanted: str
    goal_step: int | None


@dataclass(frozen=True)
class SeenWrite:
    """How far the events of an incarnation are stored."""

    incarnation: int
    seq: int


Write = RowsWrite | BuiltWrite | EditWrite | EventWrite | LatestWrite | WantedWrite | SeenWrite


def write_all(
    connection: sqlite3.Connection, batches: Iterable[tuple[SessionId, list[Write]]]
) -> None:
    """Store the changes of many sessions; those of a session that is gone are left out."""
    for session, writes in batches:
        known = connection.execute("SELECT 1 FROM sessions WHERE id = ?", (session,)).fetchone()
        if known is not None:
            for write in writes:
                _write(connection, session, write)


def put_edits(
    connection: sqlite3.Connection, session: SessionId, run: int, edits: Iterable[Edit]
) -> None:
    """Replace the edits of a session."""
    connection.execute("DELETE FROM edits WHERE session = ?", (session,))
    connection.executemany(
        "INSERT INTO edits VALUES (?, ?, ?, ?, ?)",
        [(session, run, at, edit.step, edit.model_dump_json()) for at, edit in enumerate(edits)],
    )


def put_rows(
    connection: sqlite3.Connection, session: SessionId, run: int, rows: Iterable[Row]
) -> None:
    """Add metric rows; the values of one whose step is known are added to that."""
    connection.executemany(
        "INSERT INTO metrics VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "epoch = excluded.epoch, body = json_patch(body, excluded.body)",
        [(session, run, row.step, row.epoch, json.dumps(row.values)) for row in rows],
    )


def _write(connection: sqlite3.Connection, session: SessionId, write: Write) -> None:
    match write:
        case RowsWrite(run, rows):
            put_rows(connection, session, run, rows)
        case BuiltWrite():
            _write_built(connection, session, write)
        case EditWrite(run, position, edit):
            connection.execute(
                "INSERT OR REPLACE INTO edits VALUES (?, ?, ?, ?, ?)",
                (session, run, position, edit.step, edit.model_dump_json()),
            )
        case EventWrite(incarnation, seq, kind, body):
            connection.execute(
                "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?)",
                (session, incarnation, seq, kind, body),
            )
        case LatestWrite(kind, body):
            connection.execute(
                "INSERT OR REPLACE INTO latest VALUES (?, ?, ?)", (session, kind, body)
            )
        case WantedWrite(wanted, goal_step):
            connection.execute(
                "UPDATE sessions SET wanted = ?, goal_step = ? WHERE id = ?",
                (wanted, goal_step, session),
            )
        case SeenWrite(incarnation, seq):
            connection.execute(
                "UPDATE sessions SET have_seq = ? WHERE id = ? AND incarnation = ?",
                (seq, session, incarnation),
            )


def _write_built(connection: sqlite3.Connection, session: SessionId, built: BuiltWrite) -> None:
    connection.execute(
        "DELETE FROM metrics WHERE session = ? AND (run < ? OR (run = ? AND step > ?))",
        (session, built.run, built.run, built.step),
    )
    connection.execute(
        "UPDATE sessions SET run = ?, base = ? WHERE id = ?", (built.run, built.base, session)
    )
    put_edits(connection, session, built.run, built.edits)
