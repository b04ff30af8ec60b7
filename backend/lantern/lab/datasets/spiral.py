"""Two spirals, one turned by half a circle."""

import math
from pathlib import Path

import torch

from lantern.lab.building.plane import (
    Noise,
    Samples,
    TrainShare,
    plane_data,
    polar,
    uniform,
)
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset
from lantern.lab.randomness import generator_for

TURNS = 1.75
RADIUS = 5.0


class Spiral(Dataset, name="spiral", title="Spiral"):
    """Two interleaved spirals, the hardest of the four for a small network.

    As in TensorFlow Playground (Smilkov and Carter, 2016), after the two-spirals problem of
    Lang and Witbrock (1988): 1.75 turns out to radius 5, moved by up to `noise` along each axis.
    """

    tags = ("points", "classes")
    order = 40
    samples: Samples = 400
    noise: Noise = 0.1
    train_share: TrainShare = 0.5

    def load(self, folder: Path, seed: int) -> Data:
        """Return the points."""
        by = generator_for(seed, "data/spiral")
        labels = torch.arange(self.samples) < self.samples // 2
        along = torch.cat([torch.arange(n) / n for n in _halves(self.samples)])  # 0 up to 1, twice
        angle = TURNS * 2 * math.pi * along + torch.where(labels, 0.0, math.pi)
        points = polar(RADIUS * along, angle)
        points = points + uniform((self.samples, 2), -1, 1, by=by) * self.noise
        return plane_data(points, labels, train_share=self.train_share, by=by)


def _halves(count: int) -> tuple[int, int]:
    return count // 2, count - count // 2
