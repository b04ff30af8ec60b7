"""Data sets of images: their scale, a split that keeps the shares of the classes."""

import torch
from torch import Tensor

from lantern.lab.data import Data, Split


def image_data(train: Split, validation: Split, classes: tuple[str, ...]) -> Data:
    """Return the data of u1 images (n, c, h, w), with the training images' mean and deviation."""
    mean, deviation = zip(*(_moments(channel) for channel in train.inputs.unbind(1)), strict=True)
    return Data(
        kind="images",
        train=train,
        validation=validation,
        classes=classes,
        mean=mean,
        deviation=deviation,
    )


def fewer(split: Split, count: int, *, by: torch.Generator) -> Split:
    """Return a random choice of so many samples in their old order, or all if there are not."""
    if count >= len(split):
        return split
    chosen = torch.randperm(len(split), generator=by)[:count].sort().values
    return Split(split.inputs[chosen], split.targets[chosen])


def stratified(labels: Tensor, *, share: float, by: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return shuffled indices of two parts; the first has this share of every class."""
    parts: tuple[list[Tensor], list[Tensor]] = ([], [])
    for label in labels.unique():
        members = (labels == label).nonzero()[:, 0]
        members = members[torch.randperm(len(members), generator=by)]
        cut = round(len(members) * share)
        parts[0].append(members[:cut])
        parts[1].append(members[cut:])
    first, second = (torch.cat(part) for part in parts)
    first = first[torch.randperm(len(first), generator=by)]
    return first, second[torch.randperm(len(second), generator=by)]


def _moments(pixels: Tensor) -> tuple[float, float]:
    """Return mean and deviation of u1 numbers as shares of 255, from their histogram."""
    counts = torch.bincount(pixels.reshape(-1), minlength=256).double()
    values = torch.arange(256, dtype=torch.float64) / 255
    mean = (counts * values).sum() / counts.sum()
    variance = (counts * (values - mean).square()).sum() / counts.sum()
    return float(mean), max(float(variance.sqrt()), 1e-6)
