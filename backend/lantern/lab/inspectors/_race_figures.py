"""What is shown of a race: paths on a map, curves, and who came first."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import torch
from torch import Tensor

from lantern.lab.arrays import array_of
from lantern.lab.inspectors._racers import Race, Racer
from lantern.lab.inspectors._weight_plane import (
    Extent,
    Height,
    Plane,
    extent_around,
    principal_plane,
    unstacked,
    vector_of,
)
from lantern.lab.wording import percent
from lantern.protocol.figures import Axis, LinesFigure, Series, SurfaceFigure, TableFigure

FAR = 12
"""A path this many times as long as the usual one would leave the others no room on the map."""
ROWS_WORK = 2e8
"""Rows squared times weights that finding the plane may cost."""
NEAR = 1.1
"""Within ten per cent of the best loss."""


@dataclass(frozen=True)
class Map:
    """The plane that the paths are seen in."""

    plane: Plane
    extent: Extent
    share: float
    """Of the variance of the paths, 0-1."""
    paths: list[Tensor]
    """(n, 2) of each racer."""
    outside: list[Racer]
    """Those who went too far to fit on it."""


def map_of(race: Race) -> Map:
    """Return the plane of the two directions in which the paths together lie farthest apart."""
    inside = _near(race, race.running or race.racers)
    plane, share = principal_plane(race.origin, torch.cat(_thinned(inside)))
    paths = [plane.coordinates(torch.stack(racer.trail)) for racer in race.racers]
    kept = [path for path, racer in zip(paths, race.racers, strict=True) if racer in inside]
    outside = [racer for racer in race.running if racer not in inside]
    return Map(plane, extent_around(kept), share, paths, outside)


def _near(race: Race, racers: Sequence[Racer]) -> list[Racer]:
    start = vector_of(race.origin)
    reach = [max(float((way.double() - start).norm()) for way in r.trail) for r in racers]
    limit = FAR * median(reach)
    return [racer for racer, far in zip(racers, reach, strict=True) if far <= limit]


def _thinned(racers: Sequence[Racer]) -> list[Tensor]:
    weights = len(racers[0].trail[0])
    each = max(4, int(math.sqrt(ROWS_WORK / weights)) // len(racers))
    found = []
    for racer in racers:
        trail = torch.stack(racer.trail)  # (n, weights)
        stride = -(-len(trail) // each)
        found.append(trail.flip(0)[::stride])  # from its end, which so is always among them
    return found


def surface_of(race: Race, seen: Map, heights: Tensor, samples: int) -> SurfaceFigure:
    """Return the loss over the plane with one path for each racer."""
    known = heights[heights.isfinite()]
    least, most = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    names = ", ".join(racer.label for racer in race.racers)
    return SurfaceFigure(
        title="Optimizer race",
        caption=f"loss of {samples} training samples, {percent(seen.share)} of the paths' variance "
        "in this plane",
        alt=f"Paths of {len(race.racers)} optimizers from the same weights ({names}) over the loss "
        f"from {least:.4g} to {most:.4g}, after {race.steps[-1]} steps.",
        facts=_facts(race) | {"variance share": seen.share, "samples": samples},
        warnings=_warnings(race, seen),
        heights=array_of(heights),
        extent=seen.extent,
        x=Axis(label="principal direction 1"),
        y=Axis(label="principal direction 2"),
        z=Axis(label="loss", scale="log"),
        paths=tuple(
            Series(label=racer.label, x=array_of(path[:, 0]), y=array_of(path[:, 1]))
            for racer, path in zip(race.racers, seen.paths, strict=True)
        ),
    )


def curves_of(race: Race) -> LinesFigure:
    """Return the training loss of each racer, step by step."""
    steps = torch.tensor(race.steps, dtype=torch.float32)
    ends = ", ".join(f"{racer.label} {racer.losses[-1]:.3g}" for racer in race.racers)
    return LinesFigure(
        title="Training loss",
        alt=f"Training loss of each optimizer; now {ends}.",
        facts=_facts(race),
        x=Axis(label="step"),
        y=Axis(label="training loss", scale="log"),
        series=tuple(
            Series(
                label=racer.label,
                x=array_of(steps[: len(racer.losses)]),
                y=array_of(torch.tensor(racer.losses)),
            )
            for racer in race.racers
        ),
    )


def table_of(race: Race) -> TableFigure:
    """Return who came first: losses, and the steps to the best of them within ten per cent."""
    losses = [racer.losses[-1] for racer in race.running]
    best = min(losses) if losses else math.nan
    ranked = sorted(
        race.racers, key=lambda racer: (racer.stopped is not None, racer.losses[-1], racer.label)
    )
    return TableFigure(
        title="Ranking",
        alt=f"Ranking of {len(ranked)} optimizers after {race.steps[-1]} steps, "
        f"{ranked[0].label} first.",
        facts=_facts(race),
        columns=("optimizer", "rate", "train loss", "validation loss", "to the best", "diverged"),
        rows=tuple(
            _row(race, racer, best, loss)
            for racer, loss in zip(ranked, _validation(race, ranked), strict=True)
        ),
    )


def _validation(race: Race, racers: Sequence[Racer]) -> list[float]:
    ends = torch.stack([racer.trail[-1] for racer in racers])
    height = Height.of(race.subject, race.subject.data.validation)
    return height.at(unstacked(ends, race.origin)).tolist()


def _row(
    race: Race, racer: Racer, best: float, validation: float
) -> tuple[str | float | int | None, ...]:
    if racer.stopped is not None:
        return racer.label, racer.rate, None, None, None, f"step {racer.stopped}"
    there = (
        step
        for step, loss in zip(race.steps, racer.losses, strict=False)
        if loss <= NEAR * best + 1e-12
    )
    held = validation if math.isfinite(validation) else None
    return racer.label, racer.rate, racer.losses[-1], held, next(there, None), ""


def _facts(race: Race) -> dict[str, str | float | int]:
    return {
        "step": race.subject.step,
        "seed": race.subject.experiment.seed,
        "steps": race.steps[-1],
        "batch size": race.subject.experiment.training.batch_size,
        "from": "freshly drawn weights" if race.fresh else "the present weights",
    }


def _warnings(race: Race, seen: Map) -> tuple[str, ...]:
    gone = [
        f"{racer.label} diverged at step {racer.stopped}: its loss grew beyond all bounds."
        for racer in race.racers
        if racer.stopped is not None
    ]
    far = [
        f"{racer.label} went so far from the start that its path leaves the map."
        for racer in seen.outside
    ]
    return (*gone, *far)
