"""A straight border."""

import math
from pathlib import Path
from typing import Annotated

import torch

from lantern.lab.building.plane import Noise, Samples, TrainShare, plane_data, uniform
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset
from lantern.lab.randomness import generator_for
from lantern.protocol.model import control


class Linear(Dataset, name="linear", title="Linear"):
    """A straight line through the middle of the plane, blue above it, orange below.

    The simplest of all: one neuron and the features x1 and x2 are enough (Rosenblatt, 1958).
    Points are uniform in -5 to 5. Noise moves a point only while its class is decided.
    """

    tags = ("points", "classes")
    order = 60
    samples: Samples = 400
    noise: Noise = 0.0
    angle: Annotated[float, control(ge=-90, le=90, step=5, unit="°")] = 20.0
    """How steeply the line rises from left to right."""
    train_share: TrainShare = 0.5

    def load(self, folder: Path, seed: int) -> Data:
        """Return the points."""
        by = generator_for(seed, "data/linear")
        points = uniform((self.samples, 2), -5, 5, by=by)
        moved = points + uniform((self.samples, 2), -5, 5, by=by) * self.noise
        angle = math.radians(self.angle)
        upwards = torch.tensor([-math.sin(angle), math.cos(angle)])  # at right angles to the line
        labels = moved @ upwards > 0
        return plane_data(points, labels, train_share=self.train_share, by=by)
