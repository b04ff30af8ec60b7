"""The output over the plane: the decision and how sure the network is."""

from collections.abc import Iterator
from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.arrays import array_of, quantised
from lantern.lab.inspectors._judgement import only_for
from lantern.lab.inspectors._network_points import signed_output
from lantern.lab.kinds import Inspector
from lantern.lab.plane import X, Y, extent_of, grid, scatter_of
from lantern.lab.subject import Subject
from lantern.lab.wording import percent
from lantern.protocol.figures import HeatmapFigure
from lantern.protocol.model import control


class Output(Inspector, name="output", title="Output"):
    """What the network says of every place in the plane, with the data on top.

    Blue is class 1, orange class 0, white undecided: twice the probability of class 1, less one.
    With more than two classes there is one map for each.
    """

    tags = ("points",)
    order = 20
    resolution: Annotated[int, control(ge=8, le=400, unit="cells")] = 100
    """Cells along one side."""
    discretize: bool = False
    """Show the decision only, not how sure it is."""
    show_validation: bool = True
    """Draw the validation points as well."""

    def figures(self, subject: Subject) -> Iterator[HeatmapFigure]:
        """Yield the map."""
        only_for(subject, "points", "output")
        places = grid(extent_of(subject.data), self.resolution, subject.device)
        with torch.no_grad():
            maps = signed_output(subject, subject.module(places))  # (cells, maps)
        for index in range(maps.shape[1]):
            title = "Output" if maps.shape[1] == 1 else f"Output {subject.data.classes[index]}"
            yield self._figure(subject, maps[:, index], title)

    def _figure(self, subject: Subject, values: Tensor, title: str) -> HeatmapFigure:
        positive = float((values >= 0).float().mean())
        if self.discretize:
            values = torch.where(values >= 0, 1.0, -1.0)
        one = torch.ones(1, device=values.device)
        cells = quantised(values.unsqueeze(0), low=-one, high=one)
        return HeatmapFigure(
            title=title,
            alt=f"Map of the plane: {percent(positive)} of it is blue (positive), the rest orange "
            f"(negative).",
            facts={"step": subject.step, "positive share": positive},
            values=array_of(cells.reshape(self.resolution, self.resolution), "u1"),
            low=-1,
            high=1,
            smooth=not self.discretize,
            x=X,
            y=Y,
            extent=extent_of(subject.data),
            points=scatter_of(subject.data, held_out=self.show_validation),
        )
