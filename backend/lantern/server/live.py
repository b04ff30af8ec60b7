"""A browser's link to one session: snapshot first, then everything as it happens."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Coroutine

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import Headers
from starlette.websockets import WebSocket, WebSocketDisconnect

from lantern.protocol.commands import UnwatchCommand, WatchCommand
from lantern.protocol.ids import ViewKey
from lantern.protocol.live import (
    Ack,
    Ask,
    HeartbeatEvent,
    Unwatch,
    ViewerMessage,
    Watch,
    WatchingEvent,
)
from lantern.protocol.problems import Problem, ProblemError
from lantern.server.asking import Asking
from lantern.server.guard import PRINCIPAL
from lantern.server.handshake import accept
from lantern.server.mailbox import Mailbox, Message, SlowViewerError
from lantern.server.problems import Refusal, problem_of
from lantern.server.relay import MAX_VIEWS, Viewer
from lantern.server.roles import Principal, may
from lantern.server.services import Services
from lantern.server.session import Session
from lantern.server.snapshot import snapshot_frame

HEARTBEAT_S = 10.0
GRACE_S = 3.0
"""For a view that nobody looks at: reloading a page should not cost its figures."""
MAX_MESSAGE_BYTES = 2_000_000
MAX_MALFORMED = 20
MALFORMED_S = 10.0
RESYNC = 4408
SIGNED_OUT = 4401
GONE = 4404
FORBIDDEN = 4403
ACKS = {
    text: frames
    for frames in range(1, 17)
    for text in (f'{{"type":"ack","frames":{frames}}}', Ack(frames=frames).model_dump_json())
} | {'{"type":"ack"}': 1}
"""The commonest message by far, as pages and clients write it, and for how many figures it is."""
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
        self.asking = Asking(session, principal, services, self.mailbox)
        self._malformed: deque[float] = deque(maxlen=MAX_MALFORMED)

    async def run(self) -> None:
        """Do all that a connection needs at once, until one part of it ends."""
        self.services.meters.viewers.inc()
        self.mailbox.post(snapshot_frame(self.session, self.principal.role))
        self.session.relay.join(self.viewer)
        works = (
            self.mailbox.run(self._send),
            self._receive(),
            self._beat(),
            self.asking.run(),
            self._until_signed_out(),
        )
        try:
            await self._until_one_ends(works)
        finally:
            self.services.meters.viewers.dec()
            self.session.touch()
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

    async def _until_signed_out(self) -> None:
        """End the link of somebody who has signed out, or whose invitation was revoked."""
        auth, scope = self.services.auth, self.socket.scope
        while True:
            await auth.changed_or_later()
            known = await auth.identify(scope, Headers(scope=scope))
            if known != self.principal:
                await self._close(SIGNED_OUT, "You are signed out.")
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
        frames = ACKS.get(text or "")
        if frames is not None:
            self.mailbox.acknowledge(frames)
            return True
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
        self.asking.refuse(problem)
        is_full = len(self._malformed) == MAX_MALFORMED
        return not (is_full and now - self._malformed[0] < MALFORMED_S)

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
                self.asking.take(command)

    def _watch(self, message: Watch) -> None:
        relay = self.session.relay
        try:
            view = self.services.catalog.checked_view(message.view)
            if len(self.viewer.refs) >= MAX_VIEWS and message.ref not in self.viewer.refs:
                raise ProblemError(f"At most {MAX_VIEWS} views can be open on one page.")
        except (ProblemError, Refusal) as error:
            answer = WatchingEvent(ref=message.ref, key=None, problem=error.problem)
            self.mailbox.post(answer.model_dump_json())
            return
        key, is_new, left = relay.watch(self.viewer, message.ref, view)
        self.mailbox.post(WatchingEvent(ref=message.ref, key=key).model_dump_json())
        if not message.anew:
            relay.resend(self.viewer, key)
        if (is_new or message.anew) and self.session.worker is not None:
            command = WatchCommand.model_validate({"key": key, "view": view})
            self.session.worker.send(command.model_dump_json())
        if left is not None:
            self._unwatch_later(left)

    def _unwatch_later(self, key: ViewKey) -> None:
        self.services.lifecycle.spawn(_unwatch(self.session, key))


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
