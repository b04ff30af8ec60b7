"""Layers that leave something out while training; what they leave out is a function of the seed."""

import torch
from torch import Tensor, nn


class Noisy(nn.Module):
    """A layer whose noise in train mode comes from a seed of its own.

    The run sets it anew before every step, from seed, place and step, so that nothing else that
    draws random numbers can disturb it. At a `rate` of 0 the layer draws nothing.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate
        self._seed = 0
        self._generator: torch.Generator | None = None

    def reseed(self, seed: int) -> None:
        """Start the noise of the next forward pass from this seed."""
        self._seed = seed
        self._generator = None

    def factors(self, like: Tensor) -> Tensor:
        """Return numbers in the shape of `like`: 0 with probability `rate`, else 1 / (1 - rate)."""
        if self._generator is None:
            self._generator = torch.Generator(like.device).manual_seed(self._seed)
        kept = torch.empty_like(like).bernoulli_(1 - self.rate, generator=self._generator)
        return kept.div_(1 - self.rate)

    def extra_repr(self) -> str:
        """Return the rate."""
        return f"rate={self.rate:.4g}"


class Dropout(Noisy):
    """Sets each number to zero with probability `rate` while training (Srivastava et al., 2014).

    The rest is scaled by 1 / (1 - rate).
    """

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the inputs with some set to zero; unchanged in eval mode."""
        if not self.training or self.rate == 0:
            return inputs
        return inputs * self.factors(inputs)


class StochasticDepth(Noisy):
    """Leaves a sample's way through a block out, so that only the shortcut counts.

    Huang, Sun, Liu, Sedra and Weinberger, 2016: the last block is left out with probability
    1 - `survival`, those before it the less the nearer they are to the input; `share` (0-1) is how
    far on this block comes. What is kept is scaled by 1 / (1 - rate), as in EfficientNet.
    """

    def __init__(self, share: float, survival: float) -> None:
        super().__init__(share * (1 - survival))
        self.share = share

    def forward(self, branch: Tensor) -> Tensor:
        """Return (b, c, h, w) with some samples set to zero; unchanged in eval mode."""
        if not self.training or self.rate == 0:
            return branch
        return branch * self.factors(branch[:, :1, :1, :1])  # (b, 1, 1, 1), one draw a sample


def set_dropout(module: nn.Module, rate: float) -> None:
    """Give every dropout layer inside the module this rate."""
    for layer in module.modules():
        if isinstance(layer, Dropout):
            layer.rate = rate


def set_survival(module: nn.Module, survival: float) -> None:
    """Have the last block inside the module survive with this probability, the others likelier."""
    for layer in module.modules():
        if isinstance(layer, StochasticDepth):
            layer.rate = layer.share * (1 - survival)
