"""Several clouds of points."""

import math
from pathlib import Path
from typing import Annotated

from lantern.lab.building.plane import (
    COLOURS,
    Noise,
    Samples,
    TrainShare,
    dealt,
    normal_about,
    plane_data,
    polar,
)
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset
from lantern.lab.randomness import generator_for
from lantern.protocol.model import control

RADIUS = 4.0


class Blobs(Dataset, name="blobs", title="Blobs"):
    """Round clouds in a ring about the middle, each a class of its own.

    The variance along each axis goes from 0.3 without noise to 2.8 at noise 0.5. Points that would
    fall outside the plane are drawn again.
    """

    tags = ("points", "classes")
    order = 80
    samples: Samples = 400
    classes: Annotated[int, control(ge=2, le=6)] = 3
    """How many clouds there are."""
    noise: Noise = 0.1
    train_share: TrainShare = 0.5

    def load(self, folder: Path, seed: int) -> Data:
        """Return the points."""
        by = generator_for(seed, "data/blobs")
        labels = dealt(self.samples, self.classes)
        angle = 2 * math.pi * labels / self.classes
        centres = polar(RADIUS * (labels + 1).sign(), angle)
        points = normal_about(centres, deviation=(0.3 + 5 * self.noise) ** 0.5, by=by)
        names = COLOURS[: self.classes]
        return plane_data(points, labels, train_share=self.train_share, by=by, classes=names)
