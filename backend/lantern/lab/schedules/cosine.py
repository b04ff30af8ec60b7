"""Half a cosine wave, after a warm-up."""

import math
from typing import Annotated

from lantern.lab.kinds import Schedule
from lantern.protocol.model import control


class Cosine(Schedule, name="cosine", title="Cosine"):
    """The learning rate rises in a straight line, then falls along half a cosine wave.

    Loshchilov and Hutter, 2017 (SGDR, one cycle without restart); after `steps` it stays at the
    floor. The warm-up follows Goyal et al., 2017.
    """

    order = 20
    steps: Annotated[int, control(live=True, ge=10, le=1_000_000, scale="log")] = 2000
    """Steps until the floor is reached, warm-up included."""
    warmup_steps: Annotated[int, control(live=True, ge=0, le=10_000)] = 0
    """Steps over which the learning rate rises at first."""
    floor: Annotated[float, control(live=True, ge=0, le=1, step=0.01)] = 0.01
    """What is left of the learning rate at the end, as a share."""

    def factor(self, step: int, epoch: float) -> float:
        """Return the share of the learning rate at this step."""
        if step < self.warmup_steps:
            return (step + 1) / (self.warmup_steps + 1)
        length = max(self.steps - self.warmup_steps, 1)
        done = min((step - self.warmup_steps) / length, 1.0)
        return self.floor + (1 - self.floor) * (1 + math.cos(math.pi * done)) / 2
