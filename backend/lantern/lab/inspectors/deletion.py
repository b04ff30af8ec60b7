"""Do the pixels that an explanation names decide: deletion and insertion curves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Literal

import torch
from pydantic import Field, JsonValue
from torch import Tensor

from lantern.lab.arrays import array_of
from lantern.lab.inspectors._explaining import Case, Facts, Wish, case_of, over_input, single_map
from lantern.lab.inspectors._judgement import only_for
from lantern.lab.inspectors._pixel_game import Game, area, blurred, random_order
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Progress, Subject
from lantern.protocol.figures import Axis, LinesFigure, Series, TableFigure
from lantern.protocol.model import control
from lantern.protocol.problems import Problem, ProblemError

Name = Annotated[str, Field(min_length=1, max_length=64)]
RANDOM_ORDERS = 5


@dataclass
class Curves:
    """What was found so far, by method."""

    deletion: dict[str, Tensor] = field(default_factory=dict)
    """Probability after each step, (steps + 1,)."""
    insertion: dict[str, Tensor] = field(default_factory=dict)
    layers: dict[str, str] = field(default_factory=dict)
    """Which layer's maps were looked at, for methods that look at one."""
    refused: list[str] = field(default_factory=list)


class Deletion(Inspector, name="deletion", title="Deletion and insertion"):
    """How the class's probability falls as the pixels named first are covered, and rises as they
    come back.

    A good explanation has a small area under the deletion curve and a large one under the insertion
    curve; compare with the random order. Petsiuk, Das and Saenko (2018), arXiv:1806.07421.
    """

    tags = ("images", "long")
    order = 124
    long = True
    live = False
    methods: Annotated[tuple[Name, ...], control(min_length=1, max_length=8)] = (
        "saliency",
        "integrated_gradients",
        "occlusion",
    )
    """The attribution methods to compare."""
    method_params: Annotated[dict[str, dict[str, JsonValue]], control(widget="params")] = {}  # noqa: RUF012
    """Parameters of each method, by its name."""
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The layer whose maps are looked at, for methods that look at one; the last by default."""
    target: Annotated[int | None, control(ge=0, le=100_000, widget="class")] = None
    """The class; the predicted one where none is given."""
    slot: Annotated[int, control(ge=0, le=63, widget="input")] = 0
    """The input."""
    steps: Annotated[int, control(ge=2, le=224)] = 28
    """Parts in which the pixels go or come."""
    baseline: Annotated[float, control(ge=0, le=1)] = 0.0
    """Brightness of a pixel that was taken away."""
    start: Literal["blurred", "blank"] = "blurred"
    """What pixels are inserted into: the blurred input, or one of that brightness."""
    blur: Annotated[float, control(ge=0.5, le=20, unit="px")] = 5.0
    """Standard deviation of the blur."""

    def figures(self, subject: Subject) -> Iterator[LinesFigure | TableFigure | Progress]:
        """Yield the curves so far and their areas, method by method."""
        only_for(subject, "images", "deletion")
        subject.resolve(self.slot)  # what is wrong with the input is no fault of a method
        curves, case = Curves(), None
        for index, name in enumerate(self.methods):
            try:
                case = self._case(subject, name)
                yield from self._measured(case, curves, index)
            except ProblemError as refused:
                if len(self.methods) == 1:
                    raise
                curves.refused.append(f"{name} is left out: {_reason(refused.problem)}")
        if case is None or not curves.deletion:
            raise ProblemError(" ".join(curves.refused), field="methods")
        self._add_random(case, curves)
        yield Progress(1.0, "all curves are drawn")
        yield from self._shown(case, curves)

    def _case(self, subject: Subject, name: str) -> Case:
        params = self.method_params.get(name, {})
        return case_of(subject, Wish(name, params, self.layer, self.target, self.slot))

    def _measured(self, case: Case, curves: Curves, index: int) -> Iterator[Progress]:
        scores = None
        for step in case.explained():
            if isinstance(step, Progress):
                done = (index + step.fraction) / len(self.methods)
                yield Progress(done, f"{case.method.title}: {step.sentence}")
            else:
                scores = step.scores
        assert scores is not None  # every method ends with an explanation
        single = over_input(case, single_map(case, scores)).nan_to_num(0, 0, 0)
        order = single.flatten().argsort(descending=True, stable=True)
        self._add(case, curves, case.method.title, order)
        if case.place is not None:
            curves.layers[case.method.title] = case.place.path
        yield Progress((index + 1) / len(self.methods), f"{case.method.title}: done")

    def _add(self, case: Case, curves: Curves, title: str, order: Tensor) -> None:
        game = Game(case.subject, case.target, self.steps)
        blank = torch.full_like(case.inputs, self.baseline)
        base = blurred(case.inputs, self.blur) if self.start == "blurred" else blank
        curves.deletion[title] = game.played(case.inputs, blank, order)
        curves.insertion[title] = game.played(base, case.inputs, order)

    def _add_random(self, case: Case, curves: Curves) -> None:
        tries = Curves()
        for number in range(RANDOM_ORDERS):
            self._add(case, tries, str(number), random_order(case.subject, case.inputs, number))
        curves.deletion["random order"] = torch.stack(list(tries.deletion.values())).mean(0)
        curves.insertion["random order"] = torch.stack(list(tries.insertion.values())).mean(0)

    def _shown(self, case: Case, curves: Curves) -> Iterator[LinesFigure | TableFigure]:
        facts: Facts = {
            "target": case.class_name,
            **case.judgement.facts,
            "steps of the curve": self.steps,
            "pixels taken away become": self.baseline,
            "inserted into": self.start,
            "step": case.subject.step,
            "seed": case.subject.experiment.seed,
            "mode": "eval",
            **{f"layer of {title}": path for title, path in curves.layers.items()},
        }
        rows = tuple(
            (title, area(curves.deletion[title]), area(curves.insertion[title]))
            for title in curves.deletion
        )
        told = ", ".join(f"{title} {down:.3f} and {up:.3f}" for title, down, up in rows)
        alt = f"Areas under the deletion and insertion curves: {told}."
        common = {"alt": alt, "facts": facts, "warnings": tuple(curves.refused)}
        seen, good = _seen_at(curves.layers), "deletion: small is good; insertion: large is good"
        lines = common | {"caption": seen}
        yield _lines("Deletion", "pixels taken away", curves.deletion, lines)
        yield _lines("Insertion", "pixels put back", curves.insertion, lines)
        yield TableFigure(
            title="Area under the curve",
            caption=f"{good}; {seen}" if seen else good,
            columns=("method", "deletion", "insertion"),
            rows=rows,
            **common,
        )


def _reason(problem: Problem) -> str:
    """Return the sentence without the name of the field at its front, to stand in another one."""
    return problem.sentence.removeprefix(f"{problem.field}: ")


def _seen_at(layers: dict[str, str]) -> str:
    """Return in words at which layer each method looks: `Grad-CAM and Score-CAM at conv3`."""
    methods: dict[str, list[str]] = {}
    for title, path in layers.items():
        methods.setdefault(path, []).append(title)
    return "; ".join(f"{' and '.join(titles)} at {path}" for path, titles in methods.items())


def _lines(title: str, share: str, curves: dict[str, Tensor], common: dict) -> LinesFigure:
    series = tuple(
        Series(label=name, x=array_of(torch.linspace(0, 1, len(values))), y=array_of(values))
        for name, values in curves.items()
    )
    return LinesFigure(
        title=title,
        x=Axis(label=f"share of {share}"),
        y=Axis(label="probability of the class"),
        series=series,
        **common,
    )
