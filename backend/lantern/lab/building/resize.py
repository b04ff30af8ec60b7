"""A first layer that brings images to the size a model was made for; it learns nothing."""

from torch import Tensor, nn
from torch.nn import functional as F


class Resize(nn.Module):
    """Brings images (b, c, side, side) to (b, c, target, target).

    Images a little smaller get an even black border, as LeCun et al. (1998) did with theirs;
    others are scaled, bilinearly.
    """

    def __init__(self, side: int, target: int) -> None:
        super().__init__()
        self.side, self.target = side, target
        self.border = (target - side) // 2 if 0.75 * target <= side <= target else 0
        self.scale = 1.0 if self.border or side == target else target / side
        """How much larger a pixel becomes; 1 where only a border is added."""

    def forward(self, images: Tensor) -> Tensor:
        """Return the images at the size asked for."""
        if self.side == self.target:
            return images
        if self.border:
            before, after = self.border, self.target - self.side - self.border
            return F.pad(images, [before, after, before, after])
        size = (self.target, self.target)
        return F.interpolate(images, size=size, mode="bilinear", align_corners=False)

    def extra_repr(self) -> str:
        """Return both sizes."""
        return f"{self.side} -> {self.target}"
