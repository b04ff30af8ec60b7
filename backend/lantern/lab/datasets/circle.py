"""A disc inside a ring."""

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

RADIUS = 5.0


class Circle(Dataset, name="circle", title="Circle"):
    """A blue disc inside an orange ring: no straight line can part them.

    As in TensorFlow Playground (Smilkov and Carter, 2016): radii are uniform in 0-2.5 and 3.5-5.
    Noise moves a point only while its class is decided, so that it flips classes near the border.
    """

    tags = ("points", "classes")
    order = 10
    samples: Samples = 400
    noise: Noise = 0.1
    train_share: TrainShare = 0.5

    def load(self, folder: Path, seed: int) -> Data:
        """Return the points."""
        by = generator_for(seed, "data/circle")
        inner = self.samples // 2
        radius = torch.cat(
            [
                uniform((inner,), 0, 0.5 * RADIUS, by=by),
                uniform((self.samples - inner,), 0.7 * RADIUS, RADIUS, by=by),
            ]
        )
        points = polar(radius, uniform((self.samples,), 0, 2 * math.pi, by=by))
        moved = points + uniform((self.samples, 2), -RADIUS, RADIUS, by=by) * self.noise
        labels = moved.norm(dim=1) < 0.5 * RADIUS
        return plane_data(points, labels, train_share=self.train_share, by=by)
