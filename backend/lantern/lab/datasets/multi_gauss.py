"""Six hills and hollows."""

from pathlib import Path

import torch

from lantern.lab.building.plane import Noise, Samples, TrainShare, plane_data, uniform
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset
from lantern.lab.randomness import generator_for

PEAKS = ((-4.0, 2.5), (0.0, 2.5), (4.0, 2.5), (-4.0, -2.5), (0.0, -2.5), (4.0, -2.5))
HEIGHTS = (1.0, -1.0, 1.0, -1.0, 1.0, -1.0)
REACH = 2.0


class MultiGauss(Dataset, name="multi_gauss", title="Multi Gaussian"):
    """Three hills of height 1 and three hollows of depth 1 in two rows, flat in between.

    As in TensorFlow Playground (Smilkov and Carter, 2016): each is a cone that ends 2 from its
    peak, and where two overlap the one that is farther from 0 counts. Points are uniform in -6 to
    6. Noise moves a point, by up to 6 times the noise along each axis, only while its value is
    taken.
    """

    tags = ("points", "values")
    order = 120
    samples: Samples = 400
    noise: Noise = 0.0
    train_share: TrainShare = 0.5

    def load(self, folder: Path, seed: int) -> Data:
        """Return the points."""
        by = generator_for(seed, "data/multi_gauss")
        points = uniform((self.samples, 2), -6, 6, by=by)
        moved = points + uniform((self.samples, 2), -6, 6, by=by) * self.noise
        distance = (moved[:, None] - torch.tensor(PEAKS)).norm(dim=2)  # (n, 6)
        heights = torch.tensor(HEIGHTS) * (1 - distance / REACH).relu()
        farthest = heights.abs().argmax(dim=1, keepdim=True)  # (n, 1)
        values = heights.gather(1, farthest)[:, 0]
        return plane_data(points, values, train_share=self.train_share, by=by, classes=())
