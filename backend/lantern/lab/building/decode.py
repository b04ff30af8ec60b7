"""Pictures from strangers: what a file claims is checked before memory is taken for it."""

import io
import struct
from typing import Literal

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from lantern.protocol.picture_files import LIMITS, Limits, Refusal, claimed
from lantern.protocol.problems import ProblemError

Fit = Literal["cover", "contain", "stretch"]
"""How a picture comes into a square: its middle, all of it on black, or squeezed."""

ORIENTATION = 0x0112
"""EXIF's number for how the camera was held."""
DAMAGED = (
    OSError,
    EOFError,
    ValueError,
    SyntaxError,
    LookupError,
    TypeError,
    AssertionError,
    struct.error,
    Image.DecompressionBombError,
)
"""What Pillow raises for damaged files, some of it only when the pixels are converted."""


def decoded(
    data: bytes,
    *,
    side: int | tuple[int, int] | None = None,
    channels: int = 3,
    fit: Fit = "cover",
    limits: Limits = LIMITS,
    field: str | None = None,
) -> Tensor:
    """Return a picture as u1 (channels, height, width), or raise a ProblemError with one sentence.

    `side` is a square's edge or (height, width); None keeps the picture's own size. `channels` is
    1 for grey or 3 for colour. PNG, JPEG and WebP are read; nothing else, SVG least of all.
    """
    try:
        pixels = _pixels(data, channels, side, fit, limits=limits)
    except Refusal as refusal:
        raise ProblemError(f"{refusal}.", field=field, hint=refusal.hint) from None
    array = np.array(pixels, dtype=np.uint8)  # (h, w) or (h, w, 3)
    return torch.from_numpy(array.reshape(*array.shape[:2], channels)).permute(2, 0, 1).contiguous()


def _pixels(
    data: bytes, channels: int, side: int | tuple[int, int] | None, fit: Fit, *, limits: Limits
) -> Image.Image:
    """Return the decoded picture, upright, grey or coloured, of the size asked for."""
    form, width, height = claimed(data, limits)
    try:
        image = Image.open(io.BytesIO(data), formats=[form])
        if image.size != (width, height):
            raise Refusal("The picture lies about its size")
        if side is not None:
            edge = side if isinstance(side, int) else max(side)
            image.draft("RGB", (2 * edge, 2 * edge))  # JPEG alone: decodes 1/2, 1/4 or 1/8
        image.load()
        turned = _UPRIGHT.get(image.getexif().get(ORIENTATION, 1))
        upright = image if turned is None else image.transpose(Image.Transpose(turned))
        return _fitted(_flat(upright, channels), side, fit)
    except Refusal:
        raise
    except DAMAGED as error:
        why = "it ends too early" if "truncated" in str(error) else "it cannot be decoded"
        raise Refusal(f"The {form} picture is damaged: {why}") from None


_UPRIGHT = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""EXIF orientation to the number of Pillow's transposition that undoes it."""


def _flat(image: Image.Image, channels: int) -> Image.Image:
    """Return 8-bit grey or colour; what is transparent becomes white, 16 bits keep their range."""
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        above = image.convert("RGBA")
        image = Image.new("RGBA", above.size, "white")
        image.alpha_composite(above)
    return image.convert("L" if channels == 1 else "RGB")


def _fitted(image: Image.Image, side: int | tuple[int, int] | None, fit: Fit) -> Image.Image:
    if side is None:
        return image
    height, width = (side, side) if isinstance(side, int) else side
    if image.size == (width, height):
        return image
    how = Image.Resampling.BILINEAR  # with Pillow's antialiasing when it makes smaller
    match fit:
        case "cover":
            return ImageOps.fit(image, (width, height), how)
        case "contain":
            return ImageOps.pad(image, (width, height), how)
        case "stretch":
            return image.resize((width, height), how)
