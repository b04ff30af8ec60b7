"""A small change that makes the network err."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

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
            return ("It is wrong about the unchanged input already.",)
        if not bool(self.change.any()):
            return ("The gradient is 0 everywhere or the bound is 0, so nothing changed.",)
        return ()


class Attacked(Inspector, name="attack", title="Attack"):
    """A change of the input, small to the eye, that raises the loss, by one of the attacks.

    Shown are the input and the changed input with what the network says of them, then the change
    between them, and its answers before and after. Pixels stay within black and white.
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
        """Yield both pictures, the change, and the bars before and after."""
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
        yield _change(case)
        yield _bars(case, case.before, "Prediction before the change")
        yield _bars(case, case.after, "Prediction after the change")


def _pictures(case: Case) -> ImagesFigure:
    before, after = case.before, case.after
    return ImagesFigure(
        title=case.method.title,
        caption=after.sentence,
        alt=f"Input ({before.sentence}) and changed input ({after.sentence}).",
        facts=case.facts,
        warnings=case.warnings,
        images=_stack(torch.cat([before.inputs, after.inputs]).cpu(), 0.0, 1.0, "pixels"),
        labels=(f"input: {_short(before)}", f"changed: {_short(after)}"),
        columns=2,
    )


def _short(judgement: Judgement) -> str:
    """Return what fits below a small picture, such as `frog, 60.2 %`."""
    return judgement.sentence.removeprefix("predicted ")


def _change(case: Case) -> ImagesFigure:
    """Return the change on the signed scale; where there are colours, their mean is signed too."""
    colours = case.change.shape[1] > 1
    change = case.change.mean(1, keepdim=True)  # (1, 1, h, w)
    most = float(change.abs().amax())
    largest = f"at most {float(case.change.abs().amax()):.3g}"
    mean = ", as the mean of its colours" if colours else ""
    return ImagesFigure(
        title="Change",
        caption=largest,
        alt=f"The change of {largest} per pixel{mean}.",
        facts=case.facts,
        images=_stack(change, -(most or 1.0), most or 1.0, "signed"),
        labels=("change: mean of colours" if colours else f"change: {largest}",),
        columns=1,
    )


def _stack(pictures: Tensor, low: float, high: float, scale: Literal["pixels", "signed"]) -> Images:
    """Return pictures (n, c, h, w) that share a range."""
    ends = torch.full((len(pictures),), low), torch.full((len(pictures),), high)
    return Images(
        values=array_of(quantised(pictures, low=ends[0], high=ends[1]), "u1"),
        low=array_of(ends[0]),
        high=array_of(ends[1]),
        scale=scale,
    )


def _bars(case: Case, judgement: Judgement, title: str) -> BarsFigure:
    return BarsFigure(
        title=title,
        caption=judgement.sentence,
        alt=f"Bars for {len(judgement.probabilities)} classes: {judgement.sentence}.",
        facts=case.facts,
        warnings=case.warnings,
        labels=judgement.classes,
        values=array_of(judgement.probabilities),
        unit="%",
        highlight=judgement.predicted,
    )
