"""The samples as a layer sees them, projected to the plane or to space."""

from collections.abc import Iterator
from typing import Annotated, Literal

import torch

from lantern.lab.aside import aside, drained
from lantern.lab.components import is_large, principal
from lantern.lab.features import Which
from lantern.lab.inspectors._cloud import (
    Layout,
    Normalise,
    Sight,
    figure_of,
    reference_of,
    sight_of,
)
from lantern.lab.kinds import Inspector
from lantern.lab.nearness import sensible_neighbours, trustworthiness
from lantern.lab.subject import Progress, Subject
from lantern.lab.wording import percent
from lantern.protocol.figures import ScatterFigure
from lantern.protocol.model import control

THUMBNAIL_SIDE = 14
"""Pixels along a side, at most: they come anew with every look."""
MOST_TRUSTED = 500
"""Samples that trustworthiness is told of: all distances among more take seconds."""


class Embedding(Inspector, name="embedding", title="Embedding (PCA)"):
    """Samples where a layer puts them: alike is near.

    The layer's activations, projected on the directions in which they differ most (principal
    components, Pearson 1901). Classes that stand apart here are easy for the layers that follow.
    """

    tags = ("points", "images", "long")
    order = 100
    long = True
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The layer; the last hidden one where none is named."""
    samples: Annotated[int, control(ge=3, le=2000)] = 300
    """How many samples."""
    split: Which = "validation"
    """Which part of the data: held out, trained on, or half of each."""
    dimensions: Literal[2, 3] = 2
    """The plane or space."""
    normalise: Normalise = "none"
    """Bring every feature to deviation 1, or every sample to length 1, before projecting."""

    def figures(self, subject: Subject) -> Iterator[ScatterFigure | Progress]:
        """Yield the points with their classes, and thumbnails for images."""
        sight = yield from sight_of(
            subject,
            layer=self.layer,
            split=self.split,
            samples=self.samples,
            normalise=self.normalise,
            side=THUMBNAIL_SIDE,
        )
        if is_large(sight.values):
            waiting = Progress(1.0, "principal components")
            layout = yield from aside(lambda: self._layout(sight), waiting)
        else:
            layout = self._layout(sight)
        yield figure_of(sight, layout, self._title(), final=True)

    def _title(self) -> str:
        return "two principal components" if self.dimensions == 2 else "three principal components"

    def _layout(self, sight: Sight) -> Layout:
        reference = reference_of(sight.features.targets)
        points, shares = principal(sight.values, reference, self.dimensions)
        together = float(shares.sum())
        trust = _trust(sight, points)
        return Layout(
            points=points,
            axes=(
                f"component 1 ({percent(float(shares[0]))})",
                f"component 2 ({percent(float(shares[1]))})",
            ),
            caption=f"{percent(together)} of the variance",
            facts={"variance share": together, "trustworthiness": trust},
        )


def _trust(sight: Sight, points: torch.Tensor) -> float:
    """Return the trustworthiness, of the first samples where there are many."""
    values, points = sight.values[:MOST_TRUSTED], points[:MOST_TRUSTED]
    neighbours = sensible_neighbours(len(values))
    return drained(trustworthiness(torch.cdist(values, values), points, neighbours))
