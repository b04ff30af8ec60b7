"""A chain of layers with further heads that only training uses."""

from collections.abc import Mapping

from torch import Tensor, nn

from lantern.lab.building.convolution import Layers


class WithHeads(nn.Module):
    """A chain some of whose inner maps are asked for the classes too while it trains.

    Called as a module it returns the outputs (b, outputs) of the chain alone, in either mode. A
    task that trains it calls `with_auxiliary` and adds the heads' losses, each times `weight`.
    """

    def __init__(
        self, chain: Layers, heads: Mapping[str, tuple[str, nn.Module]], *, weight: float
    ) -> None:
        """Take heads as {name: (layer of the chain whose output it gets, head)}."""
        super().__init__()
        for name, part in chain.items():
            self.add_module(name, part)
        for name, (_, head) in heads.items():
            self.add_module(name, head)
        self.weight = weight
        self._chain = tuple(chain)
        self._heads = {behind: name for name, (behind, _) in heads.items()}

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the outputs of the chain."""
        for name in self._chain:
            inputs = self.get_submodule(name)(inputs)
        return inputs

    def with_auxiliary(self, inputs: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return the outputs of the chain, and those of each head, all (b, outputs)."""
        hints: list[Tensor] = []
        for name in self._chain:
            inputs = self.get_submodule(name)(inputs)
            if name in self._heads:
                hints.append(self.get_submodule(self._heads[name])(inputs))
        return inputs, tuple(hints)
