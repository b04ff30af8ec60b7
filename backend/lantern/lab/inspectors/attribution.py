"""Why it decided so: an attribution of one input."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import JsonValue
from torch import Tensor

from lantern.lab.arrays import array_of, images_of
from lantern.lab.inspectors._explaining import (
    Case,
    Wish,
    case_of,
    facts_of,
    over_input,
    single_map,
    warnings_of,
)
from lantern.lab.kinds import Attribution, Inspector
from lantern.lab.questions import Explanation
from lantern.lab.subject import Progress, Subject
from lantern.lab.wording import finite, sized
from lantern.protocol.figures import HeatmapFigure, ImagesFigure
from lantern.protocol.model import control


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
    """The layer whose maps are looked at, for methods that look at one; the last by default."""
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
        """Yield the map over the input, then the raw scores; first of what there is so far."""
        wish = Wish(self.method, self.method_params, self.layer, self.target, self.slot)
        case = case_of(subject, wish)
        for found in case.explained():
            if isinstance(found, Progress):
                yield found
            else:
                yield from _shown(case, found)


def _shown(case: Case, explanation: Explanation) -> Iterator[ImagesFigure | HeatmapFigure]:
    single = single_map(case, explanation.scores)  # (1, 1, h', w')
    over = over_input(case, single)
    title = case.method.title
    facts, warnings = facts_of(case, explanation), warnings_of(case, explanation)
    scale = "signed" if case.method.signed else "magnitude"
    yield ImagesFigure(
        title=title,
        caption=_caption(case),
        alt=_alt(case, over),
        facts=facts,
        warnings=warnings,
        images=images_of(over, scale=scale),
        underlay=images_of(case.inputs, scale="pixels"),
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
    if case.place:
        return f"class {case.class_name}, layer {case.place.path}"
    return f"class {case.class_name}"


def _alt(case: Case, scores: Tensor) -> str:
    row, column = divmod(int(scores[0, 0].argmax()), scores.shape[3])
    return (
        f"{case.method.title} for class {case.class_name}, {sized(scores.shape[2:])}: scores from "
        f"{float(scores.min()):.3g} to {float(scores.max()):.3g}, the highest in row {row}, "
        f"column {column}."
    )
