"""Mirror images."""

from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.building.augment import flipped
from lantern.lab.kinds import Augmentation
from lantern.protocol.model import control


class Flip(Augmentation, name="flip", title="Flip"):
    """Some of the images are mirrored, left to right.

    Right for photographs, wrong for digits and letters, which mean something else in a mirror.
    """

    tags = ("images",)
    order = 40
    chance: Annotated[float, control(live=True, ge=0, le=1, step=0.05)] = 0.5
    """How likely an image is mirrored."""

    def apply(self, inputs: Tensor, generator: torch.Generator) -> Tensor:
        """Return images (b, c, h, w), some of them mirrored."""
        return flipped(inputs, self.chance, generator)
