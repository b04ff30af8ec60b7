"""One cycle: up, then down to almost nothing."""

import math
from typing import Annotated

from lantern.lab.kinds import Schedule
from lantern.protocol.model import control

START = 1 / 25
END = START / 10_000


class OneCycle(Schedule, name="one_cycle", title="One cycle"):
    """The learning rate rises to its full value and falls to almost nothing, along cosines.

    Smith and Topin, 2018 (super-convergence): starts at 1/25, ends at 1/250 000. The large rate in
    the middle keeps training away from sharp minima, the end lets it settle.
    """

    order = 60
    steps: Annotated[int, control(live=True, ge=10, le=1_000_000, scale="log")] = 2000
    """Steps of the whole cycle; afterwards the learning rate stays where it ended."""
    rise_share: Annotated[float, control(live=True, ge=0.05, le=0.95, step=0.05)] = 0.3
    """Share of these steps over which the learning rate rises."""

    def factor(self, step: int, epoch: float) -> float:
        """Return the share of the learning rate at this step."""
        rise = self.rise_share * self.steps
        if step < rise:
            return _between(START, 1.0, step / rise)
        return _between(1.0, END, min((step - rise) / (self.steps - rise), 1.0))


def _between(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2
