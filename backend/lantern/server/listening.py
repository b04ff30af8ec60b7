"""How web listens: its own socket, WebSockets without compression, small limits for browsers."""

import resource
import socket
import struct
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from lantern.server.settings import Settings

LINK_MESSAGE_BYTES = 256_000_000
"""An exported model of the largest size with its optimizer state."""
VIEWER_MESSAGE_BYTES = 2_100_000
"""A drawn input of the largest size."""
USER_TIMEOUT_MS = 10_000
BACKLOG = 512
SMALL_BYTES = 4096
FEW = 16
TEXT, BINARY = 0x81, 0x82
"""First byte of a whole message in one frame (RFC 6455, section 5.2)."""


class Protocol(WebSocketsSansIOProtocol):
    """Uvicorn's own, with a size limit that depends on who is at the other end.

    With hundreds of viewers most of web's time goes into single frames, so both directions have a
    short way for the ordinary one; every other goes uvicorn's.
    """

    def handle_connect(self, event: Request) -> None:
        """Take up a connection; only workers and agents may send large messages."""
        super().handle_connect(event)
        if not event.path.startswith("/api/v1/links/"):
            self.conn.max_message_size = VIEWER_MESSAGE_BYTES

    def send_receive_event_to_app(self) -> None:
        """Queue a message; a small one does not stop the reading, which costs two system calls."""
        is_small = len(self.frames) == 1 and len(self.frames[0]) <= SMALL_BYTES
        if self.read_paused or not is_small or self.queue.qsize() >= FEW:
            super().send_receive_event_to_app()
            return
        self.read_paused = True  # for uvicorn, which then leaves the transport as it is
        super().send_receive_event_to_app()
        self.read_paused = False

    async def send(self, message: ASGISendEvent) -> None:
        """Send a message; on an open link it needs no masking, no extension and no state."""
        if message["type"] == "websocket.send" and self._is_ready():
            self.transport.write(frame_of(message.get("bytes"), message.get("text")))
        else:
            await super().send(message)

    def _is_ready(self) -> bool:
        is_open = self.handshake_complete and self.conn.state is State.OPEN
        is_there = not self.disconnected and not self.transport.is_closing()
        return is_open and is_there and self.writable.is_set()


def frame_of(data: bytes | None, text: str | None) -> bytes:
    """Return a message as one frame from server to client."""
    payload = data if data is not None else (text or "").encode()
    first, length = BINARY if data is not None else TEXT, len(payload)
    if length < 126:
        head = bytes((first, length))
    elif length < 2**16:
        head = struct.pack("!BBH", first, 126, length)
    else:
        head = struct.pack("!BBQ", first, 127, length)
    return head + payload


def server_of(app: ASGIApp, settings: Settings, **more: Any) -> uvicorn.Server:  # noqa: ANN401 - handed on to uvicorn
    """Return a server that is ready to serve on a socket of `listen`."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        ws=Protocol,
        ws_per_message_deflate=False,
        ws_max_size=LINK_MESSAGE_BYTES,
        http="httptools",
        server_header=False,
        access_log=False,
        log_config=None,
        forwarded_allow_ips="127.0.0.1",
        timeout_graceful_shutdown=3,
        **more,
    )
    return uvicorn.Server(config)


def listen(settings: Settings) -> socket.socket:
    """Return a listening socket; connections inherit its options.

    A viewer that never reads is freed by TCP_USER_TIMEOUT: closing politely would wait for it.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux only
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
    listener.bind((settings.host, settings.port))
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def raise_file_limit() -> None:
    """Allow as many connections as the system does; 1024 are too few for a lecture."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
