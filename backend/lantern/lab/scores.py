"""One score per class, whatever the model puts out."""

import torch
from torch import Tensor, nn


class Scores(nn.Module):
    """A module seen as inputs to scores (b, classes); one output z becomes the two scores -z and z.

    Its layers keep the paths they have in the module, so hooks find them.
    """

    inner: nn.Module
    """The module itself, kept out of the module tree."""
    seen: int
    """Inputs that went through it so far."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        object.__setattr__(self, "inner", module)
        self.seen = 0
        self._modules = module._modules
        self._parameters = module._parameters
        self._buffers = module._buffers
        self.training = module.training

    def forward(self, inputs: Tensor) -> Tensor:
        """Return (b, classes) for inputs (b, ...)."""
        self.seen += len(inputs)
        outputs: Tensor = self.inner(inputs)
        if outputs.dim() == 1:
            outputs = outputs.unsqueeze(1)  # (b,) -> (b, 1)
        if outputs.shape[1] == 1:
            return torch.cat([-outputs, outputs], dim=1)  # (b, 1) -> (b, 2)
        return outputs
