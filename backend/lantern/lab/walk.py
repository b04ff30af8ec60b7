"""A small network's answers for many points at once: what each layer is given, layer by layer.

The numbers are those of the module's own forward pass up to rounding. What differs is the time: on
networks of a few dozen units most of a forward pass is the calling of PyTorch, and its tanh takes
eight times what numpy's does. So the layers are walked in numpy, a row for each unit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn

from lantern.lab.building.activations import MODULES
from lantern.lab.building.dropout import Dropout
from lantern.lab.building.features import FeatureName, Features
from lantern.lab.building.gate import Gate
from lantern.lab.building.scaling import Scaling
from lantern.lab.capture import traced
from lantern.lab.plane import Extent, grid

AT_ONCE = 2000
"""Points that are taken together where only the outputs count: so many stay in the cache."""


@dataclass(frozen=True)
class Head:
    """A layer with weights, and what it is given."""

    path: str
    layer: nn.Linear
    given: np.ndarray
    """(inputs, b)."""


@dataclass(frozen=True)
class Walk:
    """What came of a walk through a module."""

    heads: tuple[Head, ...]
    """In the order in which they are passed."""
    outputs: Tensor
    """(b, outputs), on the CPU."""


Step = Callable[[nn.Module, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Raster:
    """The cells of a square grid over the plane; b = side * side of them."""

    extent: Extent
    side: int

    def places(self, device: torch.device) -> Tensor:
        """Return their centres, (b, 2)."""
        return grid(self.extent, self.side, device)


def walk(module: nn.Module, raster: Raster) -> Walk:
    """Walk through a module in eval mode, by hooks where it is no chain of known parts."""
    chain = _chain(module)
    if chain is None:
        return _by_hooks(module, raster)
    heads: list[Head] = []
    outputs = _passed(chain, _features(chain, raster), heads)
    return Walk(tuple(heads), _as_tensor(outputs))


def answers(module: nn.Module, raster: Raster) -> Tensor:
    """Return the outputs (b, outputs) alone, on the CPU."""
    chain = _chain(module)
    if chain is None:
        with torch.no_grad():
            return module(raster.places(next(module.parameters()).device)).cpu()
    rows = _features(chain, raster)
    parts = range(0, rows.shape[1], AT_ONCE)
    return _as_tensor(
        np.concatenate([_passed(chain, rows[:, part : part + AT_ONCE]) for part in parts], axis=1)
    )


def _chain(module: nn.Module) -> list[tuple[str, nn.Module]] | None:
    if type(module) is not nn.Sequential or module.training:
        return None
    chain = [(path, part) for path, part in module._modules.items() if part is not None]
    known = all(type(part) in _STEPS or isinstance(part, nn.Linear) for _, part in chain)
    on_cpu = all(part.weight.is_cpu for _, part in chain if isinstance(part, nn.Linear))
    begins = bool(chain) and isinstance(chain[0][1], Features)
    return chain if known and on_cpu and begins else None


def _passed(
    chain: list[tuple[str, nn.Module]], value: np.ndarray, heads: list[Head] | None = None
) -> np.ndarray:
    """Return (outputs, b) of features (features, b); note the layers that are passed."""
    with torch.no_grad(), np.errstate(all="ignore"):  # a network may have run away
        for path, part in chain[1:]:
            if not isinstance(part, nn.Linear):
                value = _STEPS[type(part)](part, value)
                continue
            if heads is not None:
                heads.append(Head(path, part, value))
            value = _linear(part, value)
    return value


def _as_tensor(rows: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(rows.T))  # (outputs, b) -> (b, outputs)


def _by_hooks(module: nn.Module, raster: Raster) -> Walk:
    calls, outputs = traced(module, raster.places(next(module.parameters()).device))
    heads = (
        Head(call.path, call.module, np.ascontiguousarray(call.source.cpu().numpy().T))
        for call in calls
        if isinstance(call.module, nn.Linear)
    )
    return Walk(tuple(heads), outputs.cpu())


def _features(chain: list[tuple[str, nn.Module]], raster: Raster) -> np.ndarray:
    part = chain[0][1]
    assert isinstance(part, Features)
    return _features_of(part.names, raster)


@lru_cache(maxsize=16)
def _features_of(names: tuple[FeatureName, ...], raster: Raster) -> np.ndarray:
    # Nothing of it is learnt, and the places are the same in every look.
    with torch.no_grad():
        rows = Features(names)(raster.places(torch.device("cpu"))).t().contiguous().numpy()
    rows.flags.writeable = False
    return rows


def _linear(layer: nn.Linear, value: np.ndarray) -> np.ndarray:
    made = layer.weight.detach().numpy() @ value
    if layer.bias is not None:
        made += layer.bias.detach().numpy()[:, None]
    return made


def _scaled(part: nn.Module, value: np.ndarray) -> np.ndarray:
    assert isinstance(part, Scaling)
    return (value - part.shift.numpy()[:, None]) / part.scale.numpy()[:, None]


def _gated(part: nn.Module, value: np.ndarray) -> np.ndarray:
    assert isinstance(part, Gate)
    mask = part.open.numpy()
    return value if mask.all() else value * mask[:, None]


def _same(part: nn.Module, value: np.ndarray) -> np.ndarray:
    return value


def _tanh(part: nn.Module, value: np.ndarray) -> np.ndarray:
    return np.tanh(value)


def _each(part: nn.Module, value: np.ndarray) -> np.ndarray:
    # A function of each number by itself does not mind that rows are units here.
    return part(torch.from_numpy(value)).numpy()


_STEPS: dict[type[nn.Module], Step] = {
    **{kind: _each for kind in MODULES.values() if isinstance(kind, type)},
    nn.Identity: _same,
    Dropout: _same,
    nn.Tanh: _tanh,
    Features: _same,
    Scaling: _scaled,
    Gate: _gated,
}
"""How the parts of a network in the plane are passed; dropout does nothing to those who look."""
