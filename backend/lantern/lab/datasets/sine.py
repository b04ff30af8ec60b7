"""A sine wave."""

from pathlib import Path

import torch

from lantern.lab.building.plane import Noise, Samples, TrainShare, plane_data, uniform
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset
from lantern.lab.randomness import generator_for


class Sine(Dataset, name="sine", title="Sine"):
    """The value is the sine of x1 with noise; x2 has no say, which the network must find out.

    Points are uniform in -6 to 6. Noise is the normal deviation of the values themselves, as real
    measurements have it: no model can come below it.
    """

    tags = ("points", "values")
    order = 130
    samples: Samples = 400
    noise: Noise = 0.1
    positive: bool = False
    """Raise the wave to 0 to 2 and cut off what noise takes below 0, so that no value is negative
    (the Poisson loss needs that)."""
    train_share: TrainShare = 0.5

    def load(self, folder: Path, seed: int) -> Data:
        """Return the points."""
        by = generator_for(seed, "data/sine")
        points = uniform((self.samples, 2), -6, 6, by=by)
        values = points[:, 0].sin() + self.noise * torch.randn(self.samples, generator=by)
        if self.positive:
            values = (values + 1).relu()
        return plane_data(points, values, train_share=self.train_share, by=by, classes=())
