"""The samples as a layer sees them, laid out by a graph of neighbours: UMAP."""

from collections.abc import Generator, Iterator
from typing import Annotated, Literal

import torch
from torch import Tensor

from lantern.lab.aside import aside
from lantern.lab.features import Which
from lantern.lab.inspectors._cloud import Facts, Normalise, placed, said
from lantern.lab.inspectors._crowd import Crowd, crowd_of, jitter
from lantern.lab.inspectors._epochs import Epochs, prepared
from lantern.lab.kinds import Inspector
from lantern.lab.nearness import nearest
from lantern.lab.subject import Progress, Subject
from lantern.protocol.figures import ScatterFigure
from lantern.protocol.model import control

POINTS_AT_ONCE = 8000
"""Points moved in one slice: all of them, some epochs long."""
MOST_AT_ONCE = 10


class Umap(Inspector, name="umap", title="Embedding (UMAP)"):
    """Samples laid out so that the graph of who is near whom in a layer keeps its shape.

    McInnes, Healy and Melville (2018), arXiv:1802.03426, as umap-learn does it, begun at the
    principal components. Groups lie farther apart than with t-SNE; how far still means little.
    """

    tags = ("points", "images", "long")
    order = 102
    long = True
    live = False
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The layer; the last hidden one where none is named."""
    samples: Annotated[int, control(ge=8, le=3000)] = 500
    """How many samples."""
    split: Which = "validation"
    """Which part of the data: held out, trained on, or half of each."""
    dimensions: Literal[2, 3] = 2
    """The plane or space."""
    neighbours: Annotated[int, control(ge=2, le=200, scale="log")] = 15
    """How many neighbours each sample has in the graph, itself included: few see detail."""
    min_dist: Annotated[float, control(ge=0, le=0.99)] = 0.1
    """How near two points may come: small values make tight groups."""
    epochs: Annotated[int, control(ge=20, le=1000)] = 500
    """How often the edges of the graph are gone through."""
    normalise: Normalise = "none"
    """Bring every feature to deviation 1, or every sample to length 1, before comparing."""
    seed: Annotated[int, control(ge=0, le=2**31 - 1)] = 0
    """Of the samples that push each other away, and of a little noise at the start."""

    def figures(self, subject: Subject) -> Iterator[ScatterFigure | Progress]:
        """Yield the points on their way, then where they came to rest."""
        crowd = yield from crowd_of(subject, self)
        state = yield from self._begun(crowd)
        at_once = max(1, min(MOST_AT_ONCE, POINTS_AT_ONCE // crowd.count))
        while state.done < self.epochs:
            state.go(min(at_once, self.epochs - state.done))
            points = placed(torch.from_numpy(state.points.copy()))
            yield self._figure(crowd, points, f"epoch {state.done}", {})
            share = state.done / self.epochs
            yield Progress(0.2 + 0.7 * share, f"UMAP: {state.done} of {self.epochs} epochs")
        points = placed(torch.from_numpy(state.points.copy()))
        trust = yield from crowd.trust(points)
        yield self._figure(crowd, points, said(trust), {"trustworthiness": trust}, final=True)

    def _neighbours(self, crowd: Crowd) -> int:
        return min(self.neighbours, crowd.count - 1)

    def _begun(self, crowd: Crowd) -> Generator[Progress, None, Epochs]:
        near = nearest(crowd.distances, self._neighbours(crowd) - 1)
        first = _start(crowd, self.dimensions, self.seed)
        return (
            yield from aside(
                lambda: prepared(
                    near,
                    first,
                    epochs=self.epochs,
                    min_dist=self.min_dist,
                    seed=self.seed,
                ),
                Progress(
                    0.15, "UMAP: the graph of neighbours; the first time it is compiled as well"
                ),
            )
        )

    def _figure(
        self, crowd: Crowd, points: Tensor, caption: str, facts: Facts, *, final: bool = False
    ) -> ScatterFigure:
        return crowd.figure(
            points,
            "UMAP",
            caption,
            facts={
                "neighbours": self._neighbours(crowd),
                "min_dist": self.min_dist,
                "epochs": self.epochs,
                "seed": self.seed,
                **facts,
            },
            final=final,
        )


def _start(crowd: Crowd, dimensions: int, seed: int) -> Tensor:
    """Return (n, dims): principal components within 0-10 with a little noise, as the library's."""
    points = crowd.components(dimensions)
    points = 10 * points / points.abs().max().clamp_min(1e-12)
    points = points + 1e-4 * jitter(points, seed)
    low, high = points.amin(0), points.amax(0)
    return 10 * (points - low) / (high - low)
