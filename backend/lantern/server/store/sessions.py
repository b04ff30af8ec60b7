"""Sessions, their commands and their metric rows in the database."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from lantern.protocol.events import Row
from lantern.protocol.experiment import Edit, Experiment
from lantern.protocol.ids import SessionId
from lantern.protocol.link import Origin
from lantern.server.store.writes import put_edits, put_rows


@dataclass(frozen=True)
class SessionRecord:
    """One session as it is stored."""

    id: SessionId
    created_at: str
    owner: str
    base: Experiment
    edits: tuple[Edit, ...] = ()
    run: int = 1
    incarnation: int = 0
    have_seq: int = 0
    wanted: str = "running"
    start_step: int = 0
    goal_step: int | None = None
    origin: Origin | None = None
    budget_share: float = 0.10
    pace_steps_per_s: float | None = None


class SessionStore:
    """Functions over a connection; each runs in the transaction of its caller."""

    @staticmethod
    def insert(
        connection: sqlite3.Connection, record: SessionRecord, rows: Sequence[Row] = ()
    ) -> None:
        """Store a new session, with the metric rows that it begins with."""
        origin = record.origin.model_dump_json() if record.origin is not None else None
        connection.execute(
            "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.id,
                record.created_at,
                record.owner,
                record.base.model_dump_json(),
                record.run,
                record.incarnation,
                record.have_seq,
                record.wanted,
                record.start_step,
                record.goal_step,
                origin,
                record.budget_share,
                record.pace_steps_per_s,
            ),
        )
        put_edits(connection, record.id, record.run, record.edits)
        put_rows(connection, record.id, record.run, rows)

    @staticmethod
    def delete(connection: sqlite3.Connection, session: SessionId) -> None:
        """Forget a session and all that belongs to it."""
        connection.execute("DELETE FROM sessions WHERE id = ?", (session,))

    @staticmethod
    def raise_incarnation(connection: sqlite3.Connection, session: SessionId, number: int) -> None:
        """Fence off every worker of an older incarnation."""
        connection.execute(
            "UPDATE sessions SET incarnation = ?, have_seq = 0 WHERE id = ?", (number, session)
        )

    @staticmethod
    def set_pace(
        connection: sqlite3.Connection, session: SessionId, budget: float, pace: float | None
    ) -> None:
        """Store what share watching may take and to which speed the session is held."""
        connection.execute(
            "UPDATE sessions SET budget_share = ?, pace_steps_per_s = ? WHERE id = ?",
            (budget, pace, session),
        )

    @staticmethod
    def all(connection: sqlite3.Connection) -> list[SessionRecord]:
        """Return every session, oldest first."""
        found = connection.execute("SELECT * FROM sessions ORDER BY created_at, id").fetchall()
        return [_record(connection, row) for row in found]

    @staticmethod
    def rows(connection: sqlite3.Connection, session: SessionId, run: int) -> list[Row]:
        """Return the metric rows of a run, by step."""
        found = connection.execute(
            "SELECT step, epoch, body FROM metrics WHERE session = ? AND run = ? ORDER BY step",
            (session, run),
        )
        return [Row(step=s, epoch=epoch, values=json.loads(body)) for s, epoch, body in found]

    @staticmethod
    def latest(connection: sqlite3.Connection, session: SessionId) -> dict[str, str]:
        """Return the newest event of each type that is kept, as JSON."""
        found = connection.execute("SELECT type, body FROM latest WHERE session = ?", (session,))
        return dict(found.fetchall())

    @staticmethod
    def add_command(
        connection: sqlite3.Connection,
        session: SessionId,
        command: tuple[str, float, str, str],
    ) -> bool:
        """Store a command (id, time, principal, JSON); return whether it is new."""
        done = connection.execute(
            "INSERT OR IGNORE INTO commands VALUES (?, ?, ?, ?, ?)", (session, *command)
        )
        return done.rowcount == 1


def _record(connection: sqlite3.Connection, row: sqlite3.Row) -> SessionRecord:
    edits = connection.execute(
        "SELECT body FROM edits WHERE session = ? AND run = ? ORDER BY position",
        (row["id"], row["run"]),
    )
    origin = row["origin"]
    return SessionRecord(
        id=SessionId(row["id"]),
        created_at=row["created_at"],
        owner=row["owner"],
        base=Experiment.model_validate_json(row["base"]),
        edits=tuple(Edit.model_validate_json(body) for (body,) in edits),
        run=row["run"],
        incarnation=row["incarnation"],
        have_seq=row["have_seq"],
        wanted=row["wanted"],
        start_step=row["start_step"],
        goal_step=row["goal_step"],
        origin=Origin.model_validate_json(origin) if origin is not None else None,
        budget_share=row["budget_share"],
        pace_steps_per_s=row["pace_steps_per_s"],
    )
