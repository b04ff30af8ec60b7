"""Layers and single units whose numbers training leaves alone."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from lantern.protocol.problems import ProblemError

FIELD = "training.frozen"


class Freezer:
    """Puts frozen rows of the parameters back after each step, whatever the optimizer did.

    Momentum, adaptive rates and decay all move a weight whose gradient is cut off, so cutting the
    gradient would not do.
    """

    def __init__(self, module: nn.Module, names: Sequence[str]) -> None:
        self._held: list[tuple[Tensor, Tensor | None, Tensor]] = []
        """Parameter, indices of its rows (None for all of them), their numbers."""
        for path, units in _by_layer(names).items():
            layer = module.get_submodule(path)
            for parameter in layer.parameters(recurse=False):
                self._keep(parameter.detach(), units)

    def __bool__(self) -> bool:
        """Return whether anything is frozen."""
        return bool(self._held)

    def hold(self) -> None:
        """Put the numbers back to what they were when this was made."""
        for parameter, rows, numbers in self._held:
            if rows is None:
                parameter.copy_(numbers)
            else:
                parameter.index_copy_(0, rows, numbers)

    def _keep(self, parameter: Tensor, units: list[int] | None) -> None:
        if units is None:
            self._held.append((parameter, None, parameter.clone()))
        else:
            rows = torch.tensor(units, device=parameter.device)
            self._held.append((parameter, rows, parameter[rows].clone()))


def check_frozen(names: Iterable[str], module: nn.Module) -> None:
    """Raise a ProblemError if a name is of no layer or unit of this module."""
    sizes = unit_counts(module)
    for name in names:
        path, _, unit = name.partition(":")
        if path not in sizes:
            known = ", ".join(sizes)
            raise ProblemError(
                f"{FIELD}: this model has no layer {path!r} with weights; there are {known}.",
                field=FIELD,
            )
        if unit and int(unit) >= sizes[path]:
            raise ProblemError(
                f"{FIELD}: {path} has {sizes[path]} units, counted from 0; there is no {unit}.",
                field=FIELD,
            )


def fitting(names: Iterable[str], module: nn.Module) -> tuple[str, ...]:
    """Return the names of layers and units that the module has."""
    sizes = unit_counts(module)
    found = ((name, *name.partition(":")) for name in names)
    return tuple(
        name for name, path, _, unit in found if path in sizes and int(unit or 0) < sizes[path]
    )


def unit_counts(module: nn.Module) -> dict[str, int]:
    """Return how many units each layer with parameters of its own has, by path."""
    return {
        path: next(layer.parameters(recurse=False)).shape[0]
        for path, layer in module.named_modules()
        if any(True for _ in layer.parameters(recurse=False))
    }


def _by_layer(names: Sequence[str]) -> dict[str, list[int] | None]:
    """Return the frozen units of each layer, ascending; None where all of it is frozen."""
    found: dict[str, set[int] | None] = {}
    for name in names:
        path, _, unit = name.partition(":")
        if not unit:
            found[path] = None
        elif (units := found.setdefault(path, set())) is not None:
            units.add(int(unit))
    return {path: None if units is None else sorted(units) for path, units in found.items()}
