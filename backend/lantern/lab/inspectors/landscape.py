"""The loss around the present weights, and the way that led here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from torch import Tensor

from lantern.lab.arrays import array_of
from lantern.lab.inspectors._weight_plane import (
    Extent,
    Height,
    Plane,
    extent_around,
    heights_over,
    principal_plane,
    vector_of,
)
from lantern.lab.kinds import Inspector
from lantern.lab.randomness import generator_for
from lantern.lab.subject import Progress, Subject
from lantern.lab.wording import percent
from lantern.protocol.figures import Axis, SurfaceFigure
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

SHOWN = 8
"""How often a surface that is quickly made is shown unfinished."""
SHORTEST = 3
"""Snapshots, the present one included, that span a plane."""


@dataclass(frozen=True)
class View:
    """A plane, how much of it is seen, and what there is to say of it."""

    plane: Plane
    extent: Extent
    caption: str
    facts: dict[str, str | float | int]
    axes: tuple[str, str]
    path: Tensor | None
    """(n, 2), ending at the present weights."""


class Landscape(Inspector, name="landscape", title="Landscape"):
    """The training loss over a plane of weights through the present ones, and the way there.

    Random: two directions whose filters are as long as the network's own, so that one unit is as
    far as the weights themselves are large; biases stay. Path: the two directions in which the
    snapshots on the way here lie farthest from the present weights (principal components). Li, Xu,
    Taylor, Studer and Goldstein (2018), arXiv:1712.09913, sections 4 and 7.2.
    """

    tags = ("points", "images", "long")
    order = 110
    long = True
    live = False
    directions: Literal["random", "path"] = "random"
    """Two random directions, or the two in which training itself went farthest."""
    resolution: Annotated[int, control(ge=5, le=51, unit="cells")] = 21
    """Places along one side."""
    radius: Annotated[float, control(ge=0.05, le=10, scale="log")] = 1.0
    """How far the plane reaches to each side, for random directions."""

    def figures(self, subject: Subject) -> Iterator[SurfaceFigure | Progress]:
        """Yield the surface after every few rows, NaN where not yet computed."""
        view = _own_view(subject) if self.directions == "path" else self._random_view(subject)
        height = Height.of(subject)
        quick = subject.data.kind == "points"
        rows = -(-self.resolution // SHOWN) if quick else 1
        for item in heights_over(view.plane, view.extent, self.resolution, height, rows=rows):
            if isinstance(item, Progress):
                yield item
            else:
                yield _figure(subject, view, item, len(height.inputs))

    def _random_view(self, subject: Subject) -> View:
        plane = plane_of(subject)
        path = projected(subject, plane)
        return View(
            plane=plane,
            extent=(-self.radius, self.radius, -self.radius, self.radius),
            caption="two random directions",
            facts={"directions": "random, filter-normalised"},
            axes=("direction 1", "direction 2"),
            path=path,
        )


def _own_view(subject: Subject) -> View:
    origin = _present(subject)
    passed = _passed(subject)
    apart = [way for way in passed if not torch.equal(way, vector_of(origin).to(way))]
    if len(apart) + 1 < SHORTEST:
        raise ProblemError(
            f"directions: the path has {len(apart) + 1} snapshots so far, "
            f"and {SHORTEST} are needed to span a plane.",
            field="directions",
            hint="Train some more steps, or take random directions.",
        )
    plane, share = principal_plane(origin, torch.stack(apart))
    path = projected(subject, plane)
    assert path is not None
    return View(
        plane=plane,
        extent=extent_around([path.double()]),
        caption=f"directions of its own path, {percent(share)} of the variance",
        facts={"directions": "principal components of the path", "variance share": share},
        axes=("principal direction 1", "principal direction 2"),
        path=path,
    )


def _figure(subject: Subject, view: View, heights: Tensor, samples: int) -> SurfaceFigure:
    known = heights[heights.isfinite()]
    least, most = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    passed = "" if view.path is None else f" The path joins {len(view.path)} snapshots."
    return SurfaceFigure(
        title="Loss landscape",
        caption=f"loss of {samples} training samples, {view.caption}",
        alt=f"Surface of the loss around the present weights, from {least:.4g} to {most:.4g}."
        + passed,
        facts={
            "step": subject.step,
            "seed": subject.experiment.seed,
            "samples": samples,
            **view.facts,
        },
        heights=array_of(heights),
        extent=view.extent,
        x=Axis(label=view.axes[0]),
        y=Axis(label=view.axes[1]),
        z=Axis(label="loss", scale="log"),
        path=None if view.path is None else array_of(view.path),
    )


def plane_of(subject: Subject) -> Plane:
    """Return the random plane, which depends on the experiment's seed alone, not on the step."""
    by = generator_for(subject.experiment.seed, "look/landscape")
    origin = _present(subject)
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
    passed = _passed(subject)
    if not passed:
        return None
    found = plane.coordinates(torch.stack(passed))  # (n, 2)
    return torch.cat([found, torch.zeros(1, 2, dtype=found.dtype)]).float()


def _present(subject: Subject) -> dict[str, Tensor]:
    return {name: weight.detach() for name, weight in subject.module.named_parameters()}


def _passed(subject: Subject) -> list[Tensor]:
    size = sum(weight.numel() for weight in subject.module.parameters())
    return [weights for _, weights in subject.trail if weights.numel() == size]
