"""Noise on the pixels."""

from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.building.augment import noisy
from lantern.lab.kinds import Augmentation
from lantern.protocol.model import control


class Noise(Augmentation, name="noise", title="Noise"):
    """Every pixel is changed by a normal random number of its own.

    Training with noise acts like a penalty on steep functions (Bishop, 1995).
    """

    tags = ("images",)
    order = 70
    deviation: Annotated[float, control(live=True, ge=0, le=0.5, step=0.01)] = 0.1
    """Standard deviation, as a share of white."""

    def apply(self, inputs: Tensor, generator: torch.Generator) -> Tensor:
        """Return images (b, c, h, w) with noise, cut to 0-1."""
        return noisy(inputs, self.deviation, generator)
