"""Optimizers racing from the same weights, as paths on one map and curves on one chart."""

from collections.abc import Iterator
from typing import Annotated, Literal

import torch
from pydantic import Field

from lantern.lab.inspectors._race_figures import curves_of, map_of, surface_of, table_of
from lantern.lab.inspectors._racers import MOST, Race
from lantern.lab.inspectors._weight_plane import heights_over
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Progress, Subject
from lantern.protocol.experiment import Part
from lantern.protocol.figures import LinesFigure, SurfaceFigure, TableFigure
from lantern.protocol.model import control

ENTRANTS = (
    Part(name="sgd", params={"learning_rate": 0.1}),
    Part(name="sgd", params={"learning_rate": 0.03, "momentum": 0.9}),
    Part(name="sgd", params={"learning_rate": 0.03, "momentum": 0.9, "nesterov": True}),
    Part(name="adagrad", params={"learning_rate": 0.1}),
    Part(name="rmsprop", params={"learning_rate": 0.01}),
    Part(name="adam", params={"learning_rate": 0.02}),
    Part(name="adamw", params={"learning_rate": 0.02}),
    Part(name="adadelta", params={"learning_rate": 1.0}),
)
RACING = 0.9
"""Share of the work that is the race itself; the rest is the map."""
PARTIAL = 13
"""Places along one side of the map while the race goes on."""
SHOWN = 6
"""Every so many places that are noted, what there is so far is shown."""
Shown = Iterator[SurfaceFigure | LinesFigure | TableFigure | Progress]


class OptimizerRace(Inspector, name="race", title="Optimizer race"):
    """Up to eight optimizers train copies of this network from the same weights.

    All of them see the same batches in the same order, with the session's loss, penalties, batch
    size and schedule, and begin with an empty memory. The map is the plane through the start in
    which their paths together lie farthest apart (principal components; Li, Xu, Taylor, Studer
    and Goldstein, 2018, section 7.2). The session itself is not touched.
    """

    tags = ("points", "long")
    order = 115
    long = True
    live = False
    optimizers: Annotated[tuple[Part, ...], Field(json_schema_extra={"maxItems": MOST})] = ENTRANTS
    """Who races: an optimizer by name, with its own learning rate and parameters."""
    steps: Annotated[int, control(ge=10, le=5000, scale="log")] = 300
    """Batches that each of them takes."""
    start: Literal["now", "start"] = "now"
    """now: from the present weights; start: from weights drawn anew from the seed."""
    resolution: Annotated[int, control(ge=5, le=51, unit="cells")] = 31
    """Places of the map along one side."""

    def figures(self, subject: Subject) -> Shown:
        """Yield map and curves as the race goes on, and the ranking at its end."""
        race = Race(subject, self.optimizers, fresh=self.start == "start")
        yield from race.prepare()
        noted = 1
        for progress in race.go(self.steps):
            yield Progress(progress.fraction * RACING, progress.sentence)
            if len(race.steps) >= noted + SHOWN:
                noted = len(race.steps)
                done = progress.fraction * RACING
                yield from self._drawn(race, PARTIAL, done)
        yield from self._drawn(race, self.resolution, RACING)
        yield table_of(race)

    def _drawn(self, race: Race, side: int, done: float) -> Shown:
        """Yield map and curves as of now, in small bites; `done` is the share of the work."""
        side = min(side, self.resolution)
        seen = map_of(race)
        heights = torch.full((side, side), float("nan"))
        for item in heights_over(seen.plane, seen.extent, side, race.height):
            if isinstance(item, Progress):
                at_end = done == RACING
                share = done + item.fraction * (1 - RACING) if at_end else done
                step = f"step {race.steps[-1]} of {self.steps}"
                yield Progress(share, "drawing the map" if at_end else step)
            else:
                heights = item
        yield surface_of(race, seen, heights, len(race.height.inputs))
        yield curves_of(race)
