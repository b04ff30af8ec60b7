"""The SQLite file: one thread, two connections, one that survives power loss and one that is fast.

Python's own sqlite3 rather than SQLAlchemy, whose import alone takes a quarter of web's budget.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
SCHEMA = Path(__file__).with_name("schema.sql")
SCHEMA_VERSION = 1


class Database:
    """Runs functions over a connection, one after the other, off the event loop."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._sure = _connect(path, synchronous="FULL")
        self._fast = _connect(path, synchronous="NORMAL")
        found = self._sure.execute("PRAGMA user_version").fetchone()[0]
        if found not in {0, SCHEMA_VERSION}:
            raise ValueError(f"{path} is of schema {found}; this version reads {SCHEMA_VERSION}")
        self._sure.executescript(SCHEMA.read_text(encoding="utf-8"))
        self._sure.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    async def surely(
        self,
        do: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run in a transaction that is on the disk when this returns (sessions, commands)."""
        return await self._run(lambda: _in_transaction(self._sure, do, *args, **kwargs))

    async def quickly(
        self,
        do: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run in a transaction that a killed process cannot lose (events, metrics, reading)."""
        return await self._run(lambda: _in_transaction(self._fast, do, *args, **kwargs))

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Finish what is under way and close the file."""
        self._thread.shutdown(wait=True)
        self._fast.close()
        self._sure.close()


def _in_transaction(
    connection: sqlite3.Connection,
    do: Callable[Concatenate[sqlite3.Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    with _transaction(connection):
        return do(connection, *args, **kwargs)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Generator[None, None, None]:
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _connect(path: Path, *, synchronous: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection
