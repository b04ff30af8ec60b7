"""The agent's link to web: dialled again and again, with what could not be said kept for later."""

import asyncio
import contextlib
import logging
import random
from collections import deque
from collections.abc import Callable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from lantern.protocol import frame
from lantern.protocol.ids import SUBPROTOCOL
from lantern.protocol.link import (
    AgentCommand,
    AgentHello,
    JobDone,
    Welcome,
    WorkerExited,
    WorkerStarted,
)

log = logging.getLogger(__name__)

Incoming: TypeAdapter[Welcome | AgentCommand] = TypeAdapter(Welcome | AgentCommand)
News = WorkerStarted | WorkerExited | JobDone
REDIAL_MIN_S = 0.1
REDIAL_MAX_S = 2.0


class AgentLink:
    """Hands web's commands to the agent, and the agent's news to web."""

    def __init__(
        self,
        url: str,
        token_file: Path,
        *,
        hello: Callable[[], AgentHello],
        obey: Callable[[AgentCommand], None],
    ) -> None:
        self._url, self._token_file = url, token_file
        self._hello, self._obey = hello, obey
        self._unsent: deque[News] = deque()
        self._fresh = asyncio.Event()

    def tell(self, news: News) -> None:
        """Say something, now or when web is back."""
        self._unsent.append(news)
        self._fresh.set()

    async def serve(self) -> None:
        """Keep the link up, for ever."""
        wait_s = REDIAL_MIN_S
        while True:
            try:
                await self._one_connection()
                wait_s = REDIAL_MIN_S
            except ConnectionClosed:
                wait_s = REDIAL_MIN_S
            except (OSError, InvalidHandshake, ValidationError) as error:
                log.info("no link to web: %s", error)
            await asyncio.sleep(random.uniform(REDIAL_MIN_S / 2, wait_s))
            wait_s = min(wait_s * 1.6, REDIAL_MAX_S)

    async def _one_connection(self) -> None:
        token = self._token_file.read_text().strip()
        async with connect(
            f"{self._url}/api/v1/links/agent",
            additional_headers={"Authorization": f"Bearer {token}"},
            subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
            compression=None,
            max_size=16 * 2**20,
            open_timeout=5,
            close_timeout=1,
            ping_interval=10,
            ping_timeout=20,
            proxy=None,
        ) as socket:
            await socket.send(self._hello().model_dump_json())
            Welcome.model_validate_json(await socket.recv())
            log.info("linked to web")
            sender = asyncio.create_task(self._send(socket))
            try:
                async for message in socket:
                    self._receive(message)
            except asyncio.CancelledError:
                await socket.close()
                raise
            finally:
                sender.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                    await sender

    async def _send(self, socket: ClientConnection) -> None:
        while True:
            while self._unsent:
                news = self._unsent[0]
                is_frame = isinstance(news, JobDone)
                await socket.send(frame.encode(news) if is_frame else news.model_dump_json())
                self._unsent.popleft()
            self._fresh.clear()
            await self._fresh.wait()

    def _receive(self, message: str | bytes) -> None:
        try:
            said = Incoming.validate_json(message)
        except ValidationError as error:
            log.warning("not understood: %s", error.errors()[0]["msg"])
            return
        if isinstance(said, Welcome):
            log.warning("a second welcome on one link")
        else:
            self._obey(said)
