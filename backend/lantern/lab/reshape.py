"""What of an old module fits into a new one."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lantern.lab.building.features import Features

Labels = Sequence[int | str]
MaybeSilent = nn.BatchNorm2d | nn.Conv2d
"""Layers that may stand at 0 at the end of a residual branch."""


@dataclass(frozen=True)
class Kept:
    """How many layers with weights took over what they had."""

    layers: int
    wholly: int
    partly: int

    def __str__(self) -> str:
        """Return it in words."""
        more = f", and a part of {self.partly} more" if self.partly else ""
        return f"Weights kept: {self.wholly} of {self.layers} layers{more}."


@torch.no_grad()
def carry_over(old: nn.Module, new: nn.Module) -> Kept:
    """Copy into the new module's parameters all that fits of the old one's.

    Parameters are matched by name and copied where old and new shape overlap, which keeps the
    first units of a layer. Columns behind the features are matched by the feature's name. Running
    statistics of a layer follow its weights. The silent last layer of a residual branch, all
    of whose weights are still 0, begins as the new module has it.
    """
    columns = _columns(old), _columns(new)
    counts = {"wholly": 0, "partly": 0, "layers": 0}
    for path, layer in new.named_modules():
        names = [name for name, _ in layer.named_parameters(recurse=False)]
        if not names:
            continue
        source = _submodule(old, path)
        shares = [_copy(source, layer, name, _labels(columns, path, name)) for name in names]
        for name, _ in layer.named_buffers(recurse=False):
            _copy(source, layer, name, None)
        counts["layers"] += 1
        counts["wholly"] += min(shares) == 1
        counts["partly"] += min(shares) < 1 and max(shares) > 0
    return Kept(**counts)


def from_data(module: nn.Module) -> dict[str, Tensor]:
    """Return what layers without weights keep of the data, such as its mean, by name."""
    learnt = {path for path, layer in module.named_modules() if _has_weights(layer)}
    buffers = dict(module.named_buffers())
    return {
        name: buffers[name]
        for name in module.state_dict()
        if name in buffers and name.rpartition(".")[0] not in learnt
    }


def _has_weights(layer: nn.Module) -> bool:
    return any(True for _ in layer.parameters(recurse=False))


def _submodule(module: nn.Module, path: str) -> nn.Module | None:
    return dict(module.named_modules()).get(path)


def _copy(
    source: nn.Module | None, target: nn.Module, name: str, labels: tuple[Labels, Labels] | None
) -> float:
    """Copy what fits of one tensor; return the share of the target that was covered, 0-1."""
    old, new = getattr(source, name, None), getattr(target, name)
    if not isinstance(old, Tensor) or not isinstance(new, Tensor) or old.dim() != new.dim():
        return 0.0
    if isinstance(target, MaybeSilent) and name == "weight" and not old.any():
        return 1.0  # still as a residual block begins; in a plain chain it would stop everything
    if old.dim() == 0:
        new.copy_(old)
        return 1.0
    if labels is not None:
        return _copy_columns(old, new, labels)
    block = tuple(slice(0, min(lengths)) for lengths in zip(old.shape, new.shape, strict=True))
    new[block].copy_(old[block])
    return new[block].numel() / max(1, new.numel())


def _copy_columns(old: Tensor, new: Tensor, labels: tuple[Labels, Labels]) -> float:
    """Copy the columns that both have; the others of the new tensor stay as they were drawn."""
    rows = min(len(old), len(new))
    places = {label: place for place, label in enumerate(labels[0])}
    pairs = [(places[label], place) for place, label in enumerate(labels[1]) if label in places]
    for before, after in pairs:
        new[:rows, after].copy_(old[:rows, before])
    return rows * len(pairs) / max(1, new.numel())


def _labels(
    columns: tuple[tuple[str, Labels], tuple[str, Labels]], path: str, name: str
) -> tuple[Labels, Labels] | None:
    """Return old and new names of the columns if one of them is the layer behind the features."""
    if name != "weight" or path not in (columns[0][0], columns[1][0]):
        return None
    old, new = (labels if first == path else () for first, labels in columns)
    return old, new


def _columns(module: nn.Module) -> tuple[str, Labels]:
    """Return path and column names of the first linear layer behind the features, if any."""
    names: Labels = ()
    for path, layer in module.named_modules():
        if isinstance(layer, Features):
            names = layer.names
        elif names and isinstance(layer, nn.Linear):
            return (path, names) if layer.in_features == len(names) else ("", ())
    return "", ()
