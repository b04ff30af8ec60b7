"""Squares cut out."""

from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.building.augment import cut_out
from lantern.lab.kinds import Augmentation
from lantern.protocol.model import control


class Cutout(Augmentation, name="cutout", title="Cutout"):
    """A grey square hides a random part of each image, so that no single part can be relied on.

    DeVries and Taylor, 2017; random erasing (Zhong et al., 2017) is much the same.
    """

    tags = ("images",)
    order = 80
    share: Annotated[float, control(live=True, ge=0.05, le=0.9, step=0.05)] = 0.4
    """Side of the square, as a share of the image's."""

    def apply(self, inputs: Tensor, generator: torch.Generator) -> Tensor:
        """Return images (b, c, h, w), each with its own square."""
        return cut_out(inputs, self.share, generator)
