"""A warm-up, then half a cosine wave."""

from typing import Annotated

from lantern.lab.building.cosine import fallen, risen
from lantern.lab.kinds import Schedule
from lantern.protocol.model import control


class WarmupCosine(Schedule, name="warmup_cosine", title="Warm-up and cosine"):
    """The learning rate rises in a straight line, then falls along half a cosine wave.

    The usual schedule of transformers: the warm-up lets an adaptive optimizer learn the size of
    the gradients before it takes full steps (Goyal et al., 2017; Loshchilov and Hutter, 2017).
    """

    order = 50
    steps: Annotated[int, control(live=True, ge=10, le=1_000_000, scale="log")] = 2000
    """Steps until the floor is reached, warm-up included."""
    warmup_share: Annotated[float, control(live=True, ge=0, le=0.9, step=0.01)] = 0.1
    """Share of these steps over which the learning rate rises."""
    floor: Annotated[float, control(live=True, ge=0, le=1, step=0.01)] = 0.0
    """What is left of the learning rate at the end, as a share."""

    def factor(self, step: int, epoch: float) -> float:
        """Return the share of the learning rate at this step."""
        warmup_steps = round(self.warmup_share * self.steps)
        rising = risen(step, warmup_steps)
        if rising is not None:
            return rising
        return fallen(step - warmup_steps, self.steps - warmup_steps, self.floor)
