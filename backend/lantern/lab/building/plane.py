"""Data sets of points in the plane: their common fields, their split, uniform numbers."""

from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.data import Data, Split
from lantern.protocol.model import control

EXTENT = (-6.0, 6.0, -6.0, 6.0)
"""x0, x1, y0, y1 of the plane, as in TensorFlow Playground."""

CLASSES = ("orange", "blue")
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


def polar(radius: Tensor, angle: Tensor) -> Tensor:
    """Return points (n, 2) at (n,) radii and angles, clockwise from straight up."""
    return torch.stack([radius * angle.sin(), radius * angle.cos()], dim=1)


def plane_data(points: Tensor, labels: Tensor, *, train_share: float, by: torch.Generator) -> Data:
    """Return points (n, 2) with labels (n,) 0 or 1, shuffled and split."""
    order = torch.randperm(len(points), generator=by)
    points, labels = points[order].float(), labels[order].long()
    count = round(len(points) * train_share)
    return Data(
        kind="points",
        train=Split(points[:count].contiguous(), labels[:count].contiguous()),
        validation=Split(points[count:].contiguous(), labels[count:].contiguous()),
        classes=CLASSES,
        extent=EXTENT,
    )
