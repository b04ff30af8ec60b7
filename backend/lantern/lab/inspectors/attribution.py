"""Why it decided so: an attribution of one input."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import torch
from pydantic import JsonValue
from torch import Tensor
from torch.nn import functional

from lantern.lab.arrays import array_of, images_of
from lantern.lab.capture import convolution_call, settled, traced
from lantern.lab.explain import method_of, require_class
from lantern.lab.inspectors._judgement import Judgement, judged, only_for
from lantern.lab.kinds import Attribution, Inspector
from lantern.lab.scores import Scores
from lantern.lab.subject import Progress, Subject
from lantern.lab.wording import class_name, fact, finite, sized
from lantern.protocol.figures import HeatmapFigure, ImagesFigure
from lantern.protocol.model import control

Facts = dict[str, str | float | int]
GAP_TO_WARN_OF = 5.0
"""Completeness gap, in percent."""


@dataclass(frozen=True)
class Case:
    """What was asked, resolved."""

    subject: Subject
    model: Scores
    judgement: Judgement
    target: int
    method: Attribution
    layer: tuple[str, str] | None
    """Path of the convolution and of what follows it, whose maps are explained."""
    checks: dict[str, float]
    """What tells how far to trust the scores."""

    @property
    def class_name(self) -> str:
        """Name of the class that is explained."""
        return class_name(self.judgement.classes, self.target)


class Attributed(Inspector, name="attribution", title="Explain"):
    """Which parts of an input speak for a class, by one of the attribution methods.

    The first figure lies over the input: blue speaks for the class, orange against it. The second
    holds the raw numbers at the method's own resolution.
    """

    tags = ("images",)
    order = 120
    method: Annotated[str, control(min_length=1, max_length=64, widget="attribution")] = "saliency"
    """How the decision is explained."""
    method_params: Annotated[dict[str, JsonValue], control(widget="params")] = {}  # noqa: RUF012
    """Parameters of the method."""
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The convolution to look at, for methods that look at one; the last where none is named."""
    target: Annotated[int | None, control(ge=0, le=100_000, widget="class")] = None
    """The class to explain; the predicted one where none is given."""
    slot: Annotated[int, control(ge=0, le=63, widget="input")] = 0
    """The input to explain."""

    @property
    def runs_long(self) -> bool:
        """Whether its method takes many evaluations."""
        found = Attribution.registry.get(self.method)
        return found is not None and found.long

    def figures(self, subject: Subject) -> Iterator[ImagesFigure | HeatmapFigure | Progress]:
        """Yield the map over the input, then the raw scores."""
        only_for(subject, "images", "attribution")
        method = method_of(Attribution, self.method, self.method_params)
        model = Scores(subject.module)
        judgement = judged(subject, self.slot)
        target = judgement.predicted if self.target is None else self.target
        require_class(model, judgement.inputs, target)
        layer = self._layer(method, model, judgement.inputs)
        steps = method.progressive(model, judgement.inputs, target, layer and layer[0])
        for found in steps:
            if isinstance(found, Progress):
                yield found
            else:
                checks = method.checks(model, judgement.inputs, target, found)
                case = Case(subject, model, judgement, target, method, layer, checks)
                yield from _shown(case, found)

    def _layer(self, method: Attribution, model: Scores, inputs: Tensor) -> tuple[str, str] | None:
        if not method.layered:
            return None
        calls, _ = traced(model, inputs)
        index = convolution_call(calls, self.layer)
        return calls[index].path, settled(calls, index).path


def _shown(case: Case, scores: Tensor) -> Iterator[ImagesFigure | HeatmapFigure]:
    scores = scores.detach().float().cpu()  # (1, c, h, w)
    inputs = case.judgement.inputs.detach().cpu()
    single = scores.sum(1, keepdim=True)  # (1, 1, h, w): what all colours of a pixel say together
    size = inputs.shape[2:]
    over = single
    if single.shape[2:] != size:
        over = functional.interpolate(single, size=size, mode="bilinear", align_corners=False)
    title = case.method.title
    facts, warnings = _facts(case), _warnings(case, scores)
    scale = "signed" if case.method.signed else "magnitude"
    yield ImagesFigure(
        title=title,
        caption=_caption(case),
        alt=_alt(case, over),
        facts=facts,
        warnings=warnings,
        images=images_of(over, scale=scale),
        underlay=images_of(inputs, scale="pixels"),
    )
    limit = finite(float(single.abs().max()), 0.0) or 1.0
    yield HeatmapFigure(
        title=f"{title}, raw scores",
        caption=sized(single.shape[2:]),
        alt=_alt(case, single),
        facts=facts,
        warnings=warnings,
        values=array_of(single[0, 0].nan_to_num(0, 0, 0)),
        low=-limit if case.method.signed else 0.0,
        high=limit,
        scale=scale,
    )


def _caption(case: Case) -> str:
    if case.layer:
        return f"class {case.class_name}, layer {case.layer[0]}"
    return f"class {case.class_name}"


def _alt(case: Case, scores: Tensor) -> str:
    row, column = divmod(int(scores[0, 0].argmax()), scores.shape[3])
    return (
        f"{case.method.title} for class {case.class_name}, {sized(scores.shape[2:])}: scores from "
        f"{float(scores.min()):.3g} to {float(scores.max()):.3g}, the highest in row {row}, "
        f"column {column}."
    )


def _facts(case: Case) -> Facts:
    with torch.no_grad():
        logit = float(case.model(case.judgement.inputs)[0, case.target])
    facts: Facts = {
        "method": case.method.name,
        **{name: str(value) for name, value in case.method.model_dump().items()},
        "target": case.class_name,
        "target logit": fact(logit),
        "target probability": float(case.judgement.probabilities[case.target]),
        **case.judgement.facts,
        "step": case.subject.step,
        "seed": case.subject.experiment.seed,
    }
    if case.layer:
        facts["layer"], facts["maps of"] = case.layer
    return facts | {name: fact(value) for name, value in case.checks.items()}


def _warnings(case: Case, scores: Tensor) -> tuple[str, ...]:
    warnings = []
    gap = case.checks.get("completeness gap (%)", 0.0)
    if gap > GAP_TO_WARN_OF:
        warnings.append(f"The scores miss what they explain by {gap:.0f} %: take more steps.")
    if not bool(scores.isfinite().all()):
        warnings.append("Some scores are not numbers and are shown as 0.")
    elif not bool(scores.any()):
        warnings.append("All scores are 0: nothing here speaks for the class.")
    side = scores.shape[-1]
    if case.layer and side < case.judgement.inputs.shape[-1] / 2:
        warnings.append(
            f"The map has only {sized(scores.shape[2:])} cells, so it points roughly; an earlier "
            "layer sees finer."
        )
    return tuple(warnings)
