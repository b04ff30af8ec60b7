"""All sessions: made, forked, found again after a restart of web, deleted."""

from collections.abc import Container, Iterator, Sequence
from datetime import UTC, datetime

from lantern.protocol.events import Row, StateEvent, TelemetryEvent
from lantern.protocol.experiment import Change, Configure, Edit, with_changes, with_edits
from lantern.protocol.ids import SessionId, new_id
from lantern.protocol.link import Origin
from lantern.protocol.rest import CreateSession
from lantern.server.metric_table import MetricTable
from lantern.server.problems import Refusal
from lantern.server.session import Session
from lantern.server.store import Database, SessionRecord, SessionStore
from lantern.server.titles import fork_title

ASLEEP = frozenset({"sleeping", "failed"})


class Sessions:
    """The sessions in memory, each a mirror of its rows in the database."""

    def __init__(self, database: Database, *, limit: int) -> None:
        self.database = database
        self.limit = limit
        self._sessions: dict[SessionId, Session] = {}

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._sessions.values()))

    def find(self, session: str) -> Session:
        """Return a session, or raise the refusal that says that it is not there."""
        found = self._sessions.get(SessionId(session))
        if found is None:
            raise Refusal(404, f"There is no session {session[:40]!r}.")
        return found

    def get(self, session: SessionId) -> Session | None:
        """Return a session if it is there."""
        return self._sessions.get(session)

    async def load(self) -> None:
        """Read every session from the database."""
        for record in await self.database.quickly(SessionStore.all):
            rows = await self.database.quickly(SessionStore.rows, record.id, record.run)
            latest = await self.database.quickly(SessionStore.latest, record.id)
            self._sessions[record.id] = session_of(record, MetricTable(rows), latest)

    async def create(
        self,
        request: CreateSession,
        owner: str,
        *,
        origin: Origin | None = None,
        rows: Sequence[Row] = (),
    ) -> Session:
        """Store a new session with the metric rows of its past; it is not started yet."""
        awake = sum(session.wanted not in ASLEEP for session in self._sessions.values())
        if awake >= self.limit:
            raise Refusal(
                503, f"{awake} sessions run here, which is the limit; delete or stop one first."
            )
        record = SessionRecord(
            id=SessionId(new_id()),
            created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            owner=owner,
            base=request.experiment,
            edits=request.edits,
            wanted=request.phase,
            start_step=request.start_step,
            origin=origin,
            pace_steps_per_s=request.pace_steps_per_s,
        )
        session = session_of(record, MetricTable(rows), {})
        self._sessions[record.id] = session
        try:
            await self.database.surely(SessionStore.insert, record, rows)
        except BaseException:
            del self._sessions[record.id]
            raise
        return session

    async def delete(self, session: Session) -> None:
        """Forget a session."""
        session.is_gone = True
        self._sessions.pop(session.id, None)
        await self.database.surely(SessionStore.delete, session.id)


def session_of(record: SessionRecord, table: MetricTable, latest: dict[str, str]) -> Session:
    """Return the session in memory that a record stands for."""
    state = StateEvent(run=record.run, phase="building", step=table.last_step())
    if "state" in latest:
        state = StateEvent.model_validate_json(latest["state"])
    session = Session(
        id=record.id,
        created_at=record.created_at,
        owner=record.owner,
        base=record.base,
        edits=list(record.edits),
        run=record.run,
        incarnation=record.incarnation,
        have_seq=record.have_seq,
        wanted=record.wanted,
        start_step=record.start_step,
        goal_step=record.goal_step,
        origin=record.origin,
        budget_share=record.budget_share,
        pace_steps_per_s=record.pace_steps_per_s,
        state=state,
        table=table,
        latest=latest,
        experiment=with_edits(record.base, record.edits),
    )
    _find_place(session)
    return session


def _find_place(session: Session) -> None:
    """Take up how far a stored session had come by what was stored last."""
    session.stands(session.state.step, session.state.stage)
    if "telemetry" in session.latest:
        told = TelemetryEvent.model_validate_json(session.latest["telemetry"])
        if told.run == session.run:
            session.telemetry = told
            if told.step > session.step:
                session.stands(told.step, told.stage)
    if session.table.last_step() > session.step:
        session.stands(session.table.last_step())


def edits_until(edits: list[Edit], step: int) -> tuple[Edit, ...]:
    """Return the edits that had taken effect when a step was complete."""
    return tuple(edit for edit in edits if edit.step <= step)


def fork_of(session: Session, step: int, phase: str, *, taken: Container[str]) -> CreateSession:
    """Return what a fork of a session at a step begins with; no other session has its title."""
    edits = edits_until(session.edits, step)
    known = with_edits(session.base, edits).title or session.title
    title = Change(path="title", value=fork_title(known, step, taken=taken))
    base = with_changes(session.base, (title,))
    # Earlier edits stay as they are, for the original's snapshots are of just these.
    if with_edits(base, edits).title != base.title:
        edits = (*edits, Edit(step=step, action=Configure(changes=(title,))))
    return CreateSession.model_validate(
        {"experiment": base, "edits": edits, "start_step": step, "phase": phase}
    )
