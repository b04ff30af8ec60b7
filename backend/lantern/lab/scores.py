"""One score per class, whatever the model puts out."""

import torch
from torch import Tensor, nn

from lantern.protocol.problems import ProblemError


class Scores(nn.Module):
    """A module seen as inputs to scores (b, classes); one output z becomes the two scores -z and z.

    Its layers keep the paths they have in the module, so hooks find them.
    """

    inner: nn.Module
    """The module itself, kept out of the module tree."""
    seen: int
    """Inputs that went through it so far."""

    def __init__(self, module: nn.Module, *, of_rows: bool = False) -> None:
        """Take a module, which may be one of rows (b, n) that are handed in as (b, 1, 1, n)."""
        super().__init__()
        object.__setattr__(self, "inner", module)
        self.of_rows = of_rows
        self.seen = 0
        self._modules = module._modules
        self._parameters = module._parameters
        self._buffers = module._buffers
        self.training = module.training

    def forward(self, inputs: Tensor) -> Tensor:
        """Return (b, classes) for inputs (b, ...)."""
        self.seen += len(inputs)
        outputs: object = self.inner(inputs.flatten(1) if self.of_rows else inputs)
        if not isinstance(outputs, Tensor) or outputs.dim() not in {1, 2}:
            raise ProblemError(
                f"module: it must put out scores (b, classes), not {_words(outputs)}.",
                field="module",
            )
        if outputs.dim() == 1:
            outputs = outputs.unsqueeze(1)  # (b,) -> (b, 1)
        if outputs.shape[1] == 1:
            return torch.cat([-outputs, outputs], dim=1)  # (b, 1) -> (b, 2)
        return outputs


def _words(outputs: object) -> str:
    if isinstance(outputs, Tensor):
        return f"a tensor {tuple(outputs.shape)}"
    return f"a {type(outputs).__name__}"
