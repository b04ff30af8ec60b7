"""What embeddings share: the features of a layer, and their points as a figure."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from lantern.lab.arrays import array_of
from lantern.lab.features import (
    Features,
    Place,
    Which,
    features_of,
    last_hidden,
    parts_of,
    place_of,
    scaled,
)
from lantern.lab.subject import Progress, Subject
from lantern.lab.wording import percent
from lantern.protocol.figures import Axis, ScatterFigure
from lantern.protocol.problems import ProblemError

Normalise = Literal["none", "deviation", "length"]
Facts = dict[str, str | float | int]
FEWEST = 8
"""Samples that can be laid out by who is near whom."""


@dataclass(frozen=True)
class Sight:
    """A layer's view of some samples, ready to be laid out."""

    subject: Subject
    place: Place
    features: Features
    values: Tensor
    """(n, features), normalised as asked for."""

    @property
    def count(self) -> int:
        """Number of samples."""
        return len(self.values)


@dataclass(frozen=True)
class Layout:
    """Points, and what there is to say of them."""

    points: Tensor
    """(n, dims)."""
    axes: tuple[str, str]
    caption: str
    facts: Facts
    warnings: tuple[str, ...] = ()


def sight_of(
    subject: Subject,
    *,
    layer: str,
    split: Which,
    samples: int,
    normalise: Normalise = "none",
    side: int,
    until: float = 1.0,
) -> Generator[Progress, None, Sight]:
    """Yield progress up to a fraction, and return what the layer makes of the samples."""
    parts = parts_of(subject.data, split, samples)
    _, example, _ = next(iter(parts[0].batches(1)))
    example = example.to(subject.device)
    place = place_of(subject.module, example, layer or last_hidden(subject.module, example))
    side = side if subject.data.kind == "images" else 0
    features = yield from features_of(subject, place, parts, side=side, until=until)
    return Sight(subject, place, features, scaled(features.values, normalise))


def check_spread(sight: Sight) -> None:
    """Raise a ProblemError where there is nothing to lay out."""
    if sight.count < FEWEST:
        raise ProblemError(
            f"samples: there are {sight.count}, and at least {FEWEST} are needed.", field="samples"
        )
    if not bool((sight.values != sight.values[0]).any()):
        raise ProblemError(
            f"layer: {sight.place.path} says the same {sight.count} times, "
            "so no sample is nearer to one than to another.",
            field="layer",
            hint="Take another layer, or train first.",
        )


def figure_of(sight: Sight, layout: Layout, title: str, *, final: bool) -> ScatterFigure:
    """Return the points by class; thumbnails only come with the last figure of a look."""
    subject, features = sight.subject, sight.features
    both = features.held_out.unique().numel() > 1
    held = "both" if both else "validation" if int(features.held_out[0]) else "train"
    pictures = features.pictures if final else None
    dims = layout.points.shape[1]
    return ScatterFigure(
        title=f"{sight.place.path}, {title}",
        caption=layout.caption,
        alt=f"{sight.count} samples as {sight.place.path} sees them, laid out in {dims} "
        f"dimensions: {title}, {layout.caption}.",
        facts={
            "step": subject.step,
            "layer": sight.place.path,
            "shown after": sight.place.seen,
            "split": held,
            **layout.facts,
        },
        warnings=layout.warnings,
        x=Axis(label=layout.axes[0]),
        y=Axis(label=layout.axes[1]),
        points=array_of(layout.points),
        labels=array_of(features.targets, "u1"),
        held_out=array_of(features.held_out, "u1") if both else None,
        classes=subject.data.classes,
        thumbnails=None
        if pictures is None
        else array_of(pictures.clamp(0, 1).mul(255).round(), "u1"),
    )


def reference_of(targets: Tensor) -> Tensor:
    """Return what axes are pointed by: the classes or values (n,) as numbers."""
    return targets.float().nan_to_num(0, 0, 0)


def said(share: float) -> str:
    """Return a trustworthiness in words."""
    return f"trustworthiness {percent(share)}"


def placed(points: Tensor) -> Tensor:
    """Return finite points, for a layout that went astray."""
    return torch.nan_to_num(points.float(), 0.0, 0.0, 0.0)
