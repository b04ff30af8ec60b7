"""Shifts by whole pixels."""

from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.building.augment import shifted
from lantern.lab.kinds import Augmentation
from lantern.protocol.model import control


class Shift(Augmentation, name="shift", title="Shift"):
    """Each image is moved by a few whole pixels across and down; what comes in is black.

    The same as a "crop with padding" (Krizhevsky et al., 2012), with every shift from -pixels to
    +pixels equally likely.
    """

    tags = ("images",)
    order = 20
    pixels: Annotated[int, control(live=True, ge=1, le=8, unit="px")] = 2
    """The longest way an image is moved along each axis."""

    def apply(self, inputs: Tensor, generator: torch.Generator) -> Tensor:
        """Return images (b, c, h, w), each moved by its own (dy, dx)."""
        return shifted(inputs, self.pixels, generator)
