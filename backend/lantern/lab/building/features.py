"""The first layer of a network in the plane: simple functions of the two coordinates."""

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor, nn

FeatureName = Literal[
    "x1",
    "x2",
    "x1_squared",
    "x2_squared",
    "x1_x2",
    "sin_x1",
    "sin_x2",
    "cos_x1",
    "cos_x2",
]

FUNCTIONS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1_squared": lambda x1, x2: x1 * x1,
    "x2_squared": lambda x1, x2: x2 * x2,
    "x1_x2": lambda x1, x2: x1 * x2,
    "sin_x1": lambda x1, x2: x1.sin(),
    "sin_x2": lambda x1, x2: x2.sin(),
    "cos_x1": lambda x1, x2: x1.cos(),
    "cos_x2": lambda x1, x2: x2.cos(),
}
"""The inputs of TensorFlow Playground by name, its two hidden ones (cosines) included."""


class Features(nn.Module):
    """Maps points (b, 2) to features (b, len(names)); it has nothing to learn."""

    def __init__(self, names: Sequence[FeatureName]) -> None:
        super().__init__()
        self.names = tuple(names)
        self._is_identity = self.names == ("x1", "x2")

    def forward(self, points: Tensor) -> Tensor:
        """Return one column per feature."""
        if self._is_identity:
            return points
        x1, x2 = points.unbind(1)
        return torch.stack([FUNCTIONS[name](x1, x2) for name in self.names], dim=1)

    def extra_repr(self) -> str:
        """Return the names of the features."""
        return ", ".join(self.names)
