"""A viewer without a browser: speaks the live protocol as the page does."""

import asyncio
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import websockets
from pydantic import TypeAdapter

from lantern.protocol import frame
from lantern.protocol.commands import Command
from lantern.protocol.ids import SUBPROTOCOL
from lantern.protocol.live import Ack, Ask, LiveEvent, Unwatch, Watch
from lantern.protocol.views import View

EVENTS: TypeAdapter[Any] = TypeAdapter(LiveEvent)
COMMANDS: TypeAdapter[Any] = TypeAdapter(Command)


@dataclass
class Arrival:
    """One message as it came in."""

    at_s: float
    size_bytes: int
    header: dict[str, Any]
    raw: str | bytes = field(repr=False)

    @property
    def type(self) -> str:
        """The event's type."""
        return self.header["type"]


class Viewer:
    """One connection to a session; acknowledges keyed frames as soon as they are read."""

    def __init__(self, url: str, session: str) -> None:
        self.address = f"{url.replace('http', 'ws', 1)}/api/v1/sessions/{session}/live"
        self.origin = url
        self.arrivals: asyncio.Queue[Arrival] = asyncio.Queue()
        self.bytes_per_s: float | None = None
        """Reads no faster than this: a phone in the last row."""

    async def __aenter__(self) -> Self:
        self.socket = await websockets.connect(
            self.address,
            subprotocols=[websockets.Subprotocol(SUBPROTOCOL)],
            origin=websockets.Origin(self.origin),
            compression=None,
            max_size=None,
        )
        self.reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.reader.cancel()
        await self.socket.close()

    async def _read(self) -> None:
        async for message in self.socket:
            if self.bytes_per_s is not None:
                await asyncio.sleep(len(message) / self.bytes_per_s)
            now = time.perf_counter()
            if isinstance(message, bytes):
                header = frame.header_of(message)
            else:
                header = EVENTS.validate_json(message).model_dump(mode="json")
            if header["type"] == "figure":
                await self.send(Ack())
            self.arrivals.put_nowait(Arrival(now, len(message), header, message))

    async def send(self, message: Any) -> None:
        """Send one viewer message."""
        await self.socket.send(message.model_dump_json())

    async def watch(self, inspector: str, ref: str = "v", **params: Any) -> None:
        """Ask for a view."""
        await self.send(Watch(ref=ref, view=View(inspector=inspector, params=params)))

    async def unwatch(self, ref: str) -> None:
        """Give a view up."""
        await self.send(Unwatch(ref=ref))

    async def ask(self, **command: Any) -> None:
        """Send a command."""
        await self.send(Ask(command=COMMANDS.validate_python(command)))

    async def next(self, kind: str, timeout_s: float = 20, **values: Any) -> Arrival:
        """Return the next message of a type with the given header values, skipping others."""
        async with asyncio.timeout(timeout_s):
            while True:
                arrival = await self.arrivals.get()
                header = arrival.header
                if arrival.type == kind and all(header.get(k) == v for k, v in values.items()):
                    return arrival
