"""When the state of a run is kept: at log-spaced steps, every few seconds, and when it rests."""

import time
from collections.abc import Callable
from pathlib import Path

from lantern.lab.run import Run
from lantern.protocol.problems import Problem
from lantern.worker.build import MORE_MEMORY, in_words, is_short_of_memory
from lantern.worker.checkpoint import Writer
from lantern.worker.history import History
from lantern.worker.schedule import next_snapshot

EVERY_S = 10.0


class Keeper:
    """Takes snapshots in time; one that the disk was too busy for is taken a little later."""

    def __init__(self, folder: Path, *, limit_bytes: int) -> None:
        self.writer = Writer()
        self.facts: Callable[[], dict[str, str]] = dict
        """What is saved with the run besides its own state."""
        self._limit_bytes = limit_bytes
        self.history = History(folder, self.writer, limit_bytes=limit_bytes)
        self._due_step = 0
        self._kept_s = time.monotonic()
        self._is_owed = False
        self._again_s = 0.0
        """Not before then, since memory was short."""
        self._shortage: Problem | None = None
        self._is_short_told = False

    def move(self, folder: Path) -> None:
        """Keep another run from now on; what was kept of the old one is deleted."""
        self.history.discard()
        self.history = History(folder, self.writer, limit_bytes=self._limit_bytes)

    def take_up(self, run: Run) -> None:
        """Begin with a run that stands at some step, and have that step kept."""
        self._due_step = next_snapshot(run.step)
        self.keep(run, patient=True)

    def steps_until_due(self, step: int) -> int:
        """Return how many steps may be done before a snapshot belongs, at least 1."""
        return max(1, self._due_step - step)

    def keep_if_due(self, run: Run, *, is_running: bool) -> None:
        """Keep the run's state if it is time for it."""
        if is_running:
            if run.step >= self._due_step:
                self._due_step = next_snapshot(run.step)
                self._is_owed = True
            elif time.monotonic() - self._kept_s > EVERY_S:
                self._is_owed = True
        if self._is_owed and time.monotonic() >= self._again_s:
            self.keep(run)

    def keep(self, run: Run, *, patient: bool = False, again: bool = False) -> None:
        """Keep the run's state unless that step is kept; `patient` waits for a busy disk.

        `again` keeps it in any case.
        """
        is_kept = self.history.newest == run.step and not again
        try:
            kept = is_kept or self.history.keep(run, self.facts(), patient=patient)
        except (MemoryError, RuntimeError) as error:
            if not is_short_of_memory(error):
                raise
            kept = False  # training goes on, and so does this session
            self._put_off(error)
        self._is_owed = not kept
        if kept:
            self._kept_s = time.monotonic()

    def take_shortage(self) -> Problem | None:
        """Return that memory does not suffice to keep the run's state, once."""
        found, self._shortage = self._shortage, None
        return found

    def _put_off(self, error: Exception) -> None:
        self._again_s = time.monotonic() + EVERY_S
        if not self._is_short_told:
            sentence = in_words(error, "The state of the run could not be kept")
            self._shortage = Problem(sentence=sentence, hint=MORE_MEMORY)
            self._is_short_told = True

    def take_problem(self) -> Problem | None:
        """Return what the disk said if the last write failed, once."""
        error, self.writer.problem = self.writer.problem, None
        if error is None:
            return None
        return Problem(
            sentence=f"A snapshot could not be saved: {error.strerror or error}.",
            hint="Make room on the server's disk, then run on.",
        )
