"""Long work on the training thread: it tells how far it is, and hears the wish to stop it."""

import time
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lantern.lab.run import Run
from lantern.lab.subject import Progress
from lantern.protocol.commands import CancelCommand, Command, StopCommand
from lantern.protocol.events import ProgressEvent
from lantern.protocol.problems import ProblemError
from lantern.worker.ledger import Ledger
from lantern.worker.link import Abandoned, Fenced

if TYPE_CHECKING:
    from lantern.worker.session import Session

TELL_EVERY_S = 0.1


class LongWork:
    """Drives work to its end; commands that come meanwhile wait, except those that end it."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._told_s = 0.0
        self.deferred: deque[Command] = deque()
        """Commands that came meanwhile, in order."""

    def drive(self, key: str, steps: Iterator[Progress | tuple[Run, Ledger]]) -> tuple[Run, Ledger]:
        """Return what the work comes to; raises ProblemError if it was stopped."""
        is_told = False
        for item in steps:
            if not isinstance(item, Progress):
                if is_told:
                    self._session.send(ProgressEvent(key=key, fraction=1.0, sentence="Done."))
                return item
            is_told = True
            if not self.tell(key, item):
                self._session.send(ProgressEvent(key=key, fraction=1.0, sentence="Stopped."))
                raise ProblemError("This was stopped before it was done.")
        raise AssertionError(f"{key} ended without a result")

    def tell(self, key: str, progress: Progress) -> bool:
        """Tell how far the work is; return False if somebody wants it stopped."""
        now = time.monotonic()
        if now - self._told_s > TELL_EVERY_S or progress.fraction >= 1:
            self._told_s = now
            fraction, sentence = progress.fraction, progress.sentence
            self._session.send(ProgressEvent(key=key, fraction=fraction, sentence=sentence))
        return self._is_wanted(key)

    def _is_wanted(self, key: str) -> bool:
        session = self._session
        while not session.inbox.empty():
            said = session.inbox.get()
            if isinstance(said, CancelCommand) and said.key == key:
                session.replies.settle(session, said.id, None)
                return False
            if isinstance(said, Fenced | Abandoned | StopCommand):
                session.end(said)
                return False
            self.deferred.append(said)
        return True
