"""The outermost layer: nobody gets in whose Host, Origin and credentials are not right."""

import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lantern.protocol.problems import Problem
from lantern.server import problems
from lantern.server.metrics import Meters
from lantern.server.roles import Principal
from lantern.server.settings import Settings, is_loopback_address

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PUBLIC_PATHS = frozenset({"/healthz", "/", "/login", "/api/v1/login", "/favicon.ico"})
PUBLIC_FOLDERS = ("/assets/", "/login/", "/fonts/")
LINKS = "/api/v1/links/"
PRINCIPAL = "lantern.principal"
"""Key of the scope under which the endpoints find who asks."""

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob: mediastream:; "
        "font-src 'self' data:; worker-src 'self' blob:; style-src 'self'; "
        "style-src-attr 'unsafe-inline'; frame-ancestors 'none'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'"
    ),
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}

Identify = Callable[[Scope, Headers], Awaitable[Principal | None]]


@dataclass(frozen=True)
class Denial:
    """Why somebody is not let in."""

    status: int
    why: str
    """A short label for the counter."""
    sentence: str


class Guard:
    """Default-deny for HTTP and WebSocket alike."""

    def __init__(
        self, app: ASGIApp, settings: Settings, identify: Identify, meters: Meters
    ) -> None:
        self.app = app
        self.settings = settings
        self.identify = identify
        self.meters = meters
        self.hosts = allowed_hosts(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        principal = await self.identify(scope, headers)
        denial = self.denial(scope, headers, principal)
        if denial is None:
            scope[PRINCIPAL] = principal
            # nothing is put around the sending of frames
            is_socket = scope["type"] == "websocket"
            await self.app(scope, receive, send if is_socket else _with_headers(scope, send))
            return
        self.meters.rejected.labels(why=denial.why).inc()
        await _deny(scope, _with_headers(scope, send), denial)

    def denial(self, scope: Scope, headers: Headers, principal: Principal | None) -> Denial | None:
        """Return why the request is refused, if it is."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self.is_our_host(hosts[0]):
            return Denial(421, "host", "This server does not go by that name.")
        if not self.is_origin_right(scope, headers):
            return Denial(403, "origin", "This request comes from another site.")
        if principal is None and not is_public(scope):
            return Denial(401, "credentials", "Sign in first.")
        return None

    def is_our_host(self, header: str) -> bool:
        """Compare by structure: `127.attacker.example` is no address, whatever it begins with."""
        try:
            parts = urlsplit(f"//{header}")
            name, _ = parts.hostname or "", parts.port
        except ValueError:
            return False
        if parts.netloc != header or parts.username is not None or not name:
            return False
        if name in self.hosts or is_loopback_address(name):
            return True
        return not self.settings.is_loopback and _is_address(name)

    def is_origin_right(self, scope: Scope, headers: Headers) -> bool:
        """Check that no other site's page is asking in its visitor's name.

        Browsers name the origin on every websocket and every unsafe request. One without an
        origin comes from a script: it may use HTTP, and a websocket with a bearer token.
        """
        is_socket = scope["type"] == "websocket"
        if not is_socket and scope["method"] in SAFE_METHODS:
            return True
        origins = headers.getlist("origin")
        if not origins:
            if "authorization" in headers:
                return True
            return not (is_socket or "cookie" in headers or "sec-fetch-site" in headers)
        scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
        own = {f"{scheme}://{headers['host']}"}
        if self.settings.public_url is not None:
            own.add(self.settings.public_url)
        return len(origins) == 1 and origins[0] in own


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """Return the names by which the server may be asked for, besides addresses."""
    names = {"localhost", settings.host, *settings.allowed_hosts}
    if settings.public_url is not None:
        names.add(urlsplit(settings.public_url).hostname or "")
    if not settings.is_loopback:
        names |= {socket.gethostname(), f"{socket.gethostname()}.local"}
    return frozenset(name.lower() for name in names if name)


def is_public(scope: Scope) -> bool:
    """Return whether anyone may ask for it: the page itself, its files, the login, the pulse."""
    path: str = scope["path"]
    if scope["type"] == "websocket":
        return False
    if path == "/api/v1/login":
        return True
    is_reading = scope["method"] in SAFE_METHODS
    return is_reading and (path in PUBLIC_PATHS or path.startswith(PUBLIC_FOLDERS))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _with_headers(scope: Scope, send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] in {"http.response.start", "websocket.http.response.start"}:
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            if scope["path"].startswith("/api/"):
                headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return send_with_headers


async def _deny(scope: Scope, send: Send, denial: Denial) -> None:
    body = problems.document(denial.status, Problem(sentence=denial.sentence))
    prefix = "websocket.http" if scope["type"] == "websocket" else "http"
    headers = [
        (b"content-type", problems.MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    start = {"type": f"{prefix}.response.start", "status": denial.status, "headers": headers}
    await send(start)
    await send({"type": f"{prefix}.response.body", "body": body})
