"""The commands of one viewer: handed in one after the other, not too many a second."""

import asyncio
import time

from lantern.protocol.commands import Command
from lantern.protocol.events import ReplyEvent
from lantern.protocol.ids import CommandId
from lantern.protocol.live import RefusedEvent
from lantern.protocol.problems import Problem, ProblemError
from lantern.server.desk import StillAtWork
from lantern.server.mailbox import Mailbox
from lantern.server.problems import Refusal
from lantern.server.roles import Principal
from lantern.server.services import Services
from lantern.server.session import Asked, Session

COMMANDS_PER_S = 20.0
BURST = 40
MAX_WAITING = 100


class Asking:
    """Takes what a viewer asks for, and tells the viewer what is refused."""

    def __init__(
        self, session: Session, principal: Principal, services: Services, mailbox: Mailbox
    ) -> None:
        self.session = session
        self.principal = principal
        self.services = services
        self.mailbox = mailbox
        self._asks: asyncio.Queue[Command] = asyncio.Queue(MAX_WAITING)

    def take(self, command: Command) -> None:
        """Queue a command."""
        try:
            self._asks.put_nowait(command)
        except asyncio.QueueFull:
            self._reply(command.id, Problem(sentence="Too many commands at a time."))

    async def run(self) -> None:
        """Hand commands in, at no more than so many a second, until cancelled."""
        allowance, last = float(BURST), time.monotonic()
        while True:
            command = await self._asks.get()
            now = time.monotonic()
            allowance = min(float(BURST), allowance + (now - last) * COMMANDS_PER_S) - 1
            last = now
            if allowance < 0:
                await asyncio.sleep(-allowance / COMMANDS_PER_S)
            await self._hand_in(command)

    def refuse(self, problem: Problem) -> None:
        """Tell the viewer that a message was not understood or not allowed."""
        self.mailbox.post(RefusedEvent(problem=problem).model_dump_json())

    async def _hand_in(self, command: Command) -> None:
        try:
            asked = await self.services.desk.submit(
                self.session, command, self.principal, asker=self.mailbox
            )
        except (ProblemError, Refusal) as error:
            self._reply(command.id, error.problem)
            return
        self.services.lifecycle.spawn(self._follow(asked))

    async def _follow(self, asked: Asked) -> None:
        """Tell the viewer of silence only: the worker's own reply comes through the relay."""
        try:
            await self.services.desk.answer(self.session, asked)
        except StillAtWork:
            return
        except Refusal as error:
            self._reply(asked.command.id, error.problem)

    def _reply(self, command: CommandId, problem: Problem) -> None:
        if command:
            event = ReplyEvent(command_id=command, problem=problem)
            self.mailbox.post(event.model_dump_json())
        else:
            self.refuse(problem)
