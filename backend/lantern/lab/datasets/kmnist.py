"""KMNIST."""

from pathlib import Path
from typing import Annotated

from lantern.lab.building.idx import idx_data
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset, RemoteFile
from lantern.lab.randomness import generator_for
from lantern.protocol.model import control

FOLDER = "KMNIST/raw"
MIRRORS = (
    "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
    "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
)
CLASSES = (
    "o",
    "ki",
    "su",
    "tsu",
    "na",
    "ha",
    "ma",
    "ya",
    "re",
    "wo",
)


def _file(name: str, sha256: str, size_bytes: int) -> RemoteFile:
    urls = tuple(mirror + name for mirror in MIRRORS)
    return RemoteFile(f"{FOLDER}/{name}", urls, sha256, size_bytes)


class Kmnist(Dataset, name="kmnist", title="KMNIST"):
    """70 000 cursive Japanese characters of 28x28 pixels, 10 000 of them for validation.

    Clanuwat et al., 2018: ten hiragana of old books, in the format of MNIST. Many have several
    shapes.
    """

    tags = ("images", "classes")
    order = 64
    files = (
        _file(
            "train-images-idx3-ubyte.gz",
            "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
            18_165_135,
        ),
        _file(
            "train-labels-idx1-ubyte.gz",
            "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
            29_497,
        ),
        _file(
            "t10k-images-idx3-ubyte.gz",
            "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
            3_041_136,
        ),
        _file(
            "t10k-labels-idx1-ubyte.gz",
            "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
            5_120,
        ),
    )
    train_samples: Annotated[int, control(ge=100, le=60_000, scale="log")] = 60_000
    """How many images to train on; fewer are a random choice."""

    def load(self, folder: Path, seed: int) -> Data:
        """Return the images as bytes, in the order of the files."""
        by = generator_for(seed, "data/kmnist")
        return idx_data(folder / FOLDER, CLASSES, train_samples=self.train_samples, by=by)
