"""How far a run was told to go."""

import sys
from dataclasses import dataclass

from lantern.lab.run import Run

EPSILON = 1e-9
"""Of an epoch: sums of batches miss a whole number by rounding."""


@dataclass(frozen=True)
class Goal:
    """A step or an epoch at which a run pauses by itself; neither, and it goes on."""

    step: int | None = None
    epoch: float | None = None

    def steps_left(self, run: Run) -> int:
        """Return how many steps may be done before it; at least one before an epoch's end."""
        steps = sys.maxsize if self.step is None else self.step - run.step
        if self.epoch is not None:
            batches = len(run.order) / run.experiment.training.batch_size
            steps = min(steps, max(1, int((self.epoch - run.epoch) * batches)))
        return steps

    def is_reached(self, run: Run) -> bool:
        """Return whether the run is there, or beyond."""
        if self.step is not None and run.step >= self.step:
            return True
        return self.epoch is not None and run.epoch >= self.epoch - EPSILON
