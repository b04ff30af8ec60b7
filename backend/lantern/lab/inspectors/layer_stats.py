"""What the units of every layer put out, as a few numbers and a histogram, cheap enough to watch.

The histogram as one column of colours per step is the colour-dimension picture of fastai
(Howard, Gugger: Deep Learning for Coders, 2020, chapter 13).
"""

import math
from collections.abc import Iterator, Sequence
from typing import Annotated

from lantern.lab.capture import traced
from lantern.lab.inspectors._histograms import histogram_of
from lantern.lab.inspectors._samples import first_of_training
from lantern.lab.inspectors._units import Units, named_units, spread
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.lab.wording import fact, percent
from lantern.protocol.figures import Axis, HistogramFigure, TableFigure
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

MOST = 8
"""Layers that are looked at where none is named: more than that cannot be told apart."""
BINS = (16, 64)
"""Of a histogram, least and most: as many as the square root of its numbers, in between."""


class LayerStats(Inspector, name="layer_stats", title="Layer statistics"):
    """Mean, standard deviation and histogram of what each layer puts out, for a few samples.

    Taken behind the non-linearity, over the first training samples in eval mode. Dead is the share
    of units (channels) that are zero for all of them, and so at least the share that is zero for
    every sample there is; saturated the share of tanh or sigmoid outputs within 1 % of their
    limits. The numbers are few on purpose: whole batches would cost half a training step.
    """

    tags = ("points", "images")
    order = 96
    samples: Annotated[int, control(ge=1, le=256, scale="log")] = 16
    """How many training samples, from the first on; fewer where the network is large."""
    layers: tuple[str, ...] = ()
    """Which layers; up to 8 of them, evenly spaced, where none is named."""

    def figures(self, subject: Subject) -> Iterator[TableFigure | HistogramFigure]:
        """Yield one row for each layer, and then the histograms of the same layers."""
        inputs, _ = first_of_training(subject, self.samples)
        calls, _ = traced(subject.module, inputs)
        units = named_units(calls)
        chosen = [units[path] for path in self._paths(tuple(units))]
        yield _table(chosen, subject.step, len(inputs))
        yield _histograms(chosen, subject.step, len(inputs))

    def _paths(self, known: Sequence[str]) -> Sequence[str]:
        if not self.layers:
            return spread(known, MOST)
        for path in self.layers:
            if path not in known:
                raise ProblemError(
                    f"layers: there is no layer {path!r} with weights; there are "
                    f"{', '.join(known)}.",
                    field="layers",
                )
        return [path for path in known if path in self.layers]


def _table(chosen: Sequence[Units], step: int, samples: int) -> TableFigure:
    rows = tuple(_row(units) for units in chosen)
    said = ", ".join(f"{row[0]} {row[1]} ± {row[2]}" for row in rows)
    return TableFigure(
        title="Layer statistics",
        caption=f"{samples} training samples",
        alt=f"Mean and standard deviation of {len(rows)} layers over {samples} samples: {said}.",
        facts={"step": step, "samples": samples},
        columns=("layer", "mean", "deviation", "dead", "saturated"),
        rows=rows,
    )


def _row(units: Units) -> tuple[str | float | None, ...]:
    """Return path, mean and standard deviation (of the population), dead and saturated shares."""
    values = units.outputs.float()
    mean, deviation = fact(float(values.mean())), fact(float(values.std(correction=0)))
    return units.path, mean, deviation, units.dead, units.saturated


def _histograms(chosen: Sequence[Units], step: int, samples: int) -> HistogramFigure:
    dead = {units.path: units.dead for units in chosen if units.dead is not None}
    silent = ", ".join(f"{path} {percent(share)}" for path, share in dead.items()) or "none"
    return HistogramFigure(
        title="Activations",
        caption=f"{samples} training samples",
        alt=f"Histograms of the activations of {len(chosen)} layers over {samples} samples; "
        f"units that are zero for all of them: {silent}.",
        facts={"step": step, "samples": samples},
        x=Axis(label="activation"),
        series=tuple(histogram_of(each.path, each.outputs, _bins(each)) for each in chosen),
    )


def _bins(units: Units) -> int:
    least, most = BINS
    return max(least, min(most, math.isqrt(units.outputs.numel())))
