"""Exponential decay."""

from typing import Annotated

from lantern.lab.kinds import Schedule
from lantern.protocol.model import control


class Exponential(Schedule, name="exponential", title="Exponential"):
    """The learning rate falls by half in every half-life, a little in each step."""

    order = 40
    half_life: Annotated[int, control(live=True, ge=1, le=1_000_000, scale="log")] = 1000
    """Training steps until half of the learning rate is left."""
    floor: Annotated[float, control(live=True, ge=0, le=1, step=0.01)] = 0.0
    """Share of the learning rate below which it does not fall."""

    def factor(self, step: int, epoch: float) -> float:
        """Return the share of the learning rate at this step."""
        return max(0.5 ** (step / self.half_life), self.floor)
