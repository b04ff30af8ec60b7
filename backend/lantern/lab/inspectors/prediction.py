"""The prediction for one input."""

from collections.abc import Iterator
from typing import Annotated

import torch

from lantern.lab.arrays import array_of
from lantern.lab.inspectors._judgement import judged
from lantern.lab.inspectors._samples import in_slot
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.lab.wording import fact
from lantern.protocol.figures import BarsFigure
from lantern.protocol.model import control


class Prediction(Inspector, name="prediction", title="Prediction"):
    """What the network says of the input in a slot: one bar for each class.

    In regression there are two: the value it says, and the true one.
    """

    tags = ("points", "images")
    order = 30
    slot: Annotated[int, control(ge=0, le=63, widget="input")] = 0
    """The input that is judged."""

    def figures(self, subject: Subject) -> Iterator[BarsFigure]:
        """Yield the bars."""
        if not subject.data.classes:
            yield _values(subject, self.slot)
            return
        judgement = judged(subject, self.slot)
        yield BarsFigure(
            title="Prediction",
            caption=judgement.sentence,
            alt=f"Bars for {len(judgement.probabilities)} classes: {judgement.sentence}.",
            facts={"step": subject.step, **judgement.facts},
            labels=judgement.classes,
            values=array_of(judgement.probabilities),
            unit="%",
            highlight=judgement.predicted,
        )


def _values(subject: Subject, slot: int) -> BarsFigure:
    inputs, targets, _ = in_slot(subject, slot)
    with torch.no_grad():
        said, true = float(subject.loss.prediction(subject.module(inputs))[0]), float(targets[0])
    values = torch.tensor([said, true]).nan_to_num(0.0)
    return BarsFigure(
        title="Prediction",
        caption=f"predicted {said:.3g}, true {true:.3g}",
        alt=f"Two bars: {said:.3g} is predicted, {true:.3g} is true.",
        facts={"step": subject.step, "predicted": fact(said), "true": fact(true)},
        labels=("predicted", "true"),
        values=array_of(values),
        low=min(0.0, float(values.min())),
        high=max(1e-6, float(values.max())),
        highlight=0,
    )
