"""What all views of an attribution share: who is asked what, and how the answer is told."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from pydantic import JsonValue
from torch import Tensor
from torch.nn import functional

from lantern.lab.explaining import method_of
from lantern.lab.given import require_class
from lantern.lab.inspectors._judgement import Judgement, judgement_of, only_for
from lantern.lab.kinds import Attribution
from lantern.lab.places import Place, place_of
from lantern.lab.questions import Explanation, Question
from lantern.lab.scores import Scores
from lantern.lab.subject import Progress, Subject
from lantern.lab.wording import class_name, fact, sized
from lantern.protocol.views import InputRef

Facts = dict[str, str | float | int]
GAP_TO_WARN_OF = 5.0
"""Completeness gap, in percent."""
BACKGROUND = 32
"""Training samples that methods compare with."""


@dataclass(frozen=True)
class Wish:
    """What is to be explained, as it was asked."""

    method: str
    params: dict[str, JsonValue]
    layer: str = ""
    target: int | None = None
    input: int | InputRef = 0
    """A slot, or the input itself."""


@dataclass(frozen=True)
class Case:
    """What was asked, resolved."""

    subject: Subject
    model: Scores
    judgement: Judgement
    target: int
    method: Attribution
    place: Place | None
    """Where the maps lie that are explained, for methods that look at a layer."""

    @property
    def inputs(self) -> Tensor:
        """(1, c, h, w)."""
        return self.judgement.inputs

    @property
    def class_name(self) -> str:
        """Name of the class that is explained."""
        return class_name(self.judgement.classes, self.target)

    def question(self, model: Scores) -> Question:
        """Return what the method is asked, of this model or another of the same layers."""
        layer = self.place.path if self.place and not self.place.at_input else None
        background = _background(self.subject) if self.method.contrasted else None
        return Question(model, self.inputs, self.target, layer, background)

    def explained(self, model: Scores | None = None) -> Iterator[Progress | Explanation]:
        """Yield Progress and explanations of the model, the last one whole."""
        yield from self.method.progressive(self.question(model or self.model))


def case_of(subject: Subject, wish: Wish) -> Case:
    """Return the case, or raise a ProblemError that names the field."""
    only_for(subject, "images", "attribution")
    method = method_of(Attribution, wish.method, wish.params)
    model = Scores(subject.module)
    inputs, truth = subject.resolve(wish.input)
    with torch.no_grad():
        judgement = judgement_of(subject, inputs, truth, subject.module(inputs))
    target = judgement.predicted if wish.target is None else wish.target
    require_class(model, inputs, target)
    place = place_of(model, inputs, wish.layer or None) if method.layered else None
    model.seen = 0
    return Case(subject, model, judgement, target, method, place)


def _background(subject: Subject) -> Tensor:
    split = subject.data.train
    by = subject.generator("background")
    chosen = torch.randint(len(split), (BACKGROUND,), generator=by)
    inputs, _ = split.batch(chosen.to(split.targets.device))
    return inputs.to(subject.device)


def single_map(case: Case, scores: Tensor) -> Tensor:
    """Return (1, 1, h', w'): what all colours of a pixel say together."""
    scores = scores.detach().float().cpu()  # (1, c, h', w')
    return scores.mean(1, keepdim=True) if case.method.joint else scores.sum(1, keepdim=True)


def over_input(case: Case, single: Tensor) -> Tensor:
    """Return the map at the size of the input, (1, 1, h, w)."""
    size = case.inputs.shape[2:]
    if single.shape[2:] == size:
        return single
    return functional.interpolate(single, size=size, mode="bilinear", align_corners=False)


def arguments_of(method: Attribution) -> str:
    """Return the resolved arguments of a method as JSON."""
    return json.dumps(method.model_dump(mode="json"), sort_keys=True)


def facts_of(case: Case, explanation: Explanation) -> Facts:
    """Return what makes the explanation reproducible, and how far to trust it."""
    seen = case.model.seen
    logit = float(case.question(case.model).scores(case.inputs)[0])
    arguments = {
        "seed of the method" if name == "seed" else name: str(value)
        for name, value in case.method.model_dump().items()
    }
    facts: Facts = {
        "method": case.method.name,
        **arguments,
        "target": case.class_name,
        "target logit": fact(logit),
        "target probability": float(case.judgement.probabilities[case.target]),
        **case.judgement.facts,
        "step": case.subject.step,
        "seed": case.subject.experiment.seed,
        "mode": "eval",
        "forward passes": seen,
    }
    if case.place:
        facts["layer"], facts["maps of"] = case.place.path, case.place.maps_of
    case.model.seen = seen
    return facts | {name: fact(value) for name, value in explanation.checks.items()}


def warnings_of(case: Case, explanation: Explanation) -> tuple[str, ...]:
    """Return what a reader must know before trusting it."""
    warnings, scores = list(explanation.cautions), explanation.scores
    gap = explanation.checks.get("completeness gap (%)", 0.0)
    if gap > GAP_TO_WARN_OF:
        more = {"steps", "samples"} & set(type(case.method).model_fields)
        advice = f": take more {more.pop()}." if more else "."
        warnings.append(f"The scores miss what they explain by {gap:.0f} %{advice}")
    if not bool(scores.isfinite().all()):
        warnings.append("Some scores are not numbers and are shown as 0.")
    elif not bool(scores.any()):
        warnings.append("All scores are 0: nothing here speaks for the class.")
    if scores.shape[-1] < case.inputs.shape[-1] / 2:
        warnings.append(
            f"The map has only {sized(scores.shape[2:])} cells, so it points roughly; an earlier "
            "layer sees finer."
        )
    return tuple(warnings)
