"""Weights, or their gradients, as pictures: filters, templates of the input, or a matrix."""

import torch
from torch import Tensor, nn

from lantern.lab.arrays import array_of, images_of, quantised
from lantern.lab.wording import finite
from lantern.protocol.figures import Axis, HeatmapFigure, Images, ImagesFigure
from lantern.protocol.problems import ProblemError

SIDE_AT_MOST = 512
"""Rows and columns of a weight matrix that are sent."""


def weighted_layers(module: nn.Module) -> dict[str, nn.Module]:
    """Return the convolutions and linear layers by their paths."""
    return {
        name: part
        for name, part in module.named_modules()
        if isinstance(part, nn.Linear | nn.modules.conv._ConvNd)
    }


def of_channel(weight: Tensor, channel: int | None) -> Tensor:
    """Return filters (out, in, h, w) as (out, 1 or 3, h, w): in colour, of one channel, or means.

    Anything but filters is returned as it is.
    """
    if weight.dim() != 4:
        return weight
    channels = weight.shape[1]
    if channel is None:
        return weight if channels in {1, 3} else weight.mean(1, keepdim=True)
    if channel >= channels:
        raise ProblemError(
            f"channel: the filters look at {channels} channels, so there is no {channel}.",
            field="channel",
        )
    return weight[:, channel : channel + 1]


def templates_of(weight: Tensor, shape: tuple[int, ...]) -> Tensor | None:
    """Return weights (out, in) that look at inputs (channels, h, w) in that shape, else None."""
    is_whole = weight.dim() == 2 and weight.shape[1] == torch.Size(shape).numel()
    return weight.reshape(-1, *shape) if is_whole and len(shape) == 3 else None


def pictures_of(pictures: Tensor) -> ImagesFigure:
    """Return (n, 1, h, w) on the signed scale, (n, 3, h, w) in colour with grey for 0."""
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


def matrix_of(weight: Tensor) -> HeatmapFigure:
    """Return (out, in, ...) as one signed map."""
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
