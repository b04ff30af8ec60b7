"""Data are tensors in memory; a batch is a list of indices into them."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from lantern.protocol.events import DataCard


@dataclass(frozen=True)
class Split:
    """Samples and what they ought to give."""

    inputs: Tensor
    """(n, *shape) float32, or uint8 for images, where 255 stands for 1.0."""
    targets: Tensor
    """(n,) int64 class indices, or (n,) float32 for regression."""

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.targets)

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Return float inputs (b, *shape), images in 0-1, and targets (b,)."""
        inputs = self.inputs[indices]
        if inputs.dtype == torch.uint8:
            inputs = inputs.float().div_(255)
        return inputs, self.targets[indices]


@dataclass(frozen=True)
class Data:
    """What one run learns from; a pure function of the dataset plugin and the data seed."""

    kind: Literal["points", "images"]
    train: Split
    validation: Split
    classes: tuple[str, ...]
    """Names by index; empty for regression."""
    extent: tuple[float, float, float, float] | None = None
    """x0, x1, y0, y1 of the plane to show, for points."""
    mean: tuple[float, ...] = ()
    """Per channel, of the training images; the model's first layer subtracts it."""
    deviation: tuple[float, ...] = ()
    note: str = ""
    """What there is to know of them besides, such as files that could not be read."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one sample: (features,) or (channels, height, width)."""
        return tuple(self.train.inputs.shape[1:])

    @property
    def problem(self) -> Literal["classes", "values"]:
        """What is to be learnt: classes, or values (regression)."""
        return "classes" if self.classes else "values"

    def to(self, device: torch.device) -> "Data":
        """Return the same data on a device."""
        moved = {
            name: Split(split.inputs.to(device), split.targets.to(device))
            for name, split in (("train", self.train), ("validation", self.validation))
        }
        return Data(
            kind=self.kind,
            classes=self.classes,
            extent=self.extent,
            mean=self.mean,
            deviation=self.deviation,
            note=self.note,
            **moved,
        )

    def card(self) -> DataCard:
        """Return what the page says of the data."""
        return DataCard(
            kind=self.kind,
            shape=self.shape,
            classes=self.classes,
            train_count=len(self.train),
            validation_count=len(self.validation),
            note=self.note,
        )
