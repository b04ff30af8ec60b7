"""Stores what the workers told, a second's worth in one transaction, then lets them forget it."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from lantern.protocol.link import Persisted
from lantern.server.metrics import Meters
from lantern.server.session import Session
from lantern.server.store import Database, Write, write_all

log = logging.getLogger(__name__)
INTERVAL_S = 1.0
ENOUGH = 500
"""Changes of one session that are not left waiting for the interval."""
Batch = list[tuple[Session, list[Write]]]


class Journal:
    """The one place from which events reach the database."""

    def __init__(
        self, database: Database, sessions: Callable[[], Iterable[Session]], meters: Meters
    ) -> None:
        self.database = database
        self.sessions = sessions
        self.meters = meters
        self._hurry = asyncio.Event()
        self._lock = asyncio.Lock()

    def nudge(self, session: Session) -> None:
        """Store before the interval is over if much is waiting."""
        if len(session.writes) >= ENOUGH:
            self._hurry.set()

    async def run(self) -> None:
        """Store again and again until cancelled."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), INTERVAL_S)
            self._hurry.clear()
            await self.flush()

    async def flush(self) -> None:
        """Store all that is waiting; on a full disk it goes on waiting."""
        async with self._lock:
            batch = [(s, s.take_writes()) for s in self.sessions() if s.writes or s.stale]
            if not batch:
                return
            held = [(session.worker, session.have_seq) for session, _ in batch]
            begun = time.monotonic()
            try:
                await self.database.quickly(write_all, [(s.id, writes) for s, writes in batch])
            except sqlite3.Error:
                log.exception("events could not be stored; they wait")
                for session, writes in batch:
                    session.writes[:0] = writes
                return
            self.meters.commit_s.observe(time.monotonic() - begun)
        for worker, seq in held:
            if worker is not None:
                worker.send(Persisted(seq=seq).model_dump_json())
