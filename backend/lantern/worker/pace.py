"""A speed that training is held to."""

import math
import time

BURST_S = 0.1
"""Steps that came too late are made up for, but not more than so many seconds' worth."""


class Pace:
    """Hands out steps at a rate."""

    def __init__(self, steps_per_s: float | None) -> None:
        self.steps_per_s = steps_per_s
        self._saved = 0.0
        self._counted_s = time.perf_counter()

    def set(self, steps_per_s: float | None) -> None:
        """Hold to another rate from now on; None lets go."""
        self.steps_per_s = steps_per_s
        self.restart()

    def restart(self) -> None:
        """Allow one step at once, and count from now."""
        self._saved = 1.0
        self._counted_s = time.perf_counter()

    def take(self, wanted: int) -> int:
        """Return how many of the wanted steps may be done now; those count as done."""
        if self.steps_per_s is None:
            return wanted
        self._count(self.steps_per_s)
        granted = min(wanted, math.floor(self._saved))
        self._saved -= granted
        return granted

    def wait_s(self) -> float:
        """Return the seconds until the next step is due."""
        if self.steps_per_s is None:
            return 0.0
        self._count(self.steps_per_s)
        return max(0.0, (1 - self._saved) / self.steps_per_s)

    def is_lost(self) -> bool:
        """Return whether so many steps are late that not all of them are made up for."""
        if self.steps_per_s is None:
            return True
        self._count(self.steps_per_s)
        return self._saved >= _most(self.steps_per_s)

    def _count(self, rate: float) -> None:
        now = time.perf_counter()
        self._saved = min(_most(rate), self._saved + rate * (now - self._counted_s))
        self._counted_s = now


def _most(rate: float) -> float:
    """Return how many steps can be saved up at a rate."""
    return max(1.0, rate * BURST_S)
