"""Shifts by whole pixels."""

from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional as F

from lantern.lab.kinds import Augmentation
from lantern.protocol.model import control


class Shift(Augmentation, name="shift", title="Shift"):
    """Each image is moved by a few whole pixels across and down; what comes in is black.

    A copy of the idea of "crop with padding" (Krizhevsky et al., 2012), with every shift from
    -pixels to +pixels equally likely.
    """

    tags = ("images",)
    order = 20
    pixels: Annotated[int, control(live=True, ge=1, le=8, unit="px")] = 2
    """The longest way an image is moved along each axis."""

    def apply(self, inputs: Tensor, generator: torch.Generator) -> Tensor:
        """Return images (b, c, h, w), each moved by its own (dy, dx)."""
        count, _, height, width = inputs.shape
        reach = 2 * self.pixels + 1
        moves = torch.randint(reach, (2, count, 1), generator=generator).to(inputs.device)
        padded = F.pad(inputs, [self.pixels] * 4)
        rows = moves[0] + torch.arange(height, device=inputs.device)  # (b, h)
        columns = moves[1] + torch.arange(width, device=inputs.device)  # (b, w)
        samples = torch.arange(count, device=inputs.device)[:, None, None]
        picked = padded[samples, :, rows[:, :, None], columns[:, None, :]]  # (b, h, w, c)
        return picked.permute(0, 3, 1, 2).contiguous()
