"""CIFAR-10."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import torch

from lantern.lab.building.cifar import SIDE, reading_batches
from lantern.lab.building.images import fewer, image_data
from lantern.lab.building.picture_set import Wanted, last_of, reading
from lantern.lab.building.shelf import opened
from lantern.lab.data import Data, Split
from lantern.lab.kinds import Dataset, RemoteFile
from lantern.lab.randomness import generator_for
from lantern.lab.subject import Progress
from lantern.protocol.model import control
from lantern.protocol.picture_sets import arranged
from lantern.protocol.problems import ProblemError

ARCHIVE = "cifar-10-binary.tar.gz"
PICTURES = "cifar10-jpeg.zip"
"""The same pictures as JPEG files by class, which are taken where the archive is not there."""
TRAIN = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST = "test_batch.bin"
CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


class Cifar10(Dataset, name="cifar10", title="CIFAR-10"):
    """60 000 small colour photographs of 32x32 pixels in ten classes, 10 000 for validation.

    Krizhevsky, 2009. Where only `cifar10-jpeg.zip` lies in the data folder, a copy of the pictures
    as JPEG files by class, that is taken.
    """

    tags = ("images", "classes")
    order = 70
    files = (
        RemoteFile(
            ARCHIVE,
            (f"https://www.cs.toronto.edu/~kriz/{ARCHIVE}",),
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            170_052_171,
        ),
    )
    train_samples: Annotated[int, control(ge=100, le=50_000, scale="log")] = 50_000
    """How many images to train on; fewer are a random choice."""

    def load(self, folder: Path, seed: int) -> Data:
        """Return the images as bytes."""
        return last_of(self.loading(folder, seed))

    def loading(self, folder: Path, seed: int) -> Iterator[Progress | Data]:
        """Yield how far it is, then the data."""
        is_archive = (folder / ARCHIVE).is_file() or not (folder / PICTURES).is_file()
        for item in _unpacking(folder / ARCHIVE) if is_archive else _decoding(folder):
            if isinstance(item, Data) and self.train_samples < len(item.train):
                by = generator_for(seed, "data/cifar10")
                train = fewer(item.train, self.train_samples, by=by)
                yield image_data(train, item.validation, item.classes)
            else:
                yield item

    @classmethod
    def missing(cls, folder: Path) -> tuple[RemoteFile, ...]:
        """Return the archive, if neither it nor the JPEG files are there."""
        return () if (folder / PICTURES).is_file() else super().missing(folder)


def _unpacking(path: Path) -> Iterator[Progress | Data]:
    for item in reading_batches(path, (*TRAIN, TEST)):
        if isinstance(item, Progress):
            yield item
        else:
            images = torch.cat([item[name].inputs for name in TRAIN])
            labels = torch.cat([item[name].targets for name in TRAIN])
            yield image_data(Split(images, labels), item[TEST], CLASSES)


def _decoding(folder: Path) -> Iterator[Progress | Data]:
    wanted = Wanted(side=SIDE, channels=3, samples=100_000, train_share=0.8, seed=0)
    with opened(folder, PICTURES, field="dataset.name") as shelf:
        arrangement = arranged(shelf.names, field="dataset.name")
        if arrangement.classes != CLASSES or not arrangement.validation:
            raise ProblemError(
                f"dataset: {PICTURES} has not the folders of CIFAR-10.", field="dataset.name"
            )
        yield from reading(shelf, arrangement, wanted)
