"""The samples as a layer sees them, laid out so that neighbours stay neighbours: t-SNE."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import torch
from torch import Tensor

from lantern.lab.aside import aside, importing
from lantern.lab.features import Which
from lantern.lab.inspectors._cloud import Facts, Normalise, placed, said
from lantern.lab.inspectors._crowd import Crowd, crowd_of, jitter
from lantern.lab.kinds import Inspector
from lantern.lab.nearness import nearest
from lantern.lab.subject import Progress, Subject
from lantern.protocol.figures import ScatterFigure
from lantern.protocol.model import control

if TYPE_CHECKING:
    from openTSNE import TSNEEmbedding

EARLY = 250
"""Iterations with the attraction exaggerated, as van der Maaten and Hinton do first."""
EXAGGERATION = 12.0
POINTS_AT_ONCE = 5000
"""Points moved in one slice: all of them, some iterations long."""
MOST_AT_ONCE = 15


class Tsne(Inspector, name="tsne", title="Embedding (t-SNE)"):
    """Samples laid out so that those a layer takes for alike lie together.

    Van der Maaten and Hinton (2008), by Barnes-Hut (2014) as openTSNE does it, begun at the
    principal components. Distances between groups and their sizes mean little; who lies beside
    whom does. The divergence (KL) is what is made small.
    """

    tags = ("points", "images", "long")
    order = 101
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
    perplexity: Annotated[float, control(ge=2, le=200, scale="log")] = 30.0
    """About how many neighbours count; a third of the samples at most."""
    iterations: Annotated[int, control(ge=50, le=2000)] = 500
    """How often the points are moved after the early exaggeration."""
    normalise: Normalise = "none"
    """Bring every feature to deviation 1, or every sample to length 1, before comparing."""
    seed: Annotated[int, control(ge=0, le=2**31 - 1)] = 0
    """Of the noise that sets points apart that would begin on one spot."""

    def figures(self, subject: Subject) -> Iterator[ScatterFigure | Progress]:
        """Yield the points on their way, then where they came to rest."""
        crowd = yield from crowd_of(subject, self)
        state = yield from self._begun(crowd)
        total = EARLY + self.iterations
        at_once = max(1, min(MOST_AT_ONCE, POINTS_AT_ONCE // crowd.count))
        done = 0
        while done < total:
            early = done < EARLY
            count = min(at_once, (EARLY if early else total) - done)
            state.optimize(
                count,
                exaggeration=EXAGGERATION if early else None,
                momentum=0.5 if early else 0.8,
                inplace=True,
                propagate_exception=True,
            )
            done += count
            yield self._figure(crowd, _points(state), f"iteration {done}", {})
            yield Progress(0.2 + 0.7 * done / total, f"t-SNE: {done} of {total} iterations")
        points = _points(state)
        trust = yield from crowd.trust(points)
        divergence = float(state.kl_divergence)
        facts: Facts = {"KL divergence": divergence, "trustworthiness": trust}
        caption = f"KL {divergence:.3f}, {said(trust)}"
        yield self._figure(crowd, points, caption, facts, final=True)

    def _perplexity(self, crowd: Crowd) -> float:
        return min(self.perplexity, (crowd.count - 1) / 3)

    def _begun(self, crowd: Crowd) -> Generator[Progress, None, "TSNEEmbedding"]:
        perplexity = self._perplexity(crowd)
        near = nearest(crowd.distances, min(int(3 * perplexity), crowd.count - 1))
        first = _start(crowd, self.dimensions, self.seed)

        def begin() -> "TSNEEmbedding":
            with importing():
                from openTSNE import TSNEEmbedding  # noqa: PLC0415 - takes a second
                from openTSNE.affinity import PerplexityBasedNN  # noqa: PLC0415
                from openTSNE.nearest_neighbors import PrecomputedNeighbors  # noqa: PLC0415

            index = PrecomputedNeighbors(near[0].numpy(), near[1].double().numpy())
            attraction = PerplexityBasedNN(
                perplexity=perplexity,  # pyright: ignore[reportArgumentType] - a float will do
                knn_index=index,
                n_jobs=1,
            )
            return TSNEEmbedding(
                first.double().numpy(),
                attraction,
                negative_gradient_method="bh",
                n_jobs=1,
                random_state=self.seed,
            )

        return (yield from aside(begin, Progress(0.15, "t-SNE: who attracts whom")))

    def _figure(
        self, crowd: Crowd, points: Tensor, caption: str, facts: Facts, *, final: bool = False
    ) -> ScatterFigure:
        perplexity = self._perplexity(crowd)
        fewer = f"So few samples allow a perplexity of {perplexity:.3g} at most."
        return crowd.figure(
            points,
            "t-SNE",
            caption,
            facts={
                "perplexity": perplexity,
                "iterations": EARLY + self.iterations,
                "seed": self.seed,
                **facts,
            },
            warnings=(fewer,) if perplexity < self.perplexity else (),
            final=final,
        )


def _start(crowd: Crowd, dimensions: int, seed: int) -> Tensor:
    """Return (n, dims): principal components of deviation 1e-4, with a little noise."""
    points = crowd.components(dimensions)
    spread = points[:, 0].std(correction=0).clamp_min(1e-12)
    return 1e-4 * points / spread + 1e-6 * jitter(points, seed)


def _points(state: "TSNEEmbedding") -> Tensor:
    return placed(torch.from_numpy(np.array(state, dtype=np.float32)))
