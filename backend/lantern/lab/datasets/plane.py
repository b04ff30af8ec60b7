"""A plane in space."""

from pathlib import Path

from lantern.lab.building.plane import Noise, Samples, TrainShare, plane_data, uniform
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset
from lantern.lab.randomness import generator_for


class Plane(Dataset, name="plane", title="Plane"):
    """The value rises evenly towards the upper right: (x1 + x2) / 10.

    As in TensorFlow Playground (Smilkov and Carter, 2016): points are uniform in -6 to 6, values
    go from -1.2 to 1.2. Noise moves a point, by up to 6 times the noise along each axis, only while
    its value is taken. One linear neuron is enough.
    """

    tags = ("points", "values")
    order = 110
    samples: Samples = 400
    noise: Noise = 0.0
    train_share: TrainShare = 0.5

    def load(self, folder: Path, seed: int) -> Data:
        """Return the points."""
        by = generator_for(seed, "data/plane")
        points = uniform((self.samples, 2), -6, 6, by=by)
        moved = points + uniform((self.samples, 2), -6, 6, by=by) * self.noise
        values = moved.sum(dim=1) / 10
        return plane_data(points, values, train_share=self.train_share, by=by, classes=())
