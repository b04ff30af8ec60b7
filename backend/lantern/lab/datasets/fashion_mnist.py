"""Fashion-MNIST."""

from pathlib import Path
from typing import Annotated

from lantern.lab.building.idx import idx_data
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset, RemoteFile
from lantern.lab.randomness import generator_for
from lantern.protocol.model import control

FOLDER = "FashionMNIST/raw"
MIRRORS = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
)
CLASSES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


def _file(name: str, sha256: str, size_bytes: int) -> RemoteFile:
    urls = tuple(mirror + name for mirror in MIRRORS)
    return RemoteFile(f"{FOLDER}/{name}", urls, sha256, size_bytes)


class FashionMnist(Dataset, name="fashion_mnist", title="Fashion-MNIST"):
    """70 000 grey pictures of clothes of 28x28 pixels, 10 000 of them for validation.

    Xiao, Rasul and Vollgraf, 2017: of the size and in the format of MNIST, but harder.
    """

    tags = ("images", "classes")
    order = 62
    files = (
        _file(
            "train-images-idx3-ubyte.gz",
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            26_421_880,
        ),
        _file(
            "train-labels-idx1-ubyte.gz",
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            29_515,
        ),
        _file(
            "t10k-images-idx3-ubyte.gz",
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            4_422_102,
        ),
        _file(
            "t10k-labels-idx1-ubyte.gz",
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            5_148,
        ),
    )
    train_samples: Annotated[int, control(ge=100, le=60_000, scale="log")] = 60_000
    """How many images to train on; fewer are a random choice."""

    def load(self, folder: Path, seed: int) -> Data:
        """Return the images as bytes, in the order of the files."""
        by = generator_for(seed, "data/fashion_mnist")
        return idx_data(folder / FOLDER, CLASSES, train_samples=self.train_samples, by=by)
