"""MNIST."""

from pathlib import Path
from typing import Annotated

import torch

from lantern.lab.building.idx import read_idx
from lantern.lab.building.images import image_data
from lantern.lab.data import Data, Split
from lantern.lab.kinds import Dataset, RemoteFile
from lantern.lab.randomness import generator_for
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

FOLDER = "MNIST/raw"
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


def _file(name: str, sha256: str, size_bytes: int) -> RemoteFile:
    urls = tuple(mirror + name for mirror in MIRRORS)
    return RemoteFile(f"{FOLDER}/{name}", urls, sha256, size_bytes)


class Mnist(Dataset, name="mnist", title="MNIST"):
    """70 000 handwritten digits of 28x28 pixels, 10 000 of them for validation.

    LeCun, Cortes and Burges, 1998: scaled into 20x20 pixels and centred by mass.
    """

    tags = ("images", "classes")
    order = 60
    files = (
        _file(
            "train-images-idx3-ubyte.gz",
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            9_912_422,
        ),
        _file(
            "train-labels-idx1-ubyte.gz",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            28_881,
        ),
        _file(
            "t10k-images-idx3-ubyte.gz",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            1_648_877,
        ),
        _file(
            "t10k-labels-idx1-ubyte.gz",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            4_542,
        ),
    )
    train_samples: Annotated[int, control(ge=100, le=60_000, scale="log")] = 60_000
    """How many images to train on; fewer are a random choice."""

    def load(self, folder: Path, seed: int) -> Data:
        """Return the images as bytes, in the order of the files."""
        train, validation = _read(folder / FOLDER, "train"), _read(folder / FOLDER, "t10k")
        if self.train_samples < len(train):
            by = generator_for(seed, "data/mnist")
            chosen = torch.randperm(len(train), generator=by)[: self.train_samples].sort().values
            train = Split(train.inputs[chosen], train.targets[chosen])
        return image_data(train, validation, tuple("0123456789"))


def _read(folder: Path, part: str) -> Split:
    images = read_idx(folder / f"{part}-images-idx3-ubyte.gz", dimensions=3)
    labels = read_idx(folder / f"{part}-labels-idx1-ubyte.gz", dimensions=1)
    if len(images) != len(labels) or len(labels) == 0 or int(labels.max()) > 9:
        raise ProblemError(
            f"dataset: images and labels of MNIST's {part} files do not belong together.",
            field="dataset.name",
            hint="Delete them, so that they are downloaded again.",
        )
    return Split(images.unsqueeze(1), labels.long())  # (n, 28, 28) -> (n, 1, 28, 28)
