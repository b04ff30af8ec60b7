"""Where web listens, where it keeps things and whom it lets in."""

import ipaddress
import os
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Settings(BaseModel):
    """All that can be set, from arguments first and the environment second."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    home: Path = Path("~/.local/share/lantern")
    data: Path | None = None
    """Data folder; `<home>/data` when None."""
    public_url: str | None = None
    """Address that browsers use, where a proxy stands in front: `https://lantern.example.org`."""
    allowed_hosts: tuple[str, ...] = ()
    """Further names under which this server may be asked for."""
    password: str | None = None
    """Whoever knows it is admin. None: no login, on a loopback address only."""
    token: str | None = None
    """Bearer token of scripts, with the rights of an admin."""
    max_sessions: Annotated[int, Field(ge=1)] = 200
    """Sessions that may be awake at the same time."""
    idle_pause_s: Annotated[float, Field(ge=0)] = 1800.0
    """After so long without a viewer, a command or a read, a session is paused; 0 for never."""

    @field_validator("home", "data")
    @classmethod
    def _expanded(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path is not None else None

    @field_validator("public_url")
    @classmethod
    def _whole_address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must look like https://lantern.example.org")
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host == "localhost" or is_loopback_address(self.host)

    @property
    def needs_login(self) -> bool:
        """Whether anybody has to say who they are."""
        return self.password is not None

    @property
    def secrets(self) -> Path:
        """The folder of what nobody else may read."""
        return self.home / "secrets"


def is_loopback_address(text: str) -> bool:
    """Return whether the text is, by its structure, an address of this machine alone."""
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def refusal_to_start(settings: Settings) -> str | None:
    """Return the sentence with which the server refuses to start, if it must."""
    if settings.is_loopback or settings.needs_login:
        return None
    return (
        f"Listening on {settings.host} lets other machines in, so a password is needed: "
        "set LANTERN_PASSWORD or LANTERN_PASSWORD_FILE, or listen on 127.0.0.1."
    )


FROM_ENVIRONMENT = (
    "host",
    "port",
    "home",
    "data",
    "public_url",
    "password",
    "token",
    "max_sessions",
    "idle_pause_s",
)


def from_environment(**given: object) -> Settings:
    """Return the settings: what is given and not None, then LANTERN_* variables, then defaults."""
    found: dict[str, object] = {}
    for name in FROM_ENVIRONMENT:
        value = os.environ.get(f"LANTERN_{name.upper()}")
        if value:
            found[name] = value
    hosts = os.environ.get("LANTERN_ALLOWED_HOSTS", "")
    found["allowed_hosts"] = tuple(host.strip() for host in hosts.split(",") if host.strip())
    password_file = os.environ.get("LANTERN_PASSWORD_FILE")
    if password_file:
        found["password"] = Path(password_file).read_text(encoding="utf-8").strip()
    found |= {name: value for name, value in given.items() if value is not None}
    return Settings.model_validate(found)
