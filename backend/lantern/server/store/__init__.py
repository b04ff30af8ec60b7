"""Everything a user would miss, in SQLite."""

from lantern.server.store.database import Database
from lantern.server.store.logins import InviteRecord, LoginStore
from lantern.server.store.sessions import SessionRecord, SessionStore
from lantern.server.store.writes import (
    BuiltWrite,
    EditWrite,
    EventWrite,
    LatestWrite,
    RowsWrite,
    SeenWrite,
    WantedWrite,
    Write,
    write_all,
)

__all__ = [
    "BuiltWrite",
    "Database",
    "EditWrite",
    "EventWrite",
    "InviteRecord",
    "LatestWrite",
    "LoginStore",
    "RowsWrite",
    "SeenWrite",
    "SessionRecord",
    "SessionStore",
    "WantedWrite",
    "Write",
    "write_all",
]
