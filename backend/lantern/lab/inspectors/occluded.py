"""What a class loses when a window of the input is covered: occlusion by hand."""

from collections.abc import Iterator
from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.arrays import images_of
from lantern.lab.given import require_class
from lantern.lab.inspectors._judgement import Judgement, judgement_of, only_for
from lantern.lab.kinds import Inspector
from lantern.lab.scores import Scores
from lantern.lab.subject import Subject
from lantern.lab.wording import class_name, fact, percent
from lantern.protocol.figures import ImagesFigure
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError


class Occluded(Inspector, name="occluded", title="Occlusion by hand"):
    """How much of a class's score goes when one window of the input is covered.

    One position of what the occlusion method averages over. Zeiler and Fergus (2013),
    arXiv:1311.2901.
    """

    tags = ("images",)
    order = 126
    left: Annotated[int, control(ge=0, le=4096, unit="px")] = 0
    """First column that is covered."""
    top: Annotated[int, control(ge=0, le=4096, unit="px")] = 0
    """First row that is covered."""
    side: Annotated[int, control(ge=1, le=4096, unit="px")] = 4
    """Side of the square window; what reaches over the border is cut off."""
    brightness: Annotated[float, control(ge=0, le=1)] = 0.0
    """Brightness it covers with."""
    target: Annotated[int | None, control(ge=0, le=100_000, widget="class")] = None
    """The class; the predicted one of the whole input where none is given."""
    slot: Annotated[int, control(ge=0, le=63, widget="input")] = 0
    """The input."""

    def figures(self, subject: Subject) -> Iterator[ImagesFigure]:
        """Yield the covered input, with the scores before and after in the facts."""
        only_for(subject, "images", "occluded")
        inputs, truth = subject.resolve(self.slot)  # (1, c, h, w)
        pair = torch.cat([inputs, self._covered(inputs)])  # (2, c, h, w)
        model = Scores(subject.module)
        with torch.no_grad():
            scores = model(pair)  # (2, classes)
            outputs = subject.module(pair)
        before, after = (
            judgement_of(subject, pair[at : at + 1], truth, outputs[at : at + 1]) for at in (0, 1)
        )
        target = before.predicted if self.target is None else self.target
        require_class(model, inputs, target)
        yield self._figure(subject, (before, after), scores[:, target], target)

    def _covered(self, inputs: Tensor) -> Tensor:
        self._check(*inputs.shape[2:])
        covered = inputs.clone()
        rows = slice(self.top, self.top + self.side)
        covered[:, :, rows, self.left : self.left + self.side] = self.brightness
        return covered

    def _check(self, height: int, width: int) -> None:
        """Refuse a window that covers nothing of the input."""
        for field, first, length in (("left", self.left, width), ("top", self.top, height)):
            if first >= length:
                raise ProblemError(
                    f"{field}: a window that begins at pixel {first} covers nothing of an input "
                    f"of {width}x{height}; {length - 1} is the last.",
                    field=field,
                )

    def _figure(
        self, subject: Subject, pair: tuple[Judgement, Judgement], scores: Tensor, target: int
    ) -> ImagesFigure:
        before, after = pair
        logits = [float(score) for score in scores]
        shares = [float(each.probabilities[target]) for each in pair]
        name = class_name(before.classes, target)
        return ImagesFigure(
            title="Covered by hand",
            caption=f"class {name}: {percent(shares[0])}, covered {percent(shares[1])}",
            alt=f"The input with {self.side} x {self.side} pixels covered from row {self.top}, "
            f"column {self.left}: the probability of {name} goes from {percent(shares[0])} to "
            f"{percent(shares[1])}.",
            facts={
                "target": name,
                "logit before": fact(logits[0]),
                "logit covered": fact(logits[1]),
                "loss": fact(logits[0] - logits[1]),
                "probability before": shares[0],
                "probability covered": shares[1],
                "predicted": before.name,
                "predicted covered": after.name,
                "step": subject.step,
                "mode": "eval",
            },
            images=images_of(after.inputs, scale="pixels"),
        )
