"""Crops that are made larger."""

from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.building.augment import zoomed
from lantern.lab.kinds import Augmentation
from lantern.protocol.model import control


class Crop(Augmentation, name="crop", title="Crop and zoom"):
    """A random square part of each image is taken and made as large as the whole.

    As in the training of GoogLeNet (Szegedy et al., 2015), without its changes of aspect.
    """

    tags = ("images",)
    order = 50
    least: Annotated[float, control(live=True, ge=0.2, le=1, step=0.05)] = 0.7
    """The smallest part, as a share of the side."""

    def apply(self, inputs: Tensor, generator: torch.Generator) -> Tensor:
        """Return a part of each image (b, c, h, w), as large as the whole."""
        return zoomed(inputs, self.least, generator)
