"""The usual changes together."""

from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.building.augment import cut_out, flipped, jittered, rotated, shifted
from lantern.lab.kinds import Augmentation
from lantern.protocol.model import control


class Standard(Augmentation, name="standard", title="Standard"):
    """The usual changes, one after the other: flip, rotate, shift, colour jitter, cutout.

    With its defaults what is usual for CIFAR-10: mirrored, and moved by up to four pixels (He et
    al., 2016). A strength of 0 leaves a change out.
    """

    tags = ("images",)
    order = 15
    mirror: Annotated[bool, control(live=True)] = True
    """Mirror half of the images left to right; wrong for digits and letters."""
    degrees: Annotated[float, control(live=True, ge=0, le=180, unit="°")] = 0.0
    """The largest angle of rotation, either way."""
    pixels: Annotated[int, control(live=True, ge=0, le=8, unit="px")] = 4
    """The longest way an image is moved along each axis."""
    jitter: Annotated[float, control(live=True, ge=0, le=1, step=0.05)] = 0.0
    """Strength of changes of brightness, contrast and colour."""
    cutout: Annotated[float, control(live=True, ge=0, le=0.9, step=0.05)] = 0.0
    """Side of a grey square that hides a part, as a share of the image's."""

    def apply(self, inputs: Tensor, generator: torch.Generator) -> Tensor:
        """Return changed images (b, c, h, w)."""
        images, by, strength = inputs, generator, self.jitter
        if self.mirror:
            images = flipped(images, 0.5, by)
        if self.degrees > 0:
            images = rotated(images, self.degrees, by)
        if self.pixels > 0:
            images = shifted(images, self.pixels, by)
        if strength > 0:
            images = jittered(
                images, by, brightness=0.5 * strength, contrast=strength, colour=strength
            )
        return cut_out(images, self.cutout, by) if self.cutout > 0 else images
