"""The validation samples as a layer sees them, projected to the plane."""

from collections.abc import Iterator
from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional

from lantern.lab.arrays import array_of
from lantern.lab.capture import layer_call, settled, traced
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.lab.wording import percent
from lantern.protocol.figures import Array, Axis, ScatterFigure
from lantern.protocol.model import control

THUMBNAIL_SIDE = 14
"""Pixels along a side, at most."""


class Embedding(Inspector, name="embedding", title="Embedding"):
    """Validation samples where a layer puts them: alike is near.

    The layer's activations, projected on the two directions in which they differ most (principal
    components). Classes that stand apart here are easy for the layers that follow.
    """

    tags = ("points", "images")
    order = 100
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The layer; the last hidden one where none is named."""
    samples: Annotated[int, control(ge=3, le=500)] = 300
    """How many validation samples."""

    def figures(self, subject: Subject) -> Iterator[ScatterFigure]:
        """Yield the points with their classes, and thumbnails for images."""
        split = subject.data.validation
        count = min(self.samples, len(split))
        inputs, targets = split.batch(torch.arange(count, device=split.targets.device))
        calls, _ = traced(subject.module, inputs.to(subject.device))
        weighted = [call.path for call in calls if call.kind in {"conv", "linear"}]
        index = layer_call(calls, self.layer or (weighted[-2:] or [""])[0])
        features = settled(calls, index).output.detach().flatten(1).float().cpu()  # (n, features)
        points, shares = principal(features.nan_to_num(0, 0, 0), targets.cpu().float())
        path, together = calls[index].path, float(shares.sum())
        yield ScatterFigure(
            title=f"{path}, two principal components",
            caption=f"{count} samples, {percent(together)} of the variance",
            alt=f"{count} validation samples as {path} sees them, projected to the plane; the two "
            f"directions hold {percent(together)} of the variance.",
            facts={"step": subject.step, "layer": path, "variance share": together},
            x=Axis(label=f"component 1 ({percent(float(shares[0]))})"),
            y=Axis(label=f"component 2 ({percent(float(shares[1]))})"),
            points=array_of(points),
            labels=array_of(targets, "u1"),
            classes=subject.data.classes,
            thumbnails=_thumbnails(inputs) if subject.data.kind == "images" else None,
        )


def principal(features: Tensor, reference: Tensor) -> tuple[Tensor, Tensor]:
    """Return (n, 2) principal component scores of (n, features) and their shares of the variance.

    Each component points the way in which the reference (n,) grows, so that it does not flip from
    one step to the next. No random numbers are used.
    """
    centred = (features - features.mean(0)).double()
    samples, width = centred.shape
    wide = width > samples
    gram = centred @ centred.t() if wide else centred.t() @ centred
    values, vectors = torch.linalg.eigh(gram)  # ascending
    values, vectors = values.flip(0).clamp_min(0), vectors.flip(1)
    first = vectors[:, :2]
    scores = first * values[:2].sqrt() if wide else centred @ first  # (n, up to 2)
    scores = functional.pad(scores, (0, 2 - scores.shape[1]))  # (n, 2): a one-unit layer is a line
    signs = ((reference - reference.mean()).double() @ scores).sign()
    shares = functional.pad(values[:2], (0, 2 - len(values[:2]))) / values.sum().clamp_min(1e-30)
    return (scores * torch.where(signs < 0, -1.0, 1.0)).float(), shares.float()


def _thumbnails(pictures: Tensor) -> Array:
    side = max(pictures.shape[2:])
    if side > THUMBNAIL_SIDE:
        pictures = functional.interpolate(pictures, scale_factor=THUMBNAIL_SIDE / side, mode="area")
    return array_of(pictures.clamp(0, 1).mul(255).round(), "u1")
