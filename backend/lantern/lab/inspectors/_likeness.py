"""How alike two maps are."""

import torch
from torch import Tensor
from torch.nn import functional

WINDOW = 7
"""Side of the windows of the structural similarity, in pixels."""


def spearman(one: Tensor, other: Tensor) -> float:
    """Return the rank correlation of two maps, from -1 to 1; 0 where one is constant."""
    return _correlation(_ranks(one.flatten()), _ranks(other.flatten()))


def _ranks(values: Tensor) -> Tensor:
    """Return the rank of each value, ties at their mean, (n,) float64."""
    _, place, counts = values.unique(return_inverse=True, return_counts=True)
    last = counts.cumsum(0).double()
    return (last - (counts - 1) / 2)[place]


def _correlation(one: Tensor, other: Tensor) -> float:
    one, other = one - one.mean(), other - other.mean()
    size = float(one.norm() * other.norm())
    return float(one @ other) / size if size else 0.0


def similarity(one: Tensor, other: Tensor) -> float:
    """Return the structural similarity of the sizes of two maps (h, w), from -1 to 1.

    Each is brought to 0-1 first; the mean over uniform windows. Wang, Bovik, Sheikh and Simoncelli
    (2004), IEEE Transactions on Image Processing 13, 600-612, with K1 = 0.01 and K2 = 0.03.
    """
    x, y = (_unit(values)[None, None].double() for values in (one, other))  # (1, 1, h, w)
    side = min(WINDOW, *one.shape)

    def mean(values: Tensor) -> Tensor:
        return functional.avg_pool2d(values, side, stride=1)

    mx, my = mean(x), mean(y)
    vx, vy = mean(x * x) - mx * mx, mean(y * y) - my * my
    both = mean(x * y) - mx * my
    c1, c2 = 0.01**2, 0.03**2
    found = (2 * mx * my + c1) * (2 * both + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    return float(found.mean())


def _unit(values: Tensor) -> Tensor:
    sizes = values.abs()
    return sizes / torch.clamp(sizes.max(), min=1e-12)
