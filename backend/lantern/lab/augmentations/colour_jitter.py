"""Changes of brightness, contrast and colour."""

from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.building.augment import jittered
from lantern.lab.kinds import Augmentation
from lantern.protocol.model import control


class ColourJitter(Augmentation, name="colour_jitter", title="Colour jitter"):
    """Brightness, contrast, saturation and hue of each image are changed at random.

    After Howard, 2013. Grey images have no colour to change.
    """

    tags = ("images",)
    order = 60
    brightness: Annotated[float, control(live=True, ge=0, le=1, step=0.05)] = 0.2
    """The most that is added or taken away, as a share of white."""
    contrast: Annotated[float, control(live=True, ge=0, le=1, step=0.05)] = 0.3
    """How far the distance from the image's mean grows or shrinks."""
    colour: Annotated[float, control(live=True, ge=0, le=1, step=0.05)] = 0.2
    """How far saturation and hue change; at 1 hue turns by up to a quarter circle."""

    def apply(self, inputs: Tensor, generator: torch.Generator) -> Tensor:
        """Return images (b, c, h, w), each changed by its own amounts."""
        return jittered(
            inputs,
            generator,
            brightness=self.brightness,
            contrast=self.contrast,
            colour=self.colour,
        )
