"""A browser's link to one session: snapshot first, then everything as it happens."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Coroutine

from pydantic import TypeAdapter, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from lantern.protocol.commands import Command, UnwatchCommand, WatchCommand
from lantern.protocol.events import ReplyEvent
from lantern.protocol.ids import CommandId, ViewKey
from lantern.protocol.live import (
    Ack,
    Ask,
    HeartbeatEvent,
    RefusedEvent,
    Unwatch,
    ViewerMessage,
    Watch,
    WatchingEvent,
)
from lantern.protocol.problems import Problem, ProblemError
from lantern.server.guard import PRINCIPAL
from lantern.server.handshake import accept
from lantern.server.mailbox import Mailbox, Message, SlowViewerError
from lantern.server.problems import Refusal, problem_of
from lantern.server.relay import MAX_VIEWS, Viewer
from lantern.server.roles import Principal, may
from lantern.server.services import Services
from lantern.server.session import Asked, Session
from lantern.server.snapshot import snapshot_frame

HEARTBEAT_S = 10.0
GRACE_S = 3.0
"""For a view that nobody looks at: reloading a page should not cost its figures."""
MAX_MESSAGE_BYTES = 2_000_000
MAX_MALFORMED = 20
MALFORMED_S = 10.0
COMMANDS_PER_S = 20.0
BURST = 40
MAX_WAITING = 100
RESYNC = 4408
GONE = 4404
FORBIDDEN = 4403
MESSAGE: TypeAdapter[ViewerMessage] = TypeAdapter(ViewerMessage)


async def live(socket: WebSocket, services: Services) -> None:
    """Serve one browser until it goes."""
    if not await accept(socket):
        return
    session = services.sessions.get(socket.path_params["session"])
    principal: Principal = socket.scope[PRINCIPAL]
    if session is None:
        await socket.close(GONE, "This session does not exist any more.")
    elif not may(principal, "look"):
        await socket.close(FORBIDDEN, "You may not look at this session.")
    else:
        await LiveLink(socket, session, principal, services).run()


class LiveLink:
    """One connection of one browser."""

    def __init__(
        self, socket: WebSocket, session: Session, principal: Principal, services: Services
    ) -> None:
        self.socket = socket
        self.session = session
        self.principal = principal
        self.services = services
        self.mailbox = Mailbox(services.meters)
        self.viewer = Viewer(self.mailbox)
        self._asks: asyncio.Queue[Command] = asyncio.Queue(MAX_WAITING)
        self._malformed: deque[float] = deque(maxlen=MAX_MALFORMED)

    async def run(self) -> None:
        """Do all that a connection needs at once, until one part of it ends."""
        self.services.meters.viewers.inc()
        self.mailbox.post(snapshot_frame(self.session, self.principal.role))
        self.session.relay.join(self.viewer)
        works = (self.mailbox.run(self._send), self._receive(), self._beat(), self._carry_out())
        try:
            await self._until_one_ends(works)
        finally:
            self.services.meters.viewers.dec()
            for key in self.session.relay.leave(self.viewer):
                self._unwatch_later(key)

    async def _until_one_ends(self, works: tuple[Coroutine[None, None, None], ...]) -> None:
        tasks = [asyncio.create_task(work) for work in works]
        if self.session.worker is None and self.session.wanted != "failed":
            self.services.lifecycle.spawn(self.services.lifecycle.wake(self.session))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, SlowViewerError):
                self.services.meters.evictions.labels(why=result.why).inc()
                await self._close(RESYNC, "This page fell behind; it connects again.")
            elif isinstance(result, Exception) and not isinstance(result, GOES_AWAY):
                raise result

    async def _close(self, code: int, sentence: str) -> None:
        """Say goodbye, if it can still be heard: closing waits for the peer to read."""
        try:
            await asyncio.wait_for(self.socket.close(code, sentence), 0.5)
        except (TimeoutError, *GOES_AWAY):
            pass

    async def _send(self, message: Message) -> None:
        if isinstance(message, str):
            await self.socket.send_text(message)
        else:
            await self.socket.send_bytes(message)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S / 4)
            self.mailbox.check()
            beat = HeartbeatEvent(server_time=time.time())
            self.mailbox.put("heartbeat", beat.model_dump_json())
            if self.session.is_gone:
                await self._close(GONE, "This session was deleted.")
                return

    async def _receive(self) -> None:
        while True:
            received = await self.socket.receive()
            if received["type"] != "websocket.receive":
                return
            text: str | None = received.get("text")
            if not self._understand(text):
                await self._close(1008, "Too many messages that are not of the protocol.")
                return

    def _understand(self, text: str | None) -> bool:
        """Act on a message; return whether the connection may go on."""
        try:
            if text is None or len(text) > MAX_MESSAGE_BYTES:
                raise ProblemError("A message must be JSON text of at most 2 MB.")
            self._take(MESSAGE.validate_json(text))
        except ValidationError as error:
            return self._refuse_malformed(problem_of(error, body=_parsed(text)))
        except ProblemError as error:
            return self._refuse_malformed(error.problem)
        return True

    def _refuse_malformed(self, problem: Problem) -> bool:
        self.services.meters.rejected.labels(why="viewer message").inc()
        now = time.monotonic()
        self._malformed.append(now)
        self._refuse(problem)
        is_full = len(self._malformed) == MAX_MALFORMED
        return not (is_full and now - self._malformed[0] < MALFORMED_S)

    def _refuse(self, problem: Problem) -> None:
        self.mailbox.post(RefusedEvent(problem=problem).model_dump_json())

    def _take(self, message: ViewerMessage) -> None:
        match message:
            case Ack(frames=frames):
                self.mailbox.acknowledge(frames)
            case Watch():
                self._watch(message)
            case Unwatch(ref=ref):
                key = self.session.relay.unwatch(self.viewer, ref)
                if key is not None:
                    self._unwatch_later(key)
            case Ask(command=command):
                try:
                    self._asks.put_nowait(command)
                except asyncio.QueueFull:
                    self._reply(command.id, Problem(sentence="Too many commands at a time."))

    def _watch(self, message: Watch) -> None:
        relay = self.session.relay
        try:
            view = self.services.catalog.checked_view(message.view)
            if len(self.viewer.refs) >= MAX_VIEWS and message.ref not in self.viewer.refs:
                raise ProblemError(f"At most {MAX_VIEWS} views can be open on one page.")
        except ProblemError as error:
            answer = WatchingEvent(ref=message.ref, key=None, problem=error.problem)
            self.mailbox.post(answer.model_dump_json())
            return
        key, is_new, left = relay.watch(self.viewer, message.ref, view)
        self.mailbox.post(WatchingEvent(ref=message.ref, key=key).model_dump_json())
        relay.resend(self.viewer, key)
        if is_new and self.session.worker is not None:
            command = WatchCommand.model_validate({"key": key, "view": view})
            self.session.worker.send(command.model_dump_json())
        if left is not None:
            self._unwatch_later(left)

    def _unwatch_later(self, key: ViewKey) -> None:
        self.services.lifecycle.spawn(_unwatch(self.session, key))

    async def _carry_out(self) -> None:
        """Hand commands in one after the other, at no more than so many a second."""
        allowance, last = float(BURST), time.monotonic()
        while True:
            command = await self._asks.get()
            now = time.monotonic()
            allowance = min(float(BURST), allowance + (now - last) * COMMANDS_PER_S) - 1
            last = now
            if allowance < 0:
                await asyncio.sleep(-allowance / COMMANDS_PER_S)
            await self._hand_in(command)

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
        except Refusal as error:
            self._reply(asked.command.id, error.problem)

    def _reply(self, command: CommandId, problem: Problem) -> None:
        if command:
            event = ReplyEvent(command_id=command, problem=problem)
            self.mailbox.post(event.model_dump_json())
        else:
            self._refuse(problem)


GOES_AWAY = (WebSocketDisconnect, RuntimeError)
"""What starlette raises when the other side is not there any more."""


def _parsed(text: str | None) -> object:
    """Return what a refused message held, so that the field to blame can be named."""
    try:
        return json.loads(text or "")
    except (ValueError, RecursionError):
        return None


async def _unwatch(session: Session, key: ViewKey) -> None:
    await asyncio.sleep(GRACE_S)
    if session.relay.forget(key) and session.worker is not None:
        session.worker.send(UnwatchCommand(key=key).model_dump_json())
