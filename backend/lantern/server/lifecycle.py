"""Starts the workers of sessions, and starts them again when they die: from the last snapshot."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from contextlib import suppress

from lantern.protocol.events import StateEvent
from lantern.protocol.ids import SessionId
from lantern.protocol.link import WorkerExited
from lantern.protocol.problems import Problem
from lantern.server.fleet import Agent, Fleet
from lantern.server.journal import Journal
from lantern.server.metrics import Meters
from lantern.server.problems import Refusal
from lantern.server.secrets_file import worker_token
from lantern.server.session import Death, Session
from lantern.server.sessions import ASLEEP, Sessions
from lantern.server.store import Database, SessionStore

log = logging.getLogger(__name__)
ADOPTION_S = 3.0
"""After web's start, for workers that are still alive to dial in."""
REDIAL_S = 30.0
"""For a worker that its agent takes for alive."""
CRASH_LOOP = 3
CRASH_LOOP_S = 60.0
END_S = 5.0
"""For a worker that was told to stop: it saves its run first."""


class Lifecycle:
    """Sees to it that every session that should run does."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        fleet: Fleet,
        database: Database,
        journal: Journal,
        meters: Meters,
        link_secret: str,
    ) -> None:
        self.sessions = sessions
        self.fleet = fleet
        self.database = database
        self.journal = journal
        self.meters = meters
        self.link_secret = link_secret
        self.begun_s = time.monotonic()
        self._tasks: set[asyncio.Task[None]] = set()
        self._starting: dict[SessionId, asyncio.Task[None]] = {}

    def spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run in the background, and keep hold of it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Refusal):
            log.warning("%s", error)
        elif error is not None:
            log.error("background work failed", exc_info=error)

    async def close(self) -> None:
        """End all background work."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def start(self, session: Session) -> None:
        """Start the next incarnation of a session and wait for it to dial in."""
        task = self._starting.get(session.id)
        if task is None:
            task = self.spawn(self._start(session))
            self._starting[session.id] = task
            task.add_done_callback(lambda _: self._starting.pop(session.id, None))
        await asyncio.shield(task)

    async def _start(self, session: Session) -> None:
        # what the worker before this one told must be stored before its number is gone
        await self.journal.flush()
        is_first = session.incarnation == 0
        number = session.incarnation + 1
        await self.database.surely(SessionStore.raise_incarnation, session.id, number)
        session.incarnation, session.have_seq, session.is_resuming = number, 0, not is_first
        if session.worker is not None:
            session.worker.close(4409, "Another worker has taken over this session.")
            session.worker = None
        session.linked.clear()
        session.ended.clear()
        session.is_ending = False
        token = worker_token(self.link_secret, session.id, number)
        message = session.start_message(token, resume=not is_first)
        await self.fleet.start(message, linked=session.linked, ended=session.ended)

    async def wake(self, session: Session) -> None:
        """Make sure that the session's worker is connected, or raise why it cannot be."""
        await self.end(session)
        if session.worker is not None:
            return
        if session.wanted in ASLEEP:
            session.deaths.clear()
            session.set_wanted("paused")
        if self.fleet.runs(session.id, session.incarnation):
            try:
                await asyncio.wait_for(session.linked.wait(), ADOPTION_S)
            except TimeoutError:
                pass
            else:
                return
        await self.start(session)
        if session.worker is None:
            raise Refusal(
                503, "The session's worker could not be reached; try again.", retry_after_s=2
            )

    async def end(self, session: Session) -> None:
        """Wait until a worker that was told to stop has ended; it hears nothing more."""
        if session.is_ending:
            with suppress(TimeoutError):
                await asyncio.wait_for(session.ended.wait(), END_S)

    def linked(self, session: Session) -> None:
        """A worker has dialled in."""
        session.linked.set()
        session.relay.put("worker_link", session.link_status().model_dump_json())

    def lost(self, session: Session) -> None:
        """A worker's link is gone; perhaps the worker is too."""
        session.linked.clear()
        session.relay.put("worker_link", session.link_status().model_dump_json())
        if not session.is_gone:
            self.spawn(self._mend_later(session, session.incarnation, REDIAL_S))

    async def _mend_later(self, session: Session, incarnation: int, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        await self._mend(session, incarnation)

    async def _mend(self, session: Session, incarnation: int) -> None:
        """Start a worker anew unless it is there, is being started, or is not wanted."""
        is_there = session.worker is not None or session.id in self._starting
        is_old = session.is_gone or session.incarnation != incarnation
        if is_there or is_old or session.wanted in ASLEEP or not self.fleet.agents:
            return
        if session.wanted == "paused" and not session.relay.viewers:
            self._put_to_sleep(session)
            return
        self.meters.restarts.labels(reason="missing").inc()
        await self.start(session)

    def agent_joined(self, agent: Agent) -> None:
        """Adopt what runs on a machine, end what should not, start what is missing."""
        for name, incarnation in list(agent.workers.items()):
            session = self.sessions.get(name)
            if session is None or session.incarnation != incarnation:
                self.fleet.stop(name, incarnation, delete_files=session is None)
        since_begin = time.monotonic() - self.begun_s
        for session in self.sessions:
            is_known = agent.workers.get(session.id) == session.incarnation
            wait_s = REDIAL_S if is_known else max(0.0, ADOPTION_S - since_begin)
            if session.worker is None and session.incarnation > 0:
                self.spawn(self._mend_later(session, session.incarnation, wait_s))

    async def exited(self, agent: Agent, event: WorkerExited) -> None:
        """A worker has ended: on purpose, or it is started again."""
        if agent.workers.get(event.session) == event.incarnation:
            del agent.workers[event.session]
        session = self.sessions.get(event.session)
        if session is None or session.incarnation != event.incarnation:
            return
        log.warning(
            "worker of session %s ended with %s: %s",
            event.session,
            event.exit_code,
            " | ".join(event.last_lines[-3:])[:500],
        )
        if session.worker is not None:
            session.worker.close(4000, "The worker has ended.")
            session.worker = None
        session.linked.clear()
        session.ended.set()
        starting = self._starting.get(session.id)
        if starting is not None:
            await asyncio.wait({starting})
        if event.exit_code == 0:
            self._put_to_sleep(session)
            return
        session.relay.put("worker_link", session.link_status().model_dump_json())
        if self._is_hopeless(session):
            self._fail(session, event)
            return
        self.meters.restarts.labels(reason="died").inc()
        await self.start(session)

    def _is_hopeless(self, session: Session) -> bool:
        session.deaths.append(Death(time.monotonic(), session.run, session.step))
        first, last = session.deaths[0], session.deaths[-1]
        is_often = len(session.deaths) == CRASH_LOOP and last.at_s - first.at_s < CRASH_LOOP_S
        return is_often and (last.run, last.step) <= (first.run, first.step)

    def _fail(self, session: Session, event: WorkerExited) -> None:
        last_line = event.last_lines[-1] if event.last_lines else "it left no message"
        session.set_wanted("failed")
        problem = Problem(
            sentence=f"The worker ended {CRASH_LOOP} times in a row without getting further: "
            f"{last_line[:200]}",
            hint="Change the experiment or go back to an earlier step; nothing saved is lost.",
        )
        state = StateEvent(run=session.run, phase="failed", step=session.step, problem=problem)
        session.set_state(state)
        session.relay.put("worker_link", session.link_status().model_dump_json())

    def _put_to_sleep(self, session: Session) -> None:
        session.set_wanted("sleeping")
        session.set_state(StateEvent(run=session.run, phase="sleeping", step=session.step))
        session.relay.put("worker_link", session.link_status().model_dump_json())

    async def delete(self, session: Session) -> None:
        """End a session for good, with its files."""
        await self.sessions.delete(session)
        self.fleet.stop(session.id, session.incarnation, delete_files=True)
        if session.worker is not None:
            session.worker.close(4404, "The session was deleted.")
