"""Steps down."""

from typing import Annotated

from lantern.lab.kinds import Schedule
from lantern.protocol.model import control


class Step(Schedule, name="step", title="Steps down"):
    """The learning rate is multiplied by the same factor again and again, at fixed intervals.

    As residual networks were trained: by 0.1 at each plateau (He et al., 2016).
    """

    order = 30
    every: Annotated[int, control(live=True, ge=1, le=1_000_000, scale="log")] = 1000
    """Training steps from one fall to the next."""
    gamma: Annotated[float, control(live=True, ge=0.01, le=1, step=0.01)] = 0.5
    """What the learning rate is multiplied by at each fall."""

    def factor(self, step: int, epoch: float) -> float:
        """Return the share of the learning rate at this step."""
        return float(self.gamma ** (step // self.every))
