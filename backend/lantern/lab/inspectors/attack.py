"""A small change that makes the network err."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import torch
from pydantic import JsonValue
from torch import Tensor

from lantern.lab.arrays import array_of, quantised
from lantern.lab.explaining import method_of
from lantern.lab.inspectors._judgement import Judgement, judged, judgement_of, only_for
from lantern.lab.kinds import Attack, Inspector
from lantern.lab.scores import Scores
from lantern.lab.subject import Subject
from lantern.lab.wording import class_name
from lantern.protocol.figures import BarsFigure, Images, ImagesFigure
from lantern.protocol.model import control


@dataclass(frozen=True)
class Case:
    """An input before and after."""

    subject: Subject
    method: Attack
    before: Judgement
    after: Judgement
    label: int

    @property
    def change(self) -> Tensor:
        """(1, c, h, w) on the CPU."""
        return (self.after.inputs - self.before.inputs).cpu()

    @property
    def facts(self) -> dict[str, str | float | int]:
        """Method, arguments, size of the change, and whether it fooled the network."""
        was_right = self.before.predicted == self.label
        return {
            "method": self.method.name,
            **{name: str(value) for name, value in self.method.model_dump().items()},
            "class attacked": class_name(self.before.classes, self.label),
            "before": self.before.name,
            "after": self.after.name,
            "probability after": float(self.after.probabilities[self.after.predicted]),
            "linf": float(self.change.abs().amax()),
            "l2": float(self.change.norm()),
            "fooled": "yes" if was_right and self.after.predicted != self.label else "no",
            "step": self.subject.step,
            "seed": self.subject.experiment.seed,
        }

    @property
    def warnings(self) -> tuple[str, ...]:
        """What makes the outcome mean less than it seems."""
        if self.before.truth is None:
            return ("The true class is not known, so the predicted one is attacked.",)
        if self.before.predicted != self.label:
            return ("The network is wrong about the unchanged input already.",)
        if not bool(self.change.any()):
            return ("The gradient is 0 everywhere or the bound is 0, so nothing changed.",)
        return ()


class Attacked(Inspector, name="attack", title="Attack"):
    """A change of the input, small to the eye, that raises the loss, by one of the attacks.

    Shown are the input, the change (grey where there is none) and the changed input, and what the
    network says of it. Pixels stay within black and white.
    """

    tags = ("images",)
    order = 130
    method: Annotated[str, control(min_length=1, max_length=64, widget="attack")] = "fgsm"
    """How the input is changed."""
    method_params: Annotated[dict[str, JsonValue], control(widget="params")] = {}  # noqa: RUF012
    """Parameters of the method."""
    slot: Annotated[int, control(ge=0, le=63, widget="input")] = 0
    """The input that is changed."""

    def figures(self, subject: Subject) -> Iterator[ImagesFigure | BarsFigure]:
        """Yield the three pictures, then the bars."""
        only_for(subject, "images", "attack")
        method = method_of(Attack, self.method, self.method_params)
        before = judged(subject, self.slot)
        label = before.predicted if before.truth is None else before.truth
        labels = torch.tensor([label], device=subject.device)
        moved = method.perturb(Scores(subject.module), before.inputs, labels)
        with torch.no_grad():
            outputs = subject.module(moved)
        after = judgement_of(subject, moved, before.truth, outputs)
        case = Case(subject, method, before, after, label)
        yield _pictures(case)
        yield _bars(case)


def _pictures(case: Case) -> ImagesFigure:
    change = case.change
    most = change.abs().amax()
    largest = f"{float(most):.3g}"
    return ImagesFigure(
        title=case.method.title,
        caption=case.after.sentence,
        alt=f"Input ({case.before.sentence}), change of at most {largest} per pixel, changed input "
        f"({case.after.sentence}).",
        facts=case.facts,
        warnings=case.warnings,
        images=_stack(case.before.inputs, change, case.after.inputs),
        labels=(
            f"input: {case.before.sentence}",
            f"change, at most {largest}",
            f"changed: {case.after.sentence}",
        ),
        columns=3,
    )


def _stack(before: Tensor, change: Tensor, after: Tensor) -> Images:
    pictures = torch.cat([before.cpu(), change, after.cpu()])  # (3, c, h, w)
    most = float(change.abs().amax())
    low, high = torch.tensor([0.0, -most, 0.0]), torch.tensor([1.0, most, 1.0])
    if most == 0:
        low[1], high[1] = -1.0, 1.0  # so that no change is grey, not black
    return Images(
        values=array_of(quantised(pictures, low=low, high=high), "u1"),
        low=array_of(low),
        high=array_of(high),
        scale="pixels",
    )


def _bars(case: Case) -> BarsFigure:
    return BarsFigure(
        title="Prediction after the change",
        caption=case.after.sentence,
        alt=f"Bars for {len(case.after.probabilities)} classes: {case.after.sentence}, "
        f"before {case.before.sentence}.",
        facts=case.facts,
        warnings=case.warnings,
        labels=case.after.classes,
        values=array_of(case.after.probabilities),
        unit="%",
        highlight=case.after.predicted,
    )
