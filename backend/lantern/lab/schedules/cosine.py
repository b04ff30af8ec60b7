"""Half a cosine wave."""

from typing import Annotated

from lantern.lab.building.cosine import fallen, risen
from lantern.lab.kinds import Schedule
from lantern.protocol.model import control


class Cosine(Schedule, name="cosine", title="Cosine"):
    """The learning rate falls along half a cosine wave, slowly at both ends.

    Loshchilov and Hutter, 2017 (SGDR, one cycle without restart); after `steps` it stays at the
    floor. A warm-up, if there is one, is a straight line (Goyal et al., 2017).
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
        rising = risen(step, self.warmup_steps)
        if rising is not None:
            return rising
        return fallen(step - self.warmup_steps, self.steps - self.warmup_steps, self.floor)
