"""Data and models in the plane: the grid that maps are computed on, and the points over it."""

from functools import lru_cache

import torch
from torch import Tensor

from lantern.lab.arrays import array_of
from lantern.lab.data import Data
from lantern.protocol.experiment import MOST_POINTS
from lantern.protocol.figures import Array, Axis, ScatterFigure

Extent = tuple[float, float, float, float]
DEFAULT_EXTENT: Extent = (-6.0, 6.0, -6.0, 6.0)
X, Y = Axis(label="x₁"), Axis(label="x₂")


@lru_cache(maxsize=16)
def grid(extent: Extent, resolution: int, device: torch.device) -> Tensor:
    """Return (resolution * resolution, 2) centres of the cells, row by row from the top (y1)."""
    x0, x1, y0, y1 = extent
    centres = (torch.arange(resolution, dtype=torch.float64) + 0.5) / resolution
    x, y = x0 + centres * (x1 - x0), y1 - centres * (y1 - y0)
    columns = x.repeat(resolution)  # (resolution,) -> (resolution * resolution,)
    rows = y.repeat_interleave(resolution)
    return torch.stack([columns, rows], dim=1).float().to(device)


def extent_of(data: Data) -> Extent:
    """Return x0, x1, y0, y1 of the plane to show."""
    return data.extent or DEFAULT_EXTENT


def target_range(data: Data) -> tuple[float, float]:
    """Return the lowest and highest value that regression is to give, for scales of colour.

    Even about 0 where there are values on both sides, so that white stands for 0.
    """
    targets = torch.cat([data.train.targets, data.validation.targets]).float()
    if len(targets) == 0:
        return -1.0, 1.0
    low, high = float(targets.min()), float(targets.max())
    if low < 0 < high:
        high = max(-low, high)
        low = -high
    if high <= low:
        low, high = low - 1.0, high + 1.0
    return low, high


def scatter_of(data: Data, *, held_out: bool = True, most: int = MOST_POINTS) -> ScatterFigure:
    """Return the training points and, if wanted, the validation points, at most `most` of each."""
    train, other = len(data.train), len(data.validation) if held_out else 0
    train, other = min(train, most), min(other, most)
    points = torch.cat([data.train.inputs[:train], data.validation.inputs[:other]])
    targets = torch.cat([data.train.targets[:train], data.validation.targets[:other]])
    marks = torch.cat([torch.zeros(train), torch.ones(other)])
    labels, values, value_range = _targets_of(data, targets)
    names = f": {', '.join(data.classes)}" if data.classes else ", coloured by their value"
    return ScatterFigure(
        title="Data",
        alt=f"{train} training and {other} validation points in the plane{names}.",
        x=X,
        y=Y,
        points=array_of(points),
        labels=labels,
        held_out=array_of(marks, "u1"),
        classes=data.classes,
        extent=extent_of(data),
        values=values,
        value_range=value_range,
    )


Coloured = tuple[Array, Array | None, tuple[float, float] | None]


def _targets_of(data: Data, targets: Tensor) -> Coloured:
    # Labels; or, for regression, zeros with the values (n,) and their range.
    if data.classes:
        return array_of(targets, "u1"), None, None
    return array_of(torch.zeros(len(targets)), "u1"), array_of(targets), target_range(data)
