"""An image file made into a network's input: the work of a job, in a process of its own."""

import base64
import binascii

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from lantern.lab.arrays import array_of
from lantern.protocol.figures import Images, ImagesFigure
from lantern.protocol.link import PictureJob
from lantern.protocol.problems import ProblemError
from lantern.protocol.views import Fit

LIGHT = 127.5
"""A ground whose median is above this is light."""


def picture_of(job: PictureJob) -> ImagesFigure:
    """Return the file as one image u1 (1, channels, height, width), or raise a ProblemError."""
    from lantern.lab.building.decode import decoded  # noqa: PLC0415 - no session waits for Pillow

    try:
        content = base64.b64decode(job.data, validate=True)
    except binascii.Error:
        raise ProblemError("image: this is not base64.", field="image") from None
    channels, height, width = job.shape
    pixels = decoded(content, channels=channels, field="image")
    is_turned = job.invert == "yes" or (
        job.invert == "auto" and channels == 1 and has_light_ground(pixels)
    )
    pixels = 255 - pixels if is_turned else pixels
    return _figure(fitted(pixels, height, width, fit=job.fit), is_turned)


def has_light_ground(pixels: Tensor) -> bool:
    """Return whether the edge of a u1 picture (channels, height, width) is mostly light."""
    edge = torch.cat(
        [pixels[:, 0], pixels[:, -1], pixels[:, 1:-1, 0], pixels[:, 1:-1, -1]], dim=1
    )  # (channels, pixels along the edge)
    return float(edge.float().median()) > LIGHT


def fitted(pixels: Tensor, height: int, width: int, *, fit: Fit) -> Tensor:
    """Return a u1 picture (channels, h, w) as (channels, height, width): its middle, or all of it.

    Where all of it is shown, what is left over at two sides is black.
    """
    if fit == "crop":
        return _resized(_middle(pixels, height / width), height, width)
    scale = min(height / pixels.shape[1], width / pixels.shape[2])
    inner = _resized(pixels, *(max(1, round(scale * side)) for side in pixels.shape[1:]))
    canvas = pixels.new_zeros(pixels.shape[0], height, width)
    top, left = (height - inner.shape[1]) // 2, (width - inner.shape[2]) // 2
    canvas[:, top : top + inner.shape[1], left : left + inner.shape[2]] = inner
    return canvas


def _middle(pixels: Tensor, aspect: float) -> Tensor:
    """Return the largest part about the centre whose height is `aspect` times its width."""
    height, width = pixels.shape[1:]
    rows = max(1, min(height, round(width * aspect)))
    columns = max(1, min(width, round(height / aspect)))
    top, left = (height - rows) // 2, (width - columns) // 2
    return pixels[:, top : top + rows, left : left + columns]


def _resized(pixels: Tensor, height: int, width: int) -> Tensor:
    if pixels.shape[1:] == (height, width):
        return pixels
    smooth = interpolate(
        pixels[None].float(), size=(height, width), mode="bilinear", antialias=True
    )
    return smooth[0].round().clamp(0, 255).to(torch.uint8)


def _figure(pixels: Tensor, is_turned: bool) -> ImagesFigure:
    size = "x".join(str(length) for length in pixels.shape)
    images = Images(
        values=array_of(pixels[None], "u1"),
        low=array_of(torch.zeros(1)),
        high=array_of(torch.ones(1)),
        scale="pixels",
    )
    return ImagesFigure(
        title="Picture",
        alt=f"The uploaded picture, {size}.",
        facts={"inverted": "yes" if is_turned else "no"},
        images=images,
    )
