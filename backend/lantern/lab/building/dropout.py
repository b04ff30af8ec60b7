"""Dropout whose noise is a pure function of seed, place and step."""

import torch
from torch import Tensor, nn


class Dropout(nn.Module):
    """Sets each number to zero with probability `rate` while training (Srivastava et al., 2014).

    The rest is scaled by 1 / (1 - rate). The noise comes from a seed of its own, which the run
    sets anew before every step, so that nothing else that draws random numbers can disturb it.
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

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the inputs with some set to zero; unchanged in eval mode."""
        if not self.training or self.rate == 0:
            return inputs
        if self._generator is None:
            self._generator = torch.Generator(inputs.device).manual_seed(self._seed)
        kept = torch.empty_like(inputs).bernoulli_(1 - self.rate, generator=self._generator)
        return inputs * kept.div_(1 - self.rate)

    def extra_repr(self) -> str:
        """Return the rate."""
        return f"rate={self.rate}"


def set_dropout(module: nn.Module, rate: float) -> None:
    """Give every dropout layer inside the module this rate."""
    for layer in module.modules():
        if isinstance(layer, Dropout):
            layer.rate = rate
