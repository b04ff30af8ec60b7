"""Data and models in the plane: the grid that maps are computed on, and the points over it."""

from functools import lru_cache

import torch
from torch import Tensor

from lantern.lab.arrays import array_of
from lantern.lab.data import Data
from lantern.protocol.figures import Axis, ScatterFigure

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


def scatter_of(data: Data, *, held_out: bool = True, most: int = 2000) -> ScatterFigure:
    """Return the training points and, if wanted, the validation points, at most `most` of each."""
    train, other = len(data.train), len(data.validation) if held_out else 0
    train, other = min(train, most), min(other, most)
    points = torch.cat([data.train.inputs[:train], data.validation.inputs[:other]])
    labels = torch.cat([data.train.targets[:train], data.validation.targets[:other]])
    marks = torch.cat([torch.zeros(train), torch.ones(other)])
    names = ", ".join(data.classes)
    return ScatterFigure(
        title="Data",
        alt=f"{train} training and {other} validation points in the plane: {names}.",
        x=X,
        y=Y,
        points=array_of(points),
        labels=array_of(labels, "u1"),
        held_out=array_of(marks, "u1"),
        classes=data.classes,
        extent=extent_of(data),
    )
