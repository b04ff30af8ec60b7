"""How web listens: its own socket, WebSockets without compression, small limits for browsers."""

import resource
import socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from lantern.server.settings import Settings

LINK_MESSAGE_BYTES = 256_000_000
"""An exported model of the largest size with its optimizer state."""
VIEWER_MESSAGE_BYTES = 2_100_000
"""A drawn input of the largest size."""
USER_TIMEOUT_MS = 10_000
BACKLOG = 512


class Protocol(WebSocketsSansIOProtocol):
    """Uvicorn's own, with a size limit that depends on who is at the other end."""

    def handle_connect(self, event: Request) -> None:
        """Take up a connection; only workers and agents may send large messages."""
        super().handle_connect(event)
        if not event.path.startswith("/api/v1/links/"):
            self.conn.max_message_size = VIEWER_MESSAGE_BYTES


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
