"""Points that a person drew, pasted or uploaded."""

import math
from pathlib import Path
from typing import Annotated

import torch
from pydantic import (
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    field_validator,
)
from torch import Tensor

from lantern.lab.building.own_points import bad_row, check_points, split_of
from lantern.lab.building.plane import COLOURS, EXTENT, TrainShare
from lantern.lab.data import Data, Split
from lantern.lab.kinds import Dataset
from lantern.protocol.experiment import MOST_POINTS, STARTING_POINTS, Point
from lantern.protocol.model import control


class Own(Dataset, name="own", title="Own points"):
    """Points that you draw, paste or upload, with a class or a value each.

    Each row is x1, x2 and the target. Which points are trained on depends on their place in the
    list alone, so that a point added at the end moves no other; at least one is kept for each
    side. The plane is the usual one, or larger where points lie outside.
    """

    tags = ("points", "classes", "values")
    order = 200
    # The schema leaves the rows out: web would take a tenth of a second to check thousands of them
    # by it, at every edit of the session, and could not say what is wrong with a row as we do here.
    points: Annotated[
        tuple[Point, ...],
        WithJsonSchema({"type": "array", "maxItems": MOST_POINTS}),
        control(live=True, max_length=MOST_POINTS, widget="points"),
    ] = STARTING_POINTS
    """Rows of x1, x2 and the target: the number of the class from 0, or the value."""
    values: bool = False
    """Targets are values (regression), not classes."""
    classes: Annotated[int, control(ge=2, le=8)] = 2
    """How many classes there are; of no use for values."""
    train_share: TrainShare = 0.5

    @field_validator("points", mode="wrap")
    @classmethod
    def _name_bad_row(
        cls, points: object, check: ValidatorFunctionWrapHandler
    ) -> tuple[Point, ...]:
        try:
            return check(points)
        except ValidationError as error:
            raise bad_row(error) from None

    def model_post_init(self, context: object) -> None:
        """Refuse too few points, and classes that there are none of."""
        check_points(self.points, classes=None if self.values else self.classes)

    def load(self, folder: Path, seed: int) -> Data:
        """Return the points; nothing is random, so the seed does nothing."""
        rows = torch.tensor(self.points, dtype=torch.float32)  # (n, 3)
        train, validation = split_of(len(rows), self.train_share)
        return Data(
            kind="points",
            train=self._split(rows[train]),
            validation=self._split(rows[validation]),
            classes=() if self.values else COLOURS[: self.classes],
            extent=_extent(rows[:, :2]),
        )

    def _split(self, rows: Tensor) -> Split:
        targets = rows[:, 2].contiguous()
        return Split(rows[:, :2].contiguous(), targets if self.values else targets.long())


def _extent(points: Tensor) -> tuple[float, float, float, float]:
    """Return the usual plane, each side moved out to the next whole number where points (n, 2) lie
    outside."""
    low, high = points.amin(dim=0).tolist(), points.amax(dim=0).tolist()
    x0, x1, y0, y1 = EXTENT
    return (
        min(x0, math.floor(low[0])),
        max(x1, math.ceil(high[0])),
        min(y0, math.floor(low[1])),
        max(y1, math.ceil(high[1])),
    )
