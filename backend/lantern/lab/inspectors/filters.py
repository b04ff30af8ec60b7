"""The weights of one layer as pictures."""

from collections.abc import Iterator
from typing import Annotated

import torch
from torch import Tensor, nn

from lantern.lab.arrays import array_of, images_of, quantised
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.lab.wording import finite, sized
from lantern.protocol.figures import Axis, HeatmapFigure, Images, ImagesFigure
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

SIDE_AT_MOST = 512
"""Rows and columns of a weight matrix that are sent."""


class Filters(Inspector, name="filters", title="Filters"):
    """The weights of a layer: what each unit looks for.

    A convolution's filters are pictures (in colour where they look at colour); deeper ones show
    the mean over the channels they look at, or one of them. A linear layer that looks at the input
    gives templates of the input's shape, any other its matrix.
    """

    tags = ("points", "images")
    order = 70
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The layer; the first where none is named."""
    channel: Annotated[int | None, control(ge=0, le=100_000)] = None
    """Which input channel of a deeper convolution; the mean of all where none is given."""

    def figures(self, subject: Subject) -> Iterator[ImagesFigure | HeatmapFigure]:
        """Yield the filters, templates or the matrix."""
        path, module = _layer(subject.module, self.layer)
        weight = module.get_parameter("weight").detach().float().cpu()  # (out, in, ...)
        if weight.dim() == 2 and weight.shape[1] == torch.Size(subject.data.shape).numel():
            shape = subject.data.shape if len(subject.data.shape) == 3 else None
            pictures = weight.reshape(-1, *shape) if shape else None
        else:
            pictures = self._filters(weight) if weight.dim() == 4 else None
        words = {
            "title": path,
            "caption": f"weights {sized(weight.shape)}",
            "alt": f"{len(weight)} units of {path} with weights from {float(weight.min()):.3g} "
            f"to {float(weight.max()):.3g}, orange below 0 and blue above.",
            "facts": {"step": subject.step, "layer": path, "shape": sized(weight.shape)},
        }
        figure = _matrix(weight) if pictures is None else _pictures(pictures)
        yield figure.model_copy(update=words)

    def _filters(self, weight: Tensor) -> Tensor:
        channels = weight.shape[1]
        if self.channel is not None:
            if self.channel >= channels:
                raise ProblemError(
                    f"channel: the filters look at {channels} channels, "
                    f"so there is no {self.channel}.",
                    field="channel",
                )
            return weight[:, self.channel : self.channel + 1]
        return weight if channels in {1, 3} else weight.mean(1, keepdim=True)


def _layer(module: nn.Module, path: str) -> tuple[str, nn.Module]:
    weighted = {
        name: part
        for name, part in module.named_modules()
        if isinstance(part, nn.Linear | nn.modules.conv._ConvNd)
    }
    name = path or next(iter(weighted), "")
    if name not in weighted:
        raise ProblemError(
            f"layer: {path!r} has no filters; these have: {', '.join(weighted)}.", field="layer"
        )
    return name, weighted[name]


def _pictures(pictures: Tensor) -> ImagesFigure:
    if pictures.shape[1] == 3:
        # In colour, grey stands for 0, as white does on the signed scale.
        high = pictures.flatten(1).abs().amax(1)
        images = Images(
            values=array_of(quantised(pictures, low=-high, high=high), "u1"),
            low=array_of(-high),
            high=array_of(high),
            scale="pixels",
        )
    else:
        images = images_of(pictures)
    return ImagesFigure(images=images, labels=tuple(str(unit) for unit in range(len(pictures))))


def _matrix(weight: Tensor) -> HeatmapFigure:
    matrix = weight.flatten(1)[:SIDE_AT_MOST, :SIDE_AT_MOST]  # (out, in, ...) -> (out, in * ...)
    high = matrix.abs().amax().reshape(1)
    limit = finite(float(high), 1.0)
    return HeatmapFigure(
        values=array_of(quantised(matrix.unsqueeze(0), low=-high, high=high)[0], "u1"),
        low=-limit,
        high=limit,
        x=Axis(label="from unit"),
        y=Axis(label="to unit"),
    )
