"""Changes of image batches (b, c, h, w) in 0-1, by kornia, whose random numbers are drawn here.

kornia's own random transforms draw from torch's global generator, so only its plain functions are
used; it is imported when it is first needed.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def uniform(count: int, low: float, high: float, by: torch.Generator, like: Tensor) -> Tensor:
    """Return (count,) numbers from the CPU generator, on the device of `like`."""
    return (torch.rand(count, generator=by) * (high - low) + low).to(like.device)


def shifted(images: Tensor, pixels: int, by: torch.Generator) -> Tensor:
    """Return each image moved by whole pixels, -pixels to +pixels each way; black comes in.

    The same as a crop at random out of the image with a black border of that many pixels.
    """
    count, _, height, width = images.shape
    moves = torch.randint(2 * pixels + 1, (2, count, 1), generator=by).to(images.device)
    padded = F.pad(images, [pixels] * 4)
    rows = moves[0] + torch.arange(height, device=images.device)  # (b, h)
    columns = moves[1] + torch.arange(width, device=images.device)  # (b, w)
    samples = torch.arange(count, device=images.device)[:, None, None]
    picked = padded[samples, :, rows[:, :, None], columns[:, None, :]]  # (b, h, w, c)
    return picked.permute(0, 3, 1, 2).contiguous()


def rotated(images: Tensor, degrees: float, by: torch.Generator) -> Tensor:
    """Return each image turned about its middle by up to so many degrees, either way."""
    from kornia.geometry.transform import rotate  # noqa: PLC0415 - heavy

    angles = uniform(len(images), -degrees, degrees, by, images)
    return rotate(images, angles, mode="bilinear").clamp(0, 1)


def flipped(images: Tensor, chance: float, by: torch.Generator) -> Tensor:
    """Return the images, each one mirrored left to right with this chance."""
    from kornia.geometry.transform import hflip  # noqa: PLC0415 - heavy

    chosen = uniform(len(images), 0, 1, by, images) < chance
    return torch.where(chosen[:, None, None, None], hflip(images), images)


def zoomed(images: Tensor, least: float, by: torch.Generator) -> Tensor:
    """Return a random square part of each image, its side `least` to 1 of the whole, made larger.

    Without the changes of aspect of GoogLeNet's crops (Szegedy et al., 2015).
    """
    from kornia.geometry.transform import crop_and_resize  # noqa: PLC0415 - heavy

    count, _, height, width = images.shape
    share = uniform(count, least, 1, by, images)
    span = torch.tensor([width - 1.0, height - 1.0], device=images.device)
    size = share[:, None] * span  # (b, 2): x, y
    free = span - size
    where = torch.stack([uniform(count, 0, 1, by, images) for _ in range(2)], dim=1)
    start = free * where
    corners = torch.tensor([[0.0, 0.0], [1, 0], [1, 1], [0, 1]], device=images.device)
    boxes = start[:, None] + corners * size[:, None]  # (b, 4, 2), clockwise from the upper left
    return crop_and_resize(images, boxes, (height, width), align_corners=True).clamp(0, 1)


def jittered(
    images: Tensor, by: torch.Generator, *, brightness: float, contrast: float, colour: float
) -> Tensor:
    """Return images with brightness, contrast, saturation and hue changed at random.

    Each is a strength in 0-1; `colour` is left alone on grey images. Contrast is a factor about
    the image's own mean, so that 1 - contrast to 1 + contrast keeps its brightness.
    """
    from kornia import enhance  # noqa: PLC0415 - heavy

    count = len(images)
    changed = enhance.adjust_brightness(images, uniform(count, -brightness, brightness, by, images))
    mean = changed.mean(dim=(1, 2, 3), keepdim=True)
    factor = uniform(count, 1 - contrast, 1 + contrast, by, images)[:, None, None, None]
    changed = (mean + (changed - mean) * factor).clamp(0, 1)
    if images.shape[1] == 3 and colour > 0:
        changed = enhance.adjust_saturation(
            changed, uniform(count, 1 - colour, 1 + colour, by, images)
        )
        turn = math.pi * 0.5 * colour  # a quarter of the colour circle at most
        changed = enhance.adjust_hue(changed, uniform(count, -turn, turn, by, images))
    return changed.clamp(0, 1)


def noisy(images: Tensor, deviation: float, by: torch.Generator) -> Tensor:
    """Return the images with normal noise of this deviation, cut to 0-1."""
    noise = torch.randn(images.shape, generator=by).to(images.device)
    return (images + deviation * noise).clamp(0, 1)


def cut_out(images: Tensor, share: float, by: torch.Generator) -> Tensor:
    """Return the images, each with a grey square of this share of the side put on it.

    Cutout (DeVries and Taylor, 2017): the square's middle lies anywhere in the image, so that part
    of the square may lie outside.
    """
    count, _, height, width = images.shape
    hidden = torch.ones(count, 1, 1, 1, dtype=torch.bool, device=images.device)
    for axis, length in ((2, height), (3, width)):
        middle = uniform(count, 0, length, by, images)
        places = torch.arange(length, device=images.device) + 0.5
        inside = (places - middle[:, None]).abs() <= share * length / 2  # (b, length)
        shape = [count, 1, 1, 1]
        shape[axis] = length
        hidden = hidden & inside.reshape(shape)
    return torch.where(hidden, 0.5, images)
