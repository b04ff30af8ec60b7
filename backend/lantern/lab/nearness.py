"""Who is near whom: exact distances and ranks, computed a few rows at a time."""

from collections.abc import Generator

import torch
from torch import Tensor

from lantern.lab.subject import Progress

ROWS = 64


def distances_between(
    features: Tensor, *, at: tuple[float, float]
) -> Generator[Progress, None, Tensor]:
    """Yield progress between two fractions, and return all distances (n, n) of rows (n, width)."""
    count = len(features)
    centred = features - features.mean(0)  # so that little is lost where rows are much alike
    found = torch.empty(count, count)
    for first in range(0, count, ROWS):
        share = at[0] + (at[1] - at[0]) * first / count
        yield Progress(share, f"distances: {first} of {count}")
        found[first : first + ROWS] = torch.cdist(centred[first : first + ROWS], centred)
    return found.fill_diagonal_(0)


def nearest(distances: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return (n, count) indices and distances of the nearest others of (n, n), nearest first."""
    others = distances.clone().fill_diagonal_(torch.inf)
    near, indices = others.topk(count, dim=1, largest=False, sorted=True)
    return indices, near


def trustworthiness(
    distances: Tensor, points: Tensor, neighbours: int, *, at: tuple[float, float] = (0.0, 1.0)
) -> Generator[Progress, None, float]:
    """Yield progress, and return how far those near in the picture are near indeed, 0-1.

    1 - 2 / (n k (2n - 3k - 1)) times the sum of r - k over the k nearest in the picture (n, dims)
    whose rank r among the true distances (n, n) is above k: Venna and Kaski (2001).
    """
    count = len(points)
    penalty = torch.zeros((), dtype=torch.int64)
    shown = torch.cdist(points.double(), points.double()).fill_diagonal_(torch.inf)
    for first in range(0, count, ROWS):
        yield Progress(at[0] + (at[1] - at[0]) * first / count, "trustworthiness")
        rows = torch.arange(first, min(first + ROWS, count))
        true = distances[rows].clone()
        true[torch.arange(len(rows)), rows] = torch.inf
        order = true.argsort(dim=1, stable=True)
        ranks = torch.empty_like(order)
        ranks.scatter_(1, order, torch.arange(1, count + 1).expand_as(order))
        near = shown[rows].topk(neighbours, dim=1, largest=False).indices
        penalty += (ranks.gather(1, near) - neighbours).clamp_min(0).sum()
    most = count * neighbours * (2 * count - 3 * neighbours - 1)
    return 1 - 2 * int(penalty) / most


def sensible_neighbours(samples: int, wanted: int = 10) -> int:
    """Return how many neighbours trustworthiness can be asked of so few samples: under half."""
    return max(1, min(wanted, (samples - 1) // 2))
