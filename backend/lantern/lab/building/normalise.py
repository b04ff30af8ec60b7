"""The first layer of an image model: zero mean and unit deviation over the training images."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Normalise(nn.Module):
    """Subtracts the mean of each channel and divides by its deviation; (b, c, h, w) stays so."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, mean: Sequence[float], deviation: Sequence[float]) -> None:
        super().__init__()
        shape = (1, -1, 1, 1)
        self.register_buffer("mean", torch.tensor(mean).reshape(shape))
        self.register_buffer("deviation", torch.tensor(deviation).reshape(shape))

    def forward(self, images: Tensor) -> Tensor:
        """Return the images on the scale the model learns best on."""
        return (images - self.mean) / self.deviation
