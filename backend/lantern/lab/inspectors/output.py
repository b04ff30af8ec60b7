"""The output over the plane: the decision and how sure the network is, or the value it gives."""

from collections.abc import Iterator
from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.arrays import array_of, quantised
from lantern.lab.inspectors._judgement import only_for
from lantern.lab.inspectors._network_points import signed_output
from lantern.lab.kinds import Inspector
from lantern.lab.plane import X, Y, extent_of, scatter_of, target_range
from lantern.lab.subject import Subject
from lantern.lab.walk import Raster, answers
from lantern.lab.wording import percent
from lantern.protocol.figures import Array, HeatmapFigure
from lantern.protocol.model import control

VALUE_BANDS = 8
"""Bands of a discretized map of values."""


class Output(Inspector, name="output", title="Output"):
    """What the network says of every place in the plane, with the data on top.

    Blue is class 1, orange class 0, white undecided: twice the probability of class 1, less one.
    With more than two classes every place has the colour of the likeliest class, as strong as its
    probability is above chance. For regression the colour is the value, over the targets' range.
    """

    tags = ("points",)
    order = 20
    resolution: Annotated[int, control(ge=8, le=400, unit="cells")] = 100
    """Cells along one side."""
    discretize: bool = False
    """Show the decision only, not how sure it is; values in eight bands."""
    show_validation: bool = True
    """Draw the validation points as well."""

    def figures(self, subject: Subject) -> Iterator[HeatmapFigure]:
        """Yield the map."""
        only_for(subject, "points", "output")
        raster = Raster(extent_of(subject.data), self.resolution)
        maps = signed_output(subject, answers(subject.module, raster))  # (cells, maps)
        if not subject.data.classes:
            yield self._values(subject, maps[:, 0])
        elif maps.shape[1] == 1:
            yield self._two_classes(subject, maps[:, 0])
        else:
            yield self._classes(subject, maps)

    def _two_classes(self, subject: Subject, signed: Tensor) -> HeatmapFigure:
        positive = float((signed >= 0).float().mean())
        if self.discretize:
            signed = torch.where(signed >= 0, 1.0, -1.0)
        figure = self._figure(subject, self._cells(signed, -1, 1))
        return figure.model_copy(
            update={
                "alt": f"Map of the plane: {percent(positive)} of it is blue (positive), the rest "
                f"orange (negative).",
                "facts": {"step": subject.step, "positive share": positive},
            }
        )

    def _values(self, subject: Subject, signed: Tensor) -> HeatmapFigure:
        low, high = target_range(subject.data)
        if self.discretize:
            band = ((signed + 1) / 2 * VALUE_BANDS).floor().clamp(0, VALUE_BANDS - 1)
            signed = (band + 0.5) / VALUE_BANDS * 2 - 1
        figure = self._figure(subject, self._cells(signed, -1, 1))
        return figure.model_copy(
            update={
                "alt": f"Map of the plane: the value given, from orange at {low:.3g} to blue at "
                f"{high:.3g}.",
                "low": low,
                "high": high,
            }
        )

    def _classes(self, subject: Subject, signed: Tensor) -> HeatmapFigure:
        names = subject.data.classes
        sure, labels = ((signed + 1) / 2).max(dim=1)  # (cells, classes) -> (cells,) twice
        strength = (sure * len(names) - 1) / (len(names) - 1)  # 0 at chance, 1 where certain
        if self.discretize:
            strength = torch.ones_like(strength)
        shares = torch.bincount(labels, minlength=len(names)) / len(labels)
        parts = ", ".join(
            f"{name} {percent(float(share))}" for name, share in zip(names, shares, strict=True)
        )
        figure = self._figure(subject, self._cells(strength, 0, 1))
        return figure.model_copy(
            update={
                "alt": f"Map of the plane by the likeliest class: {parts}.",
                "low": 0,
                "scale": "magnitude",
                "labels": self._square(labels),
                "classes": names,
            }
        )

    def _figure(self, subject: Subject, values: Array) -> HeatmapFigure:
        return HeatmapFigure(
            title="Output",
            facts={"step": subject.step},
            values=values,
            low=-1,
            high=1,
            smooth=not self.discretize,
            x=X,
            y=Y,
            extent=extent_of(subject.data),
            points=scatter_of(subject.data, held_out=self.show_validation),
        )

    def _cells(self, values: Tensor, low: float, high: float) -> Array:
        one = torch.ones(1, device=values.device)
        return self._square(quantised(values.unsqueeze(0), low=low * one, high=high * one))

    def _square(self, cells: Tensor) -> Array:
        # (cells,) or (1, cells) -> (resolution, resolution)
        return array_of(cells.reshape(self.resolution, self.resolution), "u1")
