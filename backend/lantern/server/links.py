"""Where workers and agents dial in."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from pydantic import TypeAdapter, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from lantern.protocol import frame
from lantern.protocol.commands import WatchCommand
from lantern.protocol.ids import SessionId
from lantern.protocol.link import (
    AgentEvent,
    AgentHello,
    Welcome,
    WorkerExited,
    WorkerHello,
    WorkerStarted,
)
from lantern.server.auth import LINK_TOKEN
from lantern.server.fleet import Agent
from lantern.server.handshake import accept
from lantern.server.intake import MalformedError, receive
from lantern.server.mailbox import Message
from lantern.server.services import Services
from lantern.server.session import Session

log = logging.getLogger(__name__)
HELLO_S = 10.0
STALE = 4409
GONE = 4404
AGENT_EVENT: TypeAdapter[AgentEvent] = TypeAdapter(AgentEvent)


class Outbox:
    """Sends to a worker or agent, in order; nobody waits for it."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self._queue: asyncio.Queue[str | tuple[int, str]] = asyncio.Queue()

    def send(self, text: str) -> None:
        """Queue a message."""
        self._queue.put_nowait(text)

    def close(self, code: int, sentence: str) -> None:
        """Queue the end."""
        self._queue.put_nowait((code, sentence))

    async def run(self) -> None:
        """Send until the end is reached."""
        while True:
            item = await self._queue.get()
            try:
                if isinstance(item, tuple):
                    await self.socket.close(*item)
                    return
                await self.socket.send_text(item)
            except (WebSocketDisconnect, RuntimeError):
                return


async def worker_link(socket: WebSocket, services: Services) -> None:
    """Hear one worker until it goes."""
    if not await accept(socket):
        return
    async with _outbox(socket) as outbox:
        try:
            hello = WorkerHello.model_validate_json(await _first_message(socket))
        except (ValidationError, TimeoutError, WebSocketDisconnect):
            outbox.close(1008, "The first message must be a worker's hello.")
            return
        session = _session_of(hello, services, outbox, socket.scope[LINK_TOKEN])
        if session is not None:
            await _hear_worker(socket, outbox, session, services)


def _session_of(
    hello: WorkerHello, services: Services, outbox: Outbox, token: tuple[SessionId, int]
) -> Session | None:
    session = services.sessions.get(hello.session)
    if (hello.session, hello.incarnation) != token:
        outbox.close(4403, "The token is of another session or incarnation.")
    elif session is None:
        outbox.close(GONE, "The session was deleted.")
    elif session.incarnation != hello.incarnation:
        outbox.close(STALE, f"The session is at incarnation {session.incarnation} by now.")
    else:
        return session
    return None


async def _hear_worker(
    socket: WebSocket, outbox: Outbox, session: Session, services: Services
) -> None:
    if session.worker is not None:
        session.worker.close(4000, "The worker dialled again.")
    incarnation = session.incarnation
    session.worker = outbox
    outbox.send(Welcome(have_seq=session.have_seq).model_dump_json())
    _send_again(session, outbox)
    services.lifecycle.linked(session)
    try:
        async for message in _messages(socket):
            if session.worker is not outbox or session.incarnation != incarnation:
                outbox.close(STALE, "Another worker has taken over this session.")
                return
            _take(session, message, services)
    finally:
        if session.worker is outbox:
            session.worker = None
            services.lifecycle.lost(session)


def _send_again(session: Session, outbox: Outbox) -> None:
    """Ask once more for what is watched and for what was never answered."""
    for watched in session.relay.watched.values():
        command = WatchCommand.model_validate({"key": watched.key, "view": watched.view})
        outbox.send(command.model_dump_json())
    for asked in session.asked.values():
        outbox.send(asked.text)


def _take(session: Session, message: Message, services: Services) -> None:
    try:
        receive(session, message)
    except MalformedError as error:
        services.meters.rejected.labels(why="worker message").inc()
        log.warning("message of session %s left out: %s", session.id, error)
    services.journal.nudge(session)


async def agent_link(socket: WebSocket, services: Services) -> None:
    """Hear one agent until it goes."""
    if not await accept(socket):
        return
    async with _outbox(socket) as outbox:
        try:
            hello = AgentHello.model_validate_json(await _first_message(socket))
        except (ValidationError, TimeoutError, WebSocketDisconnect):
            outbox.close(1008, "The first message must be an agent's hello.")
            return
        services.catalog.update(hello.catalog)
        outbox.send(Welcome().model_dump_json())
        agent = services.fleet.join(hello, outbox)
        services.lifecycle.agent_joined(agent)
        log.info("agent %s joined: preload took %.3f s", hello.agent, hello.preload_s)
        try:
            async for message in _messages(socket):
                _take_from_agent(agent, message, services)
        finally:
            services.fleet.leave(agent)


def _take_from_agent(agent: Agent, message: Message, services: Services) -> None:
    try:
        if isinstance(message, bytes):
            job = agent.jobs.get(str(frame.header_of(message).get("id")))
            if job is not None and not job.done():
                job.set_result(message)
            return
        event = AGENT_EVENT.validate_json(message)
    except ValueError as error:
        services.meters.rejected.labels(why="agent message").inc()
        log.warning("message of agent %s left out: %s", agent.id, str(error)[:200])
        return
    if isinstance(event, WorkerExited):
        services.lifecycle.spawn(services.lifecycle.exited(agent, event))
    elif isinstance(event, WorkerStarted):
        agent.workers[event.session] = event.incarnation


async def _first_message(socket: WebSocket) -> str:
    message = await asyncio.wait_for(socket.receive(), HELLO_S)
    if message["type"] != "websocket.receive":
        raise WebSocketDisconnect
    text = message.get("text")
    return text if isinstance(text, str) else ""


async def _messages(socket: WebSocket) -> AsyncIterator[Message]:
    while True:
        message = await socket.receive()
        if message["type"] != "websocket.receive":
            return
        text: str | None = message.get("text")
        yield text if text is not None else message["bytes"]


@asynccontextmanager
async def _outbox(socket: WebSocket) -> AsyncGenerator[Outbox, None]:
    """Send in the background; what was queued is sent before the end, if the peer still hears."""
    outbox = Outbox(socket)
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox
        outbox.close(1000, "")
        await asyncio.wait({task}, timeout=1.0)
    finally:
        task.cancel()
