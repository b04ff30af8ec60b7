"""One inspection under way: figures are drawn from an inspector slice by slice."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from lantern.lab.subject import Progress
from lantern.protocol.figures import Figure

Steps = Iterator[Figure | Progress]


@dataclass(frozen=True)
class Listener:
    """Who is told what comes of an inspection."""

    figures: Callable[[tuple[Figure, ...], bool, float], None]
    """Figures, whether they are the last, and the milliseconds it took so far."""
    progress: Callable[[Progress], None]


class Inspection:
    """Draws figures until the next Progress, then lets training go on.

    The random state and the gradient mode of the training thread are put back after each slice:
    an inspector may yield in the middle of `torch.no_grad()`.
    """

    def __init__(self, steps: Steps, listener: Listener, *, whole: bool) -> None:
        self._steps, self._listener, self._whole = steps, listener, whole
        self._figures: list[Figure] = []
        self._grad = True
        self.spent_s = 0.0
        self.rest_s = 0.0
        """For how long the next slice would find nothing to do."""

    def slice(self) -> bool:
        """Go on to the next Progress, or to the end if `whole`; return whether it is finished."""
        started = time.perf_counter()
        outside = torch.get_rng_state(), torch.is_grad_enabled()
        torch.set_grad_enabled(self._grad)
        try:
            return self._draw(started)
        finally:
            self._grad = torch.is_grad_enabled()
            torch.set_grad_enabled(outside[1])
            torch.set_rng_state(outside[0])
            self.spent_s += time.perf_counter() - started

    def close(self) -> None:
        """End it early; the inspector's own clean-up runs."""
        close = getattr(self._steps, "close", None)
        if close is not None:
            close()

    def _draw(self, started: float) -> bool:
        complete = True  # the figures at hand are followed by a Progress or the end
        for step in self._steps:
            if not isinstance(step, Progress):
                if complete:
                    self._figures, complete = [], False
                self._figures.append(step)
                continue
            self._listener.progress(step)
            self.rest_s = step.rest_s
            if not complete and not self._whole:
                self._tell(final=False, started=started)
            complete = True
            if not self._whole:
                return False
        self._tell(final=True, started=started)
        return True

    def _tell(self, *, final: bool, started: float) -> None:
        elapsed_ms = 1000 * (self.spent_s + time.perf_counter() - started)
        self._listener.figures(tuple(self._figures), final, elapsed_ms)
