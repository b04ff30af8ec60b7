"""Pauses what trains though nobody has cared for long: a laptop left alone should be quiet."""

import asyncio
import time
from contextlib import suppress

from lantern.protocol.commands import PauseCommand
from lantern.protocol.problems import Problem, ProblemError
from lantern.server.desk import Desk
from lantern.server.roles import Principal
from lantern.server.session import Session
from lantern.server.sessions import Sessions

LOOKS_PER_LIMIT = 20
LONGEST_S = 30.0
NOBODY = Principal("idle", "admin")
"""Who gives the command, as it is stored."""


class IdleRule:
    """Looks at all sessions from time to time."""

    def __init__(self, sessions: Sessions, desk: Desk, *, limit_s: float) -> None:
        self.sessions = sessions
        self.desk = desk
        self.limit_s = limit_s

    async def run(self) -> None:
        """Look again and again until cancelled; not at all where there is no limit."""
        while self.limit_s > 0:
            await asyncio.sleep(min(self.limit_s / LOOKS_PER_LIMIT, LONGEST_S))
            for session in self.sessions:
                if self.is_idle(session):
                    self.desk.lifecycle.spawn(self._pause(session))

    def is_idle(self, session: Session) -> bool:
        """Return whether a session trains on and on for nobody.

        One that was told to run so many steps ends by itself, and somebody waits for its result.
        """
        is_training = session.state.phase == "running" and session.worker is not None
        if not is_training or session.goal_step is not None or session.relay.viewers:
            return False
        return time.monotonic() - session.touched_s >= self.limit_s

    async def _pause(self, session: Session) -> None:
        # to hand it in counts as a touch: where it fails, the next try is a whole limit away
        with suppress(ProblemError):
            await self.desk.carry_out(session, PauseCommand(), NOBODY)
        if session.state.phase == "paused" and session.state.problem is None:
            state = session.state_now()
            session.set_state(state.model_copy(update={"seq": 0, "problem": self._problem()}))

    def _problem(self) -> Problem:
        minutes = self.limit_s / 60
        length = f"{minutes:.0f} minutes" if minutes >= 2 else f"{self.limit_s:g} seconds"
        return Problem(
            sentence=f"Paused after {length} because nobody was watching.",
            hint="Press Run to go on.",
        )
