"""The loss around the present weights, and the way that led here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from lantern.lab.arrays import array_of
from lantern.lab.kinds import Inspector
from lantern.lab.randomness import generator_for
from lantern.lab.subject import Progress, Subject
from lantern.protocol.figures import Axis, SurfaceFigure
from lantern.protocol.model import control

IMAGES = 256
"""Training images whose mean loss is the height; all points are taken for points."""
POINTS = 2000
Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Plane:
    """The weights in the middle and two directions from there."""

    origin: Weights
    first: Weights
    second: Weights

    def at(self, x: float, y: float) -> Weights:
        """Return the weights at a place in the plane."""
        return {
            name: weight + x * self.first[name] + y * self.second[name]
            for name, weight in self.origin.items()
        }


class Landscape(Inspector, name="landscape", title="Landscape"):
    """The training loss over a plane of weights through the present ones.

    The plane is spanned by two random directions whose filters are as long as the network's own,
    so that one unit is as far as the weights themselves are large; biases stay. The path joins the
    snapshots on the way here, as seen in that plane. Li, Xu, Taylor, Studer and Goldstein (2018),
    arXiv:1712.09913.
    """

    tags = ("points", "images", "long")
    order = 110
    long = True
    live = False
    resolution: Annotated[int, control(ge=5, le=51, unit="cells")] = 21
    """Places along one side."""
    radius: Annotated[float, control(ge=0.05, le=10, scale="log")] = 1.0
    """How far the plane reaches to each side."""

    def figures(self, subject: Subject) -> Iterator[SurfaceFigure | Progress]:
        """Yield the surface after every row, NaN where not yet computed."""
        plane = plane_of(subject)
        samples = _samples(subject)
        ticks = torch.linspace(-self.radius, self.radius, self.resolution).tolist()
        heights = torch.full((self.resolution, self.resolution), float("nan"))
        cells = self.resolution**2
        for cell in range(cells):
            # One place at a time, so that training is never held up for longer than that.
            yield Progress(cell / cells, f"{cell} of {cells} places")
            row, column = divmod(cell, self.resolution)
            weights = plane.at(ticks[column], ticks[row])
            heights[row, column] = _loss(subject, weights, *samples)
            if column == self.resolution - 1:
                yield self._figure(subject, plane, heights, len(samples[0]))

    def _figure(
        self, subject: Subject, plane: Plane, heights: Tensor, samples: int
    ) -> SurfaceFigure:
        known = heights[heights.isfinite()]
        least, most = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
        path = projected(subject, plane)
        passed = "" if path is None else f" The path joins {len(path)} snapshots."
        return SurfaceFigure(
            title="Loss landscape",
            caption=f"loss of {samples} training samples, two random directions",
            alt=f"Surface of the loss around the present weights, from {least:.4g} to {most:.4g}."
            + passed,
            facts={
                "step": subject.step,
                "seed": subject.experiment.seed,
                "samples": samples,
                "directions": "random, filter-normalised",
            },
            heights=array_of(heights),
            extent=(-self.radius, self.radius, -self.radius, self.radius),
            x=Axis(label="direction 1"),
            y=Axis(label="direction 2"),
            z=Axis(label="loss", scale="log"),
            path=None if path is None else array_of(path),
        )


def plane_of(subject: Subject) -> Plane:
    """Return the plane; its directions depend on the experiment's seed alone, not on the step."""
    by = generator_for(subject.experiment.seed, "look/landscape")
    origin = {name: weight.detach() for name, weight in subject.module.named_parameters()}
    first = {name: _direction(weight, by) for name, weight in origin.items()}
    second = {name: _direction(weight, by) for name, weight in origin.items()}
    return Plane(origin=origin, first=first, second=second)


def _direction(weight: Tensor, by: torch.Generator) -> Tensor:
    if weight.dim() < 2:
        return torch.zeros_like(weight)
    drawn = torch.randn(weight.shape, generator=by).to(weight)
    dims = tuple(range(1, weight.dim()))  # one filter, or one neuron's weights, at a time
    length = torch.linalg.vector_norm(drawn, dim=dims, keepdim=True).clamp_min(1e-12)
    return drawn * torch.linalg.vector_norm(weight, dim=dims, keepdim=True) / length


def projected(subject: Subject, plane: Plane) -> Tensor | None:
    """Return (n, 2), the trail's snapshots as seen in the plane, ending at the present weights."""
    here = parameters_to_vector(plane.origin.values()).double().cpu()
    passed = [weights for _, weights in subject.trail if weights.numel() == here.numel()]
    if not passed:
        return None
    axes = torch.stack([_vector(plane.first), _vector(plane.second)])  # (2, weights)
    ways = torch.stack([weights.double().cpu() - here for weights in passed])  # (n, weights)
    # Random directions are not quite at right angles, so solve for both coordinates together.
    found = torch.linalg.lstsq(axes @ axes.t(), axes @ ways.t()).solution.t()  # (n, 2)
    return torch.cat([found, torch.zeros(1, 2, dtype=found.dtype)]).float()


def _vector(direction: Weights) -> Tensor:
    return parameters_to_vector(direction.values()).double().cpu()


def _samples(subject: Subject) -> tuple[Tensor, Tensor]:
    split = subject.data.train
    count = min(POINTS if subject.data.kind == "points" else IMAGES, len(split))
    inputs, targets = split.batch(torch.arange(count, device=split.targets.device))
    return inputs.to(subject.device), targets.to(subject.device)


def _loss(subject: Subject, weights: Weights, inputs: Tensor, targets: Tensor) -> float:
    with torch.no_grad():
        outputs = torch.func.functional_call(subject.module, weights, (inputs,))
        return float(subject.loss.values(outputs, targets).mean())
