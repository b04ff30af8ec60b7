"""The prediction for one input."""

from collections.abc import Iterator
from typing import Annotated

from lantern.lab.arrays import array_of
from lantern.lab.inspectors._judgement import judged
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.protocol.figures import BarsFigure
from lantern.protocol.model import control


class Prediction(Inspector, name="prediction", title="Prediction"):
    """What the network says of the input in a slot: one bar for each class."""

    tags = ("points", "images")
    order = 30
    slot: Annotated[int, control(ge=0, le=63, widget="input")] = 0
    """The input that is judged."""

    def figures(self, subject: Subject) -> Iterator[BarsFigure]:
        """Yield the bars."""
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
