"""Where Lantern serves from: its address, its port, its folder, and who holds that."""

import fcntl
import http.client
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from lantern.protocol.problems import ProblemError


@dataclass(frozen=True)
class Place:
    """Where Lantern serves from and where it keeps things."""

    host: str
    port: int
    home: Path
    data: Path

    @property
    def url(self) -> str:
        """The address to open on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(self.host, self.host)
        return f"http://{host}:{self.port}"


def token_file(home: Path) -> Path:
    """Return the file with the agent's token; it is made once and only its owner can read it."""
    path = home / "secrets" / "agent-token"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(32))
    return path


def free_port(host: str, port: int) -> int:
    """Return the port, any free one for 0, or raise a ProblemError that says it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ProblemError(
                f"Port {port} of {host} cannot be used: {os.strerror(error.errno or 0).lower()}.",
                field="port",
                hint="Choose another with --port, or --port 0 for any free one.",
            ) from None
        return probe.getsockname()[1]


def answers(url: str, timeout_s: float = 1.0) -> bool:
    """Return whether web at this address is alive."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=timeout_s)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def locked(handle: int) -> bool:
    """Return whether the file of this handle could be locked: nobody else holds it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
