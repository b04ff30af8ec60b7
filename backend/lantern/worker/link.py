"""The link home: a thread that keeps a WebSocket to web open and carries events and commands."""

import asyncio
import contextlib
import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from lantern.protocol import frame
from lantern.protocol.commands import Command
from lantern.protocol.events import BINARY_TYPES, EventBase
from lantern.protocol.ids import SUBPROTOCOL, SessionId
from lantern.protocol.link import Persisted, Welcome, WorkerHello
from lantern.worker.outbox import Outbox

log = logging.getLogger(__name__)

FENCED = (4404, 4409)
"""Close codes: the session was deleted, or a newer incarnation of it runs; this one must end."""

Incoming = TypeAdapter[Welcome | Persisted | Command](
    Annotated[Welcome | Persisted | Command, Field(discriminator="type")]
)


class Fenced:
    """Put into the inbox when web refuses this incarnation: end at once and write nothing."""


class Abandoned:
    """Put into the inbox when web and agent are both gone for long: snapshot and end."""


Inbox = queue.SimpleQueue[Command | Fenced | Abandoned]


@dataclass(frozen=True)
class Address:
    """Where web is and who is calling."""

    url: str
    """`ws://host:port`, without a path."""
    token: str
    session: SessionId
    incarnation: int
    pid: int


@dataclass(frozen=True)
class Patience:
    """How long the link waits, in seconds."""

    redial_min_s: float = 0.2
    redial_max_s: float = 5.0
    orphaned_s: float = 60.0


def encode(event: EventBase) -> bytes | str:
    """Return an event as it travels: a frame if it holds arrays, JSON text otherwise."""
    if getattr(event, "type", None) in BINARY_TYPES:
        return frame.encode(event)
    return event.model_dump_json()


class Link(threading.Thread):
    """Dials web again and again; puts commands into the inbox, sends what the outbox holds."""

    def __init__(
        self,
        address: Address,
        inbox: Inbox,
        outbox: Outbox,
        *,
        agent_alive: Callable[[], bool],
        patience: Patience = Patience(),
    ) -> None:
        super().__init__(name="link", daemon=True)
        self._address, self._inbox, self._outbox = address, inbox, outbox
        self._agent_alive, self._patience = agent_alive, patience
        self._alone_since: float | None = None
        self._hang_up: Callable[[], None] = _nothing
        self.cpu_s = 0.0
        """Processor time this thread has used, so that the cost of sending can be counted."""

    def run(self) -> None:
        """Keep the link up until the worker ends; the body of the thread."""
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._serve())

    def drain(self, timeout_s: float) -> bool:
        """Wait until web has stored everything that counts, at most so long; then hang up."""
        deadline = time.monotonic() + timeout_s
        while not self._outbox.is_empty() and time.monotonic() < deadline and self.is_alive():
            time.sleep(0.005)
        self._hang_up()
        self.join(2.0)
        return self._outbox.is_empty()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        fresh = asyncio.Event()
        self._outbox.wake = _waker(loop, fresh)
        task = asyncio.current_task()
        assert task is not None
        self._hang_up = _from_outside(loop, task)
        wait_s = self._patience.redial_min_s
        while True:
            started = time.monotonic()
            if not await self._one_connection(fresh):
                return
            if time.monotonic() - started > self._patience.redial_max_s:
                wait_s = self._patience.redial_min_s
            self._watch_for_abandonment()
            await asyncio.sleep(random.uniform(self._patience.redial_min_s, wait_s))
            wait_s = min(wait_s * 1.6, self._patience.redial_max_s)

    async def _one_connection(self, fresh: asyncio.Event) -> bool:
        """Dial, talk until the line drops; return False if web told this incarnation to end."""
        try:
            async with connect(
                f"{self._address.url}/api/v1/links/worker",
                additional_headers={"Authorization": f"Bearer {self._address.token}"},
                subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
                compression=None,
                max_size=16 * 2**20,
                open_timeout=5,
                close_timeout=1,
                ping_interval=10,
                ping_timeout=20,
                proxy=None,
            ) as socket:
                await self._talk(socket, fresh)
        except ConnectionClosed as error:
            if error.rcvd is not None and error.rcvd.code in FENCED:
                self._inbox.put(Fenced())
                return False
        except (OSError, InvalidHandshake, TimeoutError, ValidationError) as error:
            log.info("no link to web: %s", error)
        return True

    async def _talk(self, socket: ClientConnection, fresh: asyncio.Event) -> None:
        hello = WorkerHello(
            session=self._address.session,
            incarnation=self._address.incarnation,
            pid=self._address.pid,
            last_seq=self._outbox.last_seq,
        )
        await socket.send(hello.model_dump_json())
        welcome = Welcome.model_validate_json(await socket.recv())
        self._alone_since = None
        self._outbox.rewind(welcome.have_seq)
        fresh.set()
        sender = asyncio.create_task(self._send(socket, fresh))
        try:
            async for message in socket:
                self._receive(message)
            await socket.recv()  # raises with the close code
        except asyncio.CancelledError:
            await socket.close()
            raise
        finally:
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                await sender

    async def _send(self, socket: ClientConnection, fresh: asyncio.Event) -> None:
        while True:
            while (event := self._outbox.take()) is not None:
                await socket.send(encode(event))
                self.cpu_s = time.thread_time()
            await fresh.wait()
            fresh.clear()

    def _receive(self, message: str | bytes) -> None:
        try:
            said = Incoming.validate_json(message)
        except ValidationError as error:
            log.warning("not understood: %.200s (%s)", message, error.errors()[0]["msg"])
            return
        match said:
            case Persisted():
                self._outbox.persisted(said.seq)
            case Welcome():
                log.warning("a second welcome on one link")
            case _:
                self._inbox.put(said)

    def _watch_for_abandonment(self) -> None:
        now = time.monotonic()
        if self._agent_alive():
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = now
        elif now - self._alone_since > self._patience.orphaned_s:
            log.warning("web and agent are gone for %.0f s", self._patience.orphaned_s)
            self._inbox.put(Abandoned())


def _nothing() -> None:
    """Hang up before there was a link."""


def _from_outside(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None]) -> Callable[[], None]:
    def cancel() -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            loop.call_soon_threadsafe(task.cancel)

    return cancel


def _waker(loop: asyncio.AbstractEventLoop, fresh: asyncio.Event) -> Callable[[], None]:
    def wake() -> None:
        if not fresh.is_set():
            with contextlib.suppress(RuntimeError):  # the loop is closed when the worker ends
                loop.call_soon_threadsafe(fresh.set)

    return wake
