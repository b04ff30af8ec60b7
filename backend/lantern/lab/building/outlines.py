"""Shapes by the distance to their outline: negative inside, in units of their radius.

After the collection of Quilez (2D distance functions); exact near the outline, which is where it
is used, for soft edges.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor


def distance_to(shape: str, x: Tensor, y: Tensor) -> Tensor:
    """Return the distance of points to a shape's outline, all of the same shape; y downwards."""
    return SHAPES[shape](x, y)


def _circle(x: Tensor, y: Tensor) -> Tensor:
    return torch.hypot(x, y) - 0.95


def _square(x: Tensor, y: Tensor) -> Tensor:
    return torch.maximum(x.abs(), y.abs()) - 0.85


def _triangle(x: Tensor, y: Tensor) -> Tensor:
    lower = y + 0.15  # its middle of mass, rather than that of its box, lies at the origin
    return torch.maximum(x.abs() * math.cos(0.47) - (lower + 1.1) * math.sin(0.47), lower - 0.85)


def _ring(x: Tensor, y: Tensor) -> Tensor:
    return (torch.hypot(x, y) - 0.72).abs() - 0.24


def _cross(x: Tensor, y: Tensor) -> Tensor:
    u, v = x.abs(), y.abs()
    return torch.minimum(torch.maximum(u - 0.95, v - 0.3), torch.maximum(v - 0.95, u - 0.3))


def _star(x: Tensor, y: Tensor) -> Tensor:
    """Return the distance to five points: one sector is folded onto the next."""
    turn = math.pi / 5
    angle = torch.atan2(x, -y)
    folded = (torch.remainder(angle + turn, 2 * turn) - turn).abs()
    radius = torch.hypot(x, y)
    u, v = radius * folded.cos(), radius * folded.sin()
    # the edge from the tip (1, 0) to the notch at radius 0.42
    tip, notch = (1.0, 0.0), (0.42 * math.cos(turn), 0.42 * math.sin(turn))
    across = (notch[1] - tip[1], tip[0] - notch[0])
    length = math.hypot(*across)
    return ((u - tip[0]) * across[0] + (v - tip[1]) * across[1]) / length


SHAPES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "ring": _ring,
    "cross": _cross,
    "star": _star,
}
"""By name, in the order in which a data set takes them."""
