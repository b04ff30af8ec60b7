"""Stripes across the plane."""

from pathlib import Path
from typing import Annotated

from lantern.lab.building.plane import Noise, Samples, TrainShare, plane_data, uniform
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset
from lantern.lab.randomness import generator_for
from lantern.protocol.model import control


class Diagonal(Dataset, name="diagonal", title="Diagonal stripes"):
    """Stripes of orange and blue in turn, from the upper left to the lower right.

    Only x1 + x2 matters, but it takes one neuron for each border. Points are uniform in -5 to 5;
    the stripes are of equal width from corner to corner, the first one, at the lower left, is
    orange. Noise moves a point only while its class is decided.
    """

    tags = ("points", "classes")
    order = 70
    samples: Samples = 400
    noise: Noise = 0.0
    stripes: Annotated[int, control(ge=2, le=8)] = 4
    """How many there are."""
    train_share: TrainShare = 0.5

    def load(self, folder: Path, seed: int) -> Data:
        """Return the points."""
        by = generator_for(seed, "data/diagonal")
        points = uniform((self.samples, 2), -5, 5, by=by)
        moved = points + uniform((self.samples, 2), -5, 5, by=by) * self.noise
        along = (moved.sum(dim=1) + 10) / 20  # 0 in the lower left corner, 1 in the upper right
        stripe = (along * self.stripes).floor().clamp(0, self.stripes - 1).long()
        return plane_data(points, stripe % 2, train_share=self.train_share, by=by)
