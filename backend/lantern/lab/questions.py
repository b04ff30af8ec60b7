"""What an attribution is asked, and what it answers."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Question:
    """What an attribution is asked: what in these inputs speaks for this class."""

    model: nn.Module
    """Maps inputs to scores (b, classes), in eval mode; its state is left as found."""
    inputs: Tensor
    """(b, c, h, w)."""
    target: int
    """The class."""
    layer: str | None = None
    """Path of the layer whose maps are explained, for methods that look at one."""
    background: Tensor | None = None
    """(n, c, h, w) samples of the data to compare with, where there are some."""

    def scores(self, inputs: Tensor) -> Tensor:
        """Return the class's score of each of the inputs (n, c, h, w), (n,), without gradients."""
        with torch.no_grad():
            return self.model(inputs)[:, self.target]


@dataclass(frozen=True)
class Explanation:
    """What an attribution answers, or has so far."""

    scores: Tensor
    """Raw signed float32: (b, c, h, w), or (b, 1, h', w') for a layer's map."""
    checks: dict[str, float] = field(default_factory=dict)
    """Numbers that tell how far to trust the scores, such as a completeness gap."""
    cautions: tuple[str, ...] = ()
    """Sentences that a reader must know before trusting them."""
