"""MNIST."""

from pathlib import Path
from typing import Annotated

from lantern.lab.building.idx import idx_data
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset, RemoteFile
from lantern.lab.randomness import generator_for
from lantern.protocol.model import control

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
        by = generator_for(seed, "data/mnist")
        names = tuple("0123456789")
        return idx_data(folder / FOLDER, names, train_samples=self.train_samples, by=by)
