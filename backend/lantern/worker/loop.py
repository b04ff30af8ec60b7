"""The training loop.

One thread trains, looks and listens in turn, so that nothing ever changes under anybody's hands:

    attend   carry out commands; then rows, telemetry, snapshots and views that are due
    train    some steps, as many as fit into a few milliseconds
    rest     when paused, or ahead of the pace: look without limit, wait for the next command

Everything that is shown is computed between two steps. A run is a pure function of experiment,
edits and seed, so it makes no difference to the weights where the pauses fall, or who looks.
"""

import time
from typing import Protocol

from lantern.lab.errors import NonFiniteError
from lantern.lab.run import Run
from lantern.protocol.events import Phase
from lantern.worker.ledger import Ledger
from lantern.worker.schedule import rows_from

TARGET_S = 0.004
"""Seconds between two looks at the inbox: a command takes effect within about twice that."""

LONG_S = TARGET_S / 4

MAX_STRIDE = 16_384


class Trainee(Protocol):
    """What the loop needs of a session."""

    phase: Phase
    is_over: bool

    @property
    def run(self) -> Run:
        """The run in training."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Where its rows are written."""
        ...

    def begin(self) -> None:
        """Build the run, or fail with a problem and wait for a better experiment."""
        ...

    def attend(self) -> None:
        """Carry out commands and do what is due; costs microseconds when nothing is."""
        ...

    def rest(self) -> None:
        """Look around or wait, at most for a moment."""
        ...

    def steps_allowed(self, wanted: int) -> int:
        """Return how many of these steps may be done before a goal, a snapshot or a rest."""
        ...

    def look_beside(self, steps: int) -> float:
        """Do steps, looking around meanwhile; return the seconds that so many took."""
        ...

    def make_room(self, error: Exception) -> bool:
        """Free memory that a step lacked; return whether to try it again."""
        ...

    def stumble(self, error: NonFiniteError | RuntimeError | MemoryError) -> None:
        """Pause because a step could not be done."""
        ...

    def close(self) -> None:
        """Save and say goodbye."""
        ...


class Stride:
    """How many steps fit between two looks at the inbox; adapts to the speed of the model."""

    def __init__(self) -> None:
        self.steps = 1
        self._step_s = 0.0

    def is_long(self, steps: int) -> bool:
        """Return whether so many steps take long enough to do something else meanwhile."""
        return steps * self._step_s > LONG_S

    def adapt(self, steps: int, elapsed_s: float) -> None:
        """Learn from what the last steps took; grows at most twofold, shrinks at once."""
        if steps < self.steps and elapsed_s < TARGET_S:
            return  # most of it was the way there and back
        self._step_s = elapsed_s / steps
        fitting = int(TARGET_S / max(self._step_s, 1e-9))
        self.steps = max(1, min(fitting, 2 * self.steps, MAX_STRIDE))


def work(session: Trainee) -> None:
    """Serve a session until it is told to end."""
    stride = Stride()
    session.begin()
    while not session.is_over:
        session.attend()
        steps = session.steps_allowed(stride.steps) if session.phase == "running" else 0
        if steps == 0:
            session.rest()
            continue
        started = time.perf_counter()
        elapsed_s = None
        try:
            if stride.is_long(steps):
                elapsed_s = session.look_beside(steps)
            else:
                train(session.run, session.ledger, steps)
        except (NonFiniteError, RuntimeError, MemoryError) as error:
            if not session.make_room(error):
                session.stumble(error)
        stride.adapt(steps, elapsed_s or time.perf_counter() - started)
    session.close()


def train(run: Run, ledger: Ledger, steps: int) -> None:
    """Train a number of steps, writing down the rows that fall due."""
    last = run.step + steps
    while run.step < last:
        if run.is_fused and not run.is_inside_step:
            run.leap(last, rows_from(ledger.due, last), ledger.write)
            continue
        run.advance()
        if run.step == ledger.due:
            ledger.add(run)
