"""Two clouds of points."""

from pathlib import Path

import torch

from lantern.lab.building.plane import Noise, Samples, TrainShare, normal_about, plane_data
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset
from lantern.lab.randomness import generator_for

CENTRE = 2.0


class Gauss(Dataset, name="gauss", title="Two Gaussians"):
    """Two round clouds about (2, 2) and (-2, -2), which one straight line parts well.

    As in TensorFlow Playground (Smilkov and Carter, 2016): the variance along each axis goes from
    0.5 without noise to 4 at noise 0.5. Points that would fall outside the plane are drawn again.
    """

    tags = ("points", "classes")
    order = 30
    samples: Samples = 400
    noise: Noise = 0.1
    train_share: TrainShare = 0.5

    def load(self, folder: Path, seed: int) -> Data:
        """Return the points."""
        by = generator_for(seed, "data/gauss")
        labels = torch.arange(self.samples) < self.samples // 2
        centres = torch.where(labels, CENTRE, -CENTRE)[:, None].expand(-1, 2)
        points = normal_about(centres, deviation=(0.5 + 7 * self.noise) ** 0.5, by=by)
        return plane_data(points, labels, train_share=self.train_share, by=by)
