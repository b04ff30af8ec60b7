"""Data sets of points in the plane: their common fields, their split, random numbers."""

from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.data import Data, Split
from lantern.protocol.model import control

EXTENT = (-6.0, 6.0, -6.0, 6.0)
"""x0, x1, y0, y1 of the plane, as in TensorFlow Playground."""

COLOURS = ("orange", "blue", "green", "magenta", "violet", "red", "turquoise", "olive")
"""Classes by the colour they are drawn in, by index."""

CLASSES = COLOURS[:2]
"""Negative and positive, by index."""

Samples = Annotated[
    int,
    control(
        ge=20,
        le=5000,
        scale="log",
        step=10,
        description="Points in all, training and validation together.",
    ),
]
Noise = Annotated[
    float,
    control(ge=0, le=0.5, step=0.01, description="How far points stray, 0 to 0.5."),
]
TrainShare = Annotated[
    float,
    control(
        ge=0.1, le=0.9, step=0.05, description="Share of the points that is trained on, 0.1 to 0.9."
    ),
]


def uniform(shape: tuple[int, ...], low: float, high: float, *, by: torch.Generator) -> Tensor:
    """Return float32 numbers drawn uniformly from `low` to `high`."""
    return torch.rand(shape, generator=by) * (high - low) + low


def normal_about(centres: Tensor, *, deviation: float, by: torch.Generator) -> Tensor:
    """Return points (n, 2) about their centres (n, 2); those outside the plane are drawn again."""
    points = centres.clone()
    pending = torch.ones(len(centres), dtype=torch.bool)
    while pending.any():
        count = int(pending.sum())
        points[pending] = centres[pending] + deviation * torch.randn(count, 2, generator=by)
        pending = (points.abs() > EXTENT[1]).any(dim=1)
    return points


def polar(radius: Tensor, angle: Tensor) -> Tensor:
    """Return points (n, 2) at (n,) radii and angles, clockwise from straight up."""
    return torch.stack([radius * angle.sin(), radius * angle.cos()], dim=1)


def dealt(count: int, classes: int) -> Tensor:
    """Return class indices (count,) in order, their shares as equal as can be."""
    return torch.arange(count) * classes // count


def plane_data(
    points: Tensor,
    targets: Tensor,
    *,
    train_share: float,
    by: torch.Generator,
    classes: tuple[str, ...] = CLASSES,
) -> Data:
    """Return points (n, 2) with their targets (n,), shuffled and split.

    Targets are class indices, or values where there are no `classes`.
    """
    order = torch.randperm(len(points), generator=by)
    points, targets = points[order].float(), targets[order]
    targets = targets.long() if classes else targets.float()
    count = round(len(points) * train_share)
    return Data(
        kind="points",
        train=Split(points[:count].contiguous(), targets[:count].contiguous()),
        validation=Split(points[count:].contiguous(), targets[count:].contiguous()),
        classes=classes,
        extent=EXTENT,
    )
