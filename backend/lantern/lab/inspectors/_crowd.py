"""What t-SNE and UMAP share: samples of which it is known who is how far from whom."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from lantern.lab.components import principal
from lantern.lab.features import Which
from lantern.lab.inspectors._cloud import (
    Facts,
    Layout,
    Normalise,
    Sight,
    check_spread,
    figure_of,
    reference_of,
    sight_of,
)
from lantern.lab.nearness import distances_between, sensible_neighbours, trustworthiness
from lantern.lab.subject import Progress, Subject
from lantern.protocol.figures import ScatterFigure

THUMBNAIL_SIDE = 32


class Wish(Protocol):
    """The parameters that both have."""

    @property
    def layer(self) -> str:
        """Path of the layer; empty for the last hidden one."""
        ...

    @property
    def split(self) -> Which:
        """Which part of the data."""
        ...

    @property
    def samples(self) -> int:
        """How many samples."""
        ...

    @property
    def dimensions(self) -> int:
        """Of the layout."""
        ...

    @property
    def normalise(self) -> Normalise:
        """What is done to the features before they are compared."""
        ...

    @property
    def seed(self) -> int:
        """Of the noise at the beginning, among others."""
        ...


@dataclass(frozen=True)
class Crowd:
    """Samples, and how far each is from each."""

    sight: Sight
    distances: Tensor
    """(n, n)."""

    @property
    def count(self) -> int:
        """Number of samples."""
        return self.sight.count

    def components(self, dimensions: int) -> Tensor:
        """Return the principal components of the samples, (n, dimensions)."""
        reference = reference_of(self.sight.features.targets)
        return principal(self.sight.values, reference, dimensions)[0]

    def trust(self, points: Tensor) -> Generator[Progress, None, float]:
        """Yield progress to the end, and return how far neighbours among the points are to be."""
        near = sensible_neighbours(self.count)
        return (yield from trustworthiness(self.distances, points, near, at=(0.9, 1.0)))

    def figure(
        self,
        points: Tensor,
        title: str,
        caption: str,
        *,
        facts: Facts,
        warnings: tuple[str, ...] = (),
        final: bool,
    ) -> ScatterFigure:
        """Return the samples where they lie now, (n, 2 or 3)."""
        caption = f"{self.count} samples, {caption}"
        layout = Layout(points, ("", ""), caption, facts, warnings)
        return figure_of(self.sight, layout, title, final=final)


def crowd_of(subject: Subject, wish: Wish) -> Generator[Progress, None, Crowd]:
    """Yield progress up to 0.15, and return the samples as the layer sees them.

    Raises a ProblemError where there is nothing to lay out.
    """
    sight = yield from sight_of(
        subject,
        layer=wish.layer,
        split=wish.split,
        samples=wish.samples,
        normalise=wish.normalise,
        side=THUMBNAIL_SIDE,
        until=0.1,
    )
    check_spread(sight)
    distances = yield from distances_between(sight.values, at=(0.1, 0.15))
    return Crowd(sight, distances)


def jitter(points: Tensor, seed: int) -> Tensor:
    """Return a little noise in the shape of the points, for those that begin on one spot."""
    return torch.randn(points.shape, generator=torch.Generator().manual_seed(seed))
