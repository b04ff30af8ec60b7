"""The small digits of scikit-learn."""

import importlib.util
from pathlib import Path

import numpy as np
import torch

from lantern.lab.building.images import image_data, stratified
from lantern.lab.data import Data, Split
from lantern.lab.kinds import Dataset
from lantern.lab.randomness import generator_for

TRAIN_SHARE = 0.8
SIDE = 8
LEVELS = 16


class Digits(Dataset, name="digits", title="Digits"):
    """1 797 handwritten digits of 8x8 pixels, 80 % for training; no download is needed.

    The test set of Alpaydin and Kaynak's optical digits (UCI, 1998), as scikit-learn brings it.
    """

    tags = ("images", "classes")
    order = 50

    def load(self, folder: Path, seed: int) -> Data:
        """Return the images, split by the seed with equal shares of every class."""
        table = torch.from_numpy(np.loadtxt(_table_path(), delimiter=",", dtype=np.uint8))
        pixels = (table[:, :-1].float() * 255 / LEVELS).round().to(torch.uint8)
        images = pixels.reshape(-1, 1, SIDE, SIDE)  # (n, 64) -> (n, 1, 8, 8)
        labels = table[:, -1].long()
        train, rest = stratified(labels, share=TRAIN_SHARE, by=generator_for(seed, "data/digits"))
        return image_data(
            Split(images[train], labels[train]),
            Split(images[rest], labels[rest]),
            tuple("0123456789"),
        )


def _table_path() -> Path:
    """Return where scikit-learn keeps the table; importing it would take seconds."""
    spec = importlib.util.find_spec("sklearn")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz"
