"""Where commands are handed in: allowed, checked, stored, sent to the worker, answered."""

import asyncio
import time
from contextlib import suppress

from lantern.protocol.commands import (
    BudgetCommand,
    Command,
    EditCommand,
    InspectCommand,
    PaceCommand,
    PauseCommand,
    ReplaceCommand,
    ResetCommand,
    RewindCommand,
    RunCommand,
    StepCommand,
)
from lantern.protocol.ids import new_id
from lantern.protocol.problems import Problem, ProblemError
from lantern.server.catalog import CatalogKeeper
from lantern.server.lifecycle import Lifecycle
from lantern.server.mailbox import Mailbox
from lantern.server.metrics import Meters
from lantern.server.problems import Refusal
from lantern.server.roles import Principal, may
from lantern.server.session import Asked, Session
from lantern.server.store import Database, SessionStore

REPLY_S = 10.0
AT_WORK_S = 50.0
"""While the worker says that it is at work; scripts and proxies commonly wait for a minute."""
FRAME_S = 300.0
"""For an `inspect` or `export`, which may be long."""
LOOKING = frozenset({"inspect", "export"})
"""Commands that change nothing: whoever may look may ask for them."""
BULKY = frozenset({"inspect", "export", "set_input"})
"""Commands of which only id and type are stored."""

BY_CATALOG = frozenset({"edit", "replace", "inspect"})
"""Commands that are checked by the catalog."""


class StillAtWork(Refusal):
    """The worker is at work on something longer, and carries the command out when it is done."""

    def __init__(self, asked: Asked) -> None:
        sentence = "The session is still at work; this takes effect when that is done."
        super().__init__(503, sentence)
        self.asked = asked


class Desk:
    """Takes commands for any session."""

    def __init__(
        self, *, catalog: CatalogKeeper, lifecycle: Lifecycle, database: Database, meters: Meters
    ) -> None:
        self.catalog = catalog
        self.lifecycle = lifecycle
        self.database = database
        self.meters = meters

    async def carry_out(
        self, session: Session, command: Command, principal: Principal
    ) -> bytes | None:
        """Return the answer of a command: a frame, or None; a refusal is raised."""
        return await self.settle(session, await self.submit(session, command, principal))

    async def settle(self, session: Session, asked: Asked) -> bytes | None:
        """Return the answer of a command that was handed in; a refusal is raised."""
        answer = await self.answer(session, asked)
        await self.lifecycle.end(session)
        if isinstance(answer, Problem):
            raise ProblemError(answer.sentence, field=answer.field, hint=answer.hint)
        return answer

    async def submit(
        self,
        session: Session,
        command: Command,
        principal: Principal,
        *,
        asker: Mailbox | None = None,
    ) -> Asked:
        """Send a command on its way; one whose id was seen before takes effect once."""
        known = session.asked.get(command.id)
        if known is not None:
            return known
        session.touch()
        if command.type in BY_CATALOG:
            await self.lifecycle.fleet.catalog_known(self.catalog)
        command = self.checked(session, command, principal)
        text = command.model_dump_json()
        answer: asyncio.Future[bytes | Problem | None] = asyncio.get_running_loop().create_future()
        asked = Asked(command, text, answer, asker)
        if not await self._store(session, command, text, principal):
            answer.set_result(None)
            return asked
        await self.lifecycle.wake(session)
        await self._foresee(session, command)
        session.asked[command.id] = asked
        answer.add_done_callback(lambda _: session.asked.pop(command.id, None))
        if session.worker is not None:
            session.is_ending = command.type == "stop"
            session.worker.send(text)
        return asked

    async def answer(self, session: Session, asked: Asked) -> bytes | Problem | None:
        """Wait for the answer of a command that was handed in; raises a refusal for silence."""
        limit_s = FRAME_S if asked.command.type in LOOKING else REPLY_S
        begun_s = time.monotonic()
        while not await _is_answered(asked, limit_s):
            if not session.is_at_work(REPLY_S):
                self.meters.commands.labels(result="late").inc()
                session.asked.pop(asked.command.id, None)
                sentence = f"The session's worker has not answered for {limit_s:.0f} s."
                raise Refusal(503, sentence, retry_after_s=2)
            if time.monotonic() - begun_s >= AT_WORK_S:
                self.meters.commands.labels(result="at work").inc()
                raise StillAtWork(asked)
        answer = asked.answer.result()
        self.meters.commands.labels(
            result="refused" if isinstance(answer, Problem) else "done"
        ).inc()
        return answer

    def checked(self, session: Session, command: Command, principal: Principal) -> Command:
        """Return the command with an id, or raise why it cannot be."""
        needed = "look" if command.type in LOOKING else "command"
        if not may(principal, needed, owner=session.owner):
            raise Refusal(403, f"As {principal.role} you may look at this session, not change it.")
        match command:
            case EditCommand(changes=changes):
                suited = self.catalog.suited_changes(session.experiment, changes)
                command = command.model_copy(update={"changes": suited})
            case ReplaceCommand(experiment=experiment):
                self.catalog.check_experiment(experiment)
            case InspectCommand(view=view):
                command = command.model_copy(update={"view": self.catalog.checked_view(view)})
            case _ if command.type in {"watch", "unwatch"}:
                raise ProblemError("Views are watched over the live link only.", field="type")
            case _:
                pass
        return command.model_copy(update={"id": command.id or new_id()})

    async def _store(
        self, session: Session, command: Command, text: str, principal: Principal
    ) -> bool:
        if command.type in BULKY:
            text = command.model_dump_json(include={"id", "type"})
        entry = (command.id, time.time(), principal.name, text)
        return await self.database.surely(SessionStore.add_command, session.id, entry)

    async def _foresee(self, session: Session, command: Command) -> None:
        """Remember what a worker started anew would have to know."""
        match command:
            case RunCommand(steps=steps):
                goal = None if steps is None else session.step + steps
                session.set_wanted("running", goal)
            case PauseCommand() | StepCommand() | ResetCommand() | RewindCommand():
                session.set_wanted("running" if session.state.phase == "running" else "paused")
            case BudgetCommand(share=share):
                session.budget_share = share
                await self._store_pace(session)
            case PaceCommand(steps_per_s=pace):
                session.pace_steps_per_s = pace
                await self._store_pace(session)
            case _:
                pass

    async def _store_pace(self, session: Session) -> None:
        share, pace = session.budget_share, session.pace_steps_per_s
        await self.database.surely(SessionStore.set_pace, session.id, share, pace)


async def _is_answered(asked: Asked, within_s: float) -> bool:
    done, _ = await asyncio.wait({asked.answer}, timeout=within_s)
    return bool(done)


async def until_rest(session: Session, wait_s: float) -> None:
    """Wait until a session that was told to go on has come to rest.

    A worker tells that it runs before it answers the command, so a session that does not run and
    is not on its way to a goal has been there.
    """
    deadline = time.monotonic() + wait_s
    while not _is_at_rest(session) and time.monotonic() < deadline:
        with suppress(TimeoutError):
            await asyncio.wait_for(session.changed.wait(), max(deadline - time.monotonic(), 0.001))


def _is_at_rest(session: Session) -> bool:
    phase = session.state.phase
    return phase in {"failed", "sleeping"} or (phase == "paused" and session.wanted != "running")
