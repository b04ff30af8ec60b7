"""A plane of weights: where it lies, the loss over it, and paths as seen in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from lantern.lab.data import Split
from lantern.lab.subject import Progress, Subject

IMAGES = 256
"""Training images whose mean loss is the height; all points are taken for points."""
POINTS = 2000
WORK = 4_000_000
"""Weights times samples that are computed in one go: a few milliseconds."""
MARGIN = 0.2
"""Of the length of a path, left free on each side of it."""
FLAT = 1e-6
"""What is left of a unit vector that lies along another, but for rounding."""
Weights = dict[str, Tensor]
Extent = tuple[float, float, float, float]


@dataclass(frozen=True)
class Plane:
    """The weights at (0, 0) and two directions from there."""

    origin: Weights
    first: Weights
    second: Weights

    def at(self, x: float, y: float) -> Weights:
        """Return the weights at a place in the plane."""
        places = self.stacked(torch.tensor([x]), torch.tensor([y]))
        return {name: weight[0] for name, weight in places.items()}

    def stacked(self, x: Tensor, y: Tensor) -> Weights:
        """Return the weights at (n,) places, each parameter as (n, *shape)."""
        return {
            name: weight + _beside(x, self.first[name]) + _beside(y, self.second[name])
            for name, weight in self.origin.items()
        }

    def coordinates(self, vectors: Tensor) -> Tensor:
        """Return (n, 2), where (n, weights) are seen in the plane (least squares)."""
        first, second = vector_of(self.first), vector_of(self.second)
        ways = vectors.double().cpu() - vector_of(self.origin)  # (n, weights)
        # By hand, not by LAPACK, whose last bits and signs of zeros differ from call to call.
        lean = _along(second, first)  # random directions are not quite at right angles
        across = second - lean * first
        across = across * (across.norm() > FLAT * second.norm())
        y = _along(ways, across)
        x = _along(ways, first) - lean * y
        return torch.stack([x, y], dim=1) + 0.0  # -0 becomes 0


@dataclass(frozen=True)
class Height:
    """What the height over the plane is: the mean loss of these samples."""

    subject: Subject
    inputs: Tensor
    targets: Tensor

    @classmethod
    def of(cls, subject: Subject, split: Split | None = None) -> "Height":
        """Return the mean loss of the training samples, or of another split's.

        Of many samples the first ones are taken.
        """
        split = split or subject.data.train
        count = min(POINTS if subject.data.kind == "points" else IMAGES, len(split))
        inputs, targets = split.batch(torch.arange(count, device=split.targets.device))
        device = subject.device
        return cls(subject, inputs.to(device), targets.to(device))

    @property
    def together(self) -> int:
        """Places that are computed in one go."""
        if self.subject.data.kind != "points":
            return 1
        weights = sum(weight.numel() for weight in self.subject.module.parameters())
        return max(1, WORK // ((weights + 20) * len(self.inputs)))

    @torch.no_grad()
    def at(self, places: Weights) -> Tensor:
        """Return the mean loss (n,) of parameters (n, *shape)."""
        if self.together == 1:
            return torch.stack([self._one(weights) for weights in _apart(places)])
        outputs = torch.func.vmap(self._outputs)(places)  # (n, samples, outputs)
        count = len(outputs)
        flat = outputs.flatten(0, 1)  # (n, samples, outputs) -> (n * samples, outputs)
        losses = self.subject.loss.values(flat, self.targets.repeat(count))
        return losses.reshape(count, -1).mean(dim=1)

    def _one(self, weights: Weights) -> Tensor:
        return self.subject.loss.values(self._outputs(weights), self.targets).mean()

    def _outputs(self, weights: Weights) -> Tensor:
        return torch.func.functional_call(self.subject.module, weights, (self.inputs,))


def heights_over(
    plane: Plane, extent: Extent, resolution: int, height: Height, *, rows: int | None = None
) -> "Rows":
    """Yield the heights (resolution, resolution), row 0 at y0, NaN where not yet computed.

    In small pieces, so that training is never held up for long; `rows` at a time, or all.
    """
    x = torch.linspace(extent[0], extent[1], resolution)
    y = torch.linspace(extent[2], extent[3], resolution)
    heights = torch.full((resolution, resolution), float("nan"))
    cells = resolution**2
    for part in torch.arange(cells).split(resolution * (rows or resolution)):
        for places in part.split(height.together):
            yield Progress(int(places[0]) / cells, f"{int(places[0])} of {cells} places")
            there = plane.stacked(x[places % resolution], y[places // resolution])
            heights.view(-1)[places] = height.at(there).float().cpu()
        yield heights


Rows = Iterator[Progress | Tensor]


def principal_plane(origin: Weights, vectors: Tensor) -> tuple[Plane, float]:
    """Return the plane through the origin nearest to (n, weights), and its share of the variance.

    The variance is the squared distance from the origin. Directions are of unit length, and each
    points the way in which the vectors went, so that it does not flip as more of them come.
    """
    ways = vectors.double().cpu() - vector_of(origin)  # (n, weights)
    wide = ways.shape[1] > len(ways)
    values, vectors = torch.linalg.eigh(ways @ ways.t() if wide else ways.t() @ ways)  # ascending
    values, vectors = values.flip(0).clamp_min(0), vectors.flip(1)
    axes = ways.t() @ vectors[:, :2] if wide else vectors[:, :2]  # (weights, 2)
    axes = axes / torch.linalg.vector_norm(axes, dim=0).clamp_min(1e-30)
    axes = axes * torch.where((ways @ axes).sum(0) < 0, -1.0, 1.0)
    share = float(values[:2].sum() / values.sum()) if values.sum() > 0 else 1.0
    return Plane(origin, _weights(axes[:, 0], origin), _weights(axes[:, 1], origin)), share


def extent_around(paths: Sequence[Tensor]) -> Extent:
    """Return x0, x1, y0, y1 around (n, 2) paths and (0, 0), with a margin on each side.

    A path that is almost a line still gets a plane of some width.
    """
    places = torch.cat([*paths, torch.zeros(1, 2, dtype=torch.float64)])
    low, high = places.amin(0), places.amax(0)
    span = (high - low).clamp_min(float((high - low).max()) / 4).clamp_min(1e-3)
    middle = (low + high) / 2
    reach = span * (0.5 + MARGIN)
    (x0, y0), (x1, y1) = (middle - reach).tolist(), (middle + reach).tolist()
    return x0, x1, y0, y1


def vector_of(weights: Weights) -> Tensor:
    """Return all weights as one vector (weights,) f8 on the CPU."""
    return parameters_to_vector(weights.values()).double().cpu()


def unstacked(vectors: Tensor, like: Weights) -> Weights:
    """Return (n, weights) as parameters (n, *shape)."""
    found, start = {}, 0
    for name, weight in like.items():
        part = vectors[:, start : start + weight.numel()]
        found[name] = part.reshape(-1, *weight.shape).to(weight)  # (n, weights of it) -> (n, ...)
        start += weight.numel()
    return found


def _along(ways: Tensor, axis: Tensor) -> Tensor:
    """Return how many axes (weights,) long each of (..., weights) is along it; 0 for one of 0."""
    return ways @ axis / (axis @ axis).clamp_min(1e-30)


def _weights(vector: Tensor, like: Weights) -> Weights:
    return {name: weight[0] for name, weight in unstacked(vector.unsqueeze(0), like).items()}


def _beside(places: Tensor, direction: Tensor) -> Tensor:
    shape = (-1,) + (1,) * direction.dim()
    return places.to(direction).reshape(shape) * direction  # (n,) -> (n, 1, ...)


def _apart(places: Weights) -> Iterator[Weights]:
    for index in range(len(next(iter(places.values())))):
        yield {name: weight[index] for name, weight in places.items()}
