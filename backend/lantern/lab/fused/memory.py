"""One flat piece of memory for all weights, and one for each thing the optimizer keeps of them.

The module's parameters and the tensors in the optimizer's state become views of it. So PyTorch and
the kernel work on the same numbers, and snapshots, copies and edits need to know of neither.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from lantern.lab.fused.core.call import WIDTH
from lantern.lab.fused.plan import Rule


class Weights:
    """The parameters of a module, laid one after the other."""

    def __init__(self, module: nn.Module) -> None:
        self.parameters = list(module.named_parameters())
        counts = [parameter.numel() for _, parameter in self.parameters]
        self.ends = [sum(counts[: place + 1]) for place in range(len(counts))]
        """Where each parameter ends."""
        first = self.parameters[0][1]
        self.dtype = first.dtype
        self.size = -(-self.ends[-1] // WIDTH) * WIDTH
        self.flat = self.zeros()
        self._addresses = []
        for (_, parameter), view in zip(self.parameters, self.views(self.flat), strict=True):
            view.copy_(parameter.data)
            parameter.data = view
            self._addresses.append(view.data_ptr())

    @property
    def is_bound(self) -> bool:
        """Return whether the parameters still lie here."""
        return self._addresses == [each.data_ptr() for _, each in self.parameters]

    def zeros(self) -> Tensor:
        """Return flat memory for one number per weight."""
        return torch.zeros(self.size, dtype=self.dtype)

    def views(self, flat: Tensor) -> Iterable[Tensor]:
        """Return what belongs to each parameter, in its shape."""
        begin = 0
        for (_, parameter), end in zip(self.parameters, self.ends, strict=True):
            yield flat[begin:end].view(parameter.shape)
            begin = end

    def mask_of_weights(self) -> Tensor:
        """Return 1 for weights, which penalties act on, and 0 for biases."""
        mask = self.zeros()
        for (_, parameter), view in zip(self.parameters, self.views(mask), strict=True):
            view.fill_(float(parameter.dim() > 1))
        return mask

    def mask_of_free(self, frozen: Sequence[str]) -> Tensor:
        """Return 0 for weights of frozen layers (`hidden1`) and units (`hidden1:3`), else 1."""
        mask = self.zeros().fill_(1.0)
        rows = [name.partition(":") for name in frozen]
        for (name, _), view in zip(self.parameters, self.views(mask), strict=True):
            for layer, _, unit in rows:
                if name.rpartition(".")[0] == layer:
                    (view[int(unit)] if unit else view).fill_(0.0)
        return mask


class Memory:
    """What an optimizer keeps of the weights, as its rule says."""

    def __init__(self, weights: Weights, optimizer: torch.optim.Optimizer, rule: Rule) -> None:
        self._weights, self._optimizer = weights, optimizer
        self._rule = rule
        self.slots = [weights.zeros() for _ in rule.slots]
        self.ages = torch.zeros(len(weights.parameters) if rule.counts else 0)
        """Steps that each parameter has had, as the optimizer counts them."""
        self._bound: list[tuple[Tensor, str, Tensor]] = []
        for name, flat in zip(rule.slots, self.slots, strict=True):
            for (_, parameter), view in zip(weights.parameters, weights.views(flat), strict=True):
                self._bind(parameter, name, view)
        for (_, parameter), age in zip(weights.parameters, self.ages, strict=False):
            self._bind(parameter, "step", age)

    @property
    def is_bound(self) -> bool:
        """Return whether the optimizer's state still lies here."""
        state = self._optimizer.state
        return all(state.get(owner, {}).get(name) is view for owner, name, view in self._bound)

    def serves(self, rule: Rule) -> bool:
        """Return whether this is what a rule needs."""
        return (rule.slots, rule.counts) == (self._rule.slots, self._rule.counts)

    def _bind(self, parameter: Tensor, name: str, view: Tensor) -> None:
        state = self._optimizer.state[parameter]
        if name in state:
            view.copy_(state[name])
        state[name] = view
        self._bound.append((parameter, name, view))


def array(flat: Tensor) -> np.ndarray:
    """Return the memory of a flat tensor as numpy sees it."""
    return flat.detach().numpy()
