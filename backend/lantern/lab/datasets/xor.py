"""Four squares in the colours of exclusive or."""

from pathlib import Path

import torch

from lantern.lab.building.plane import Noise, Samples, TrainShare, plane_data, uniform
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset
from lantern.lab.randomness import generator_for

PADDING = 0.3


class Xor(Dataset, name="xor", title="Exclusive or"):
    """Blue where both coordinates have one sign, orange elsewhere.

    As in TensorFlow Playground (Smilkov and Carter, 2016): points are uniform in -5 to 5 and kept
    0.3 away from the axes. Noise moves a point only while its class is decided.
    """

    tags = ("points", "classes")
    order = 20
    samples: Samples = 400
    noise: Noise = 0.1
    train_share: TrainShare = 0.5

    def load(self, folder: Path, seed: int) -> Data:
        """Return the points."""
        by = generator_for(seed, "data/xor")
        points = uniform((self.samples, 2), -5, 5, by=by)
        points = points + torch.where(points > 0, PADDING, -PADDING)
        moved = points + uniform((self.samples, 2), -5, 5, by=by) * self.noise
        labels = moved.prod(dim=1) >= 0
        return plane_data(points, labels, train_share=self.train_share, by=by)
