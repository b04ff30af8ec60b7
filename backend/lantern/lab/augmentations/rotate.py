"""Rotation."""

from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.building.augment import rotated
from lantern.lab.kinds import Augmentation
from lantern.protocol.model import control


class Rotate(Augmentation, name="rotate", title="Rotate"):
    """Each image is turned about its middle by a random angle; what comes in is black."""

    tags = ("images",)
    order = 30
    degrees: Annotated[float, control(live=True, ge=1, le=180, unit="°")] = 15.0
    """The largest angle, either way."""

    def apply(self, inputs: Tensor, generator: torch.Generator) -> Tensor:
        """Return images (b, c, h, w), each turned by its own angle."""
        return rotated(inputs, self.degrees, generator)
