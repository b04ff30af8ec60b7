"""Three spirals or more."""

import math
from pathlib import Path
from typing import Annotated

import torch

from lantern.lab.building.plane import (
    COLOURS,
    Noise,
    Samples,
    TrainShare,
    dealt,
    plane_data,
    polar,
    uniform,
)
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset
from lantern.lab.randomness import generator_for
from lantern.protocol.model import control

RADIUS = 5.0


class SpiralArms(Dataset, name="spiral_arms", title="Spiral arms"):
    """Three to six interleaved spirals, each a class of its own.

    As in the course CS231n (Karpathy, 2015): each arm goes out to radius 5 and about the middle as
    it does so, and points are moved by up to `noise` along each axis.
    """

    tags = ("points", "classes")
    order = 90
    samples: Samples = 400
    arms: Annotated[int, control(ge=3, le=6)] = 3
    """How many spirals there are."""
    turns: Annotated[float, control(ge=0.1, le=1.5, step=0.05)] = 0.75
    """How often each arm goes about the middle."""
    noise: Noise = 0.1
    train_share: TrainShare = 0.5

    def load(self, folder: Path, seed: int) -> Data:
        """Return the points."""
        by = generator_for(seed, "data/spiral_arms")
        labels = dealt(self.samples, self.arms)
        counts = torch.bincount(labels)
        along = torch.cat([torch.arange(n) / n for n in counts.tolist()])  # 0 up to 1 in each arm
        angle = 2 * math.pi * (self.turns * along + labels / self.arms)
        points = polar(RADIUS * along, angle)
        points = points + uniform((self.samples, 2), -1, 1, by=by) * self.noise
        names = COLOURS[: self.arms]
        return plane_data(points, labels, train_share=self.train_share, by=by, classes=names)
