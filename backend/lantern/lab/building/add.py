"""Where branches meet: the sum of what they put out, as a module of its own."""

from torch import Tensor, nn


class Add(nn.Module):
    """Adds two tensors of one shape; a module, so that the sum can be seen and explained."""

    def forward(self, outputs: Tensor, past: Tensor) -> Tensor:
        """Return the sum of what a branch puts out and of what went past it."""
        return outputs + past
