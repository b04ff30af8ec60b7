"""Two half-moons."""

import math
from pathlib import Path

import torch

from lantern.lab.building.plane import Noise, Samples, TrainShare, normal_about, plane_data
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset
from lantern.lab.randomness import generator_for

SCALE = 3.0
MIDDLE = (0.5, 0.25)


class Moons(Dataset, name="moons", title="Moons"):
    """Two half-moons, each reaching into the other: a curved border parts them.

    As `make_moons` of scikit-learn (Pedregosa et al., 2011), three times as large and moved to the
    middle. Noise 0.5 is a normal deviation of 1 along each axis; points that would fall outside
    the plane are drawn again.
    """

    tags = ("points", "classes")
    order = 50
    samples: Samples = 400
    noise: Noise = 0.1
    train_share: TrainShare = 0.5

    def load(self, folder: Path, seed: int) -> Data:
        """Return the points."""
        by = generator_for(seed, "data/moons")
        upper = self.samples // 2
        angle = torch.cat([torch.linspace(0, math.pi, n) for n in (upper, self.samples - upper)])
        labels = torch.arange(self.samples) >= upper
        x = torch.where(labels, 1 - angle.cos(), angle.cos())
        y = torch.where(labels, 0.5 - angle.sin(), angle.sin())
        moons = SCALE * (torch.stack([x, y], dim=1) - torch.tensor(MIDDLE))  # (n,) twice -> (n, 2)
        points = normal_about(moons, deviation=2 * self.noise, by=by)
        return plane_data(points, labels, train_share=self.train_share, by=by)
