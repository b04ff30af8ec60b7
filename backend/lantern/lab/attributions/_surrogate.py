"""Linear models of what the network says when only some pieces of a picture are shown."""

from dataclasses import dataclass

import torch
from torch import Tensor

from lantern.lab.questions import Question

POOR_FIT = 0.5
"""An R squared below it is worth a warning."""


@dataclass(frozen=True)
class Pieces:
    """One input cut into pieces."""

    question: Question
    """Of one input, (1, c, h, w)."""
    labels: Tensor
    """(h, w): the number of each pixel's piece."""
    baseline: float
    """Brightness of a piece that is not shown."""

    @property
    def count(self) -> int:
        """How many pieces there are."""
        return int(self.labels.max()) + 1

    def answers(self, shown: Tensor) -> Tensor:
        """Return the score for each row of `shown` (n, pieces), 1 for shown, (n,) in float64."""
        inputs = self.question.inputs
        masks = shown[:, self.labels].to(inputs)[:, None]  # (n, h, w) -> (n, 1, h, w)
        covered = inputs * masks + self.baseline * (1 - masks)
        return self.question.scores(covered).detach().cpu().double()


@dataclass(frozen=True)
class Fit:
    """A linear model of the answers."""

    values: Tensor
    """(pieces,) float64."""
    determination: float
    """R squared: how much of the answers' variance it explains."""


def doubts(determination: float) -> tuple[str, ...]:
    """Return a warning where a linear model explains little of the answers: an R squared."""
    if determination >= POOR_FIT:
        return ()
    return (f"The linear model explains the network poorly: R² is {determination:.2f}.",)


def ridge_fit(shown: Tensor, answers: Tensor, weights: Tensor, ridge: float) -> Fit:
    """Return the weighted ridge regression with a free intercept, in float64."""
    z, share = shown.double(), (weights / weights.sum()).double()
    z, y = z - share @ z, answers - share @ answers
    gram = z.T @ (weights[:, None] * z) + ridge * torch.eye(z.shape[1], dtype=torch.float64)
    values = _inverse(gram) @ (z.T @ (weights * y))
    return Fit(values, _determination(y, z @ values, weights))


def shapley_fit(shown: Tensor, gains: Tensor, total: float) -> Fit:
    """Return values that add up to `total` and come nearest to the gains of coalitions, float64."""
    z, pieces = shown.double(), shown.shape[1]
    even = torch.full((pieces,), total / pieces, dtype=torch.float64)
    project = torch.eye(pieces, dtype=torch.float64) - 1 / pieces
    free, left = z @ project, gains - z @ even
    values = even + project @ (_inverse(free.T @ free) @ (free.T @ left))
    return Fit(values, _determination(gains - gains.mean(), z @ values - gains.mean()))


def _inverse(gram: Tensor) -> Tensor:
    # A pseudo-inverse: there may be fewer answers than pieces.
    return torch.linalg.pinv(gram, hermitian=True, rtol=1e-10)


def _determination(wanted: Tensor, found: Tensor, weights: Tensor | None = None) -> float:
    share = torch.ones_like(wanted) if weights is None else weights
    missed = float((share * (wanted - found).square()).sum())
    return 1 - missed / max(float((share * wanted.square()).sum()), 1e-24)
