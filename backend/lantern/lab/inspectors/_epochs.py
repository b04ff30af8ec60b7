"""UMAP's optimisation, one epoch of umap-learn at a time, so that others get their turn."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from torch import Tensor

from lantern.lab.aside import importing

GAMMA = 1.0
NEGATIVE_SAMPLES = 5.0
_NOT_DENSE = np.zeros(1, dtype=np.float32)


@dataclass
class Epochs:
    """Points on their way, and the edges that pull them."""

    points: np.ndarray
    """(n, dims) float32, moved in place."""
    edges: tuple[np.ndarray, np.ndarray]
    """Head and tail of each, (edges,) int32."""
    every: np.ndarray
    """(edges,) how many epochs lie between two pulls of an edge."""
    total: int
    curve: tuple[float, float]
    """a and b: attraction at distance d is 1 / (1 + a d^2b)."""
    random: np.ndarray
    """(n, 3) int64: each point's own random numbers."""
    step: Callable[..., None]
    """umap-learn's compiled epoch."""
    done: int = 0
    next_pull: np.ndarray = field(init=False)
    next_push: np.ndarray = field(init=False)
    every_push: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Begin where the library's own loop does."""
        self.every_push = self.every / NEGATIVE_SAMPLES
        self.next_push, self.next_pull = self.every_push.copy(), self.every.copy()

    def go(self, epochs: int) -> None:
        """Do so many more epochs; the steps shrink evenly to nothing at the last one."""
        points, (head, tail) = self.points, self.edges
        for epoch in range(self.done, self.done + epochs):
            # umap-learn's loop: the first two epochs have the full step.
            alpha = 1.0 - max(0, epoch - 1) / self.total
            self.step(
                points,
                points,
                head,
                tail,
                len(points),
                self.every,
                *self.curve,
                self.random,
                GAMMA,
                points.shape[1],
                True,
                alpha,
                self.every_push,
                self.next_push,
                self.next_pull,
                epoch,
                False,
                *(_NOT_DENSE, _NOT_DENSE, 0, 0, 0, 0, _NOT_DENSE, _NOT_DENSE, 0),
            )
        self.done += epochs


def prepared(
    near: tuple[Tensor, Tensor], start: Tensor, *, epochs: int, min_dist: float, seed: int
) -> Epochs:
    """Return the points (n, dims) ready to go, from indices and distances of the neighbours (n, k).

    The first call in a process imports and compiles for seconds: call it in a thread of its own.
    """
    fuzzy, curve_of, epochs_of, step = _library()
    count = len(start)
    own = np.arange(count, dtype=np.int32)[:, None]
    indices = np.concatenate([own, near[0].numpy().astype(np.int32)], axis=1)  # (n, k + 1)
    distances = np.concatenate([np.zeros((count, 1), np.float32), near[1].numpy()], axis=1)
    random = np.random.RandomState(seed)
    graph = fuzzy(
        start.numpy(),
        indices.shape[1],
        random,
        "euclidean",
        knn_indices=indices,
        knn_dists=distances.astype(np.float32),
    )[0].tocoo()
    graph.sum_duplicates()
    graph.data[graph.data < graph.data.max() / epochs] = 0.0  # pulled less than once: left out
    graph.eliminate_zeros()
    points = np.ascontiguousarray(start.numpy(), dtype=np.float32).copy()
    state = random.randint(-(2**31) + 1, 2**31 - 2, 3).astype(np.int64)
    made = Epochs(
        points=points,
        edges=(graph.row, graph.col),
        every=epochs_of(graph.data, epochs),
        total=epochs,
        curve=curve_of(1.0, min_dist),
        random=state + points[:, :1].astype(np.float64).view(np.int64),
        step=step,
    )
    _compiled(made)
    return made


def _library() -> tuple[Callable, Callable, Callable, Callable]:
    with importing():
        from umap import layouts  # noqa: PLC0415 - takes seconds
        from umap.umap_ import (  # noqa: PLC0415
            find_ab_params,
            fuzzy_simplicial_set,
            make_epochs_per_sample,
        )
    step = layouts._get_optimize_layout_euclidean_single_epoch_fn(False)
    return fuzzy_simplicial_set, find_ab_params, make_epochs_per_sample, step


def _compiled(epochs: Epochs) -> None:
    """Have the epoch compiled for arrays like these, on a copy whose edges are never due."""
    still = Epochs(
        points=epochs.points.copy(),
        edges=epochs.edges,
        every=np.full_like(epochs.every, 2.0),
        total=epochs.total,
        curve=epochs.curve,
        random=epochs.random.copy(),
        step=epochs.step,
    )
    still.go(1)
