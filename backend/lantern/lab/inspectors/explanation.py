"""The raw numbers of one explanation, for scripts."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import JsonValue
from torch import Tensor

from lantern.lab.arrays import array_of
from lantern.lab.inspectors._explaining import (
    Case,
    Wish,
    arguments_of,
    case_of,
    facts_of,
    warnings_of,
)
from lantern.lab.kinds import Attribution, Inspector
from lantern.lab.questions import Explanation
from lantern.lab.subject import Progress, Subject
from lantern.lab.wording import finite, sized
from lantern.protocol.figures import HeatmapFigure
from lantern.protocol.model import control
from lantern.protocol.views import InputRef


class RawExplanation(Inspector, name="explanation", title="Explain, raw numbers"):
    """Scores and input of an explanation as float32, one map for each channel.

    It is what `POST /sessions/{session}/explain` answers; the page shows the attribution view.
    """

    tags = ("images", "script")
    order = 900
    live = False
    method: Annotated[str, control(min_length=1, max_length=64, widget="attribution")] = "saliency"
    """How the decision is explained."""
    method_params: Annotated[dict[str, JsonValue], control(widget="params")] = {}  # noqa: RUF012
    """Parameters of the method."""
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The layer whose maps are looked at, for methods that look at one; the last by default."""
    target: Annotated[int | None, control(ge=0, le=100_000, widget="class")] = None
    """The class to explain; the predicted one where none is given."""
    slot: Annotated[int, control(ge=0, le=63, widget="input")] = 0
    """The input slot to explain, where no input is given."""
    input: InputRef | None = None
    """The input itself: a sample of the data, or pixels."""

    @property
    def runs_long(self) -> bool:
        """Whether its method takes many evaluations."""
        found = Attribution.registry.get(self.method)
        return found is not None and found.long

    def figures(self, subject: Subject) -> Iterator[HeatmapFigure | Progress]:
        """Yield the scores of each channel, then the input's channels."""
        chosen = self.slot if self.input is None else self.input
        wish = Wish(self.method, self.method_params, self.layer, self.target, chosen)
        case, whole = case_of(subject, wish), None
        for found in case.explained():
            if isinstance(found, Progress):
                yield found
            else:
                whole = found
        assert whole is not None  # every method ends with an explanation
        yield from _maps(case, whole)


def _maps(case: Case, whole: Explanation) -> Iterator[HeatmapFigure]:
    facts = facts_of(case, whole) | {
        "arguments": arguments_of(case.method),
        "target index": case.target,
        "signed": int(case.method.signed),
        "joint": int(case.method.joint),
    }
    warnings = warnings_of(case, whole)
    for name, maps in (("scores", whole.scores), ("inputs", case.inputs)):
        for channel in maps[0].detach().float().cpu():  # (h, w)
            yield HeatmapFigure(
                title=name,
                caption=sized(channel.shape),
                alt=f"The {name}, {sized(channel.shape)} numbers.",
                facts=facts,
                warnings=warnings,
                values=array_of(channel),
                low=-_limit(channel) if name == "scores" else 0.0,
                high=_limit(channel),
                scale="signed" if name == "scores" else "pixels",
            )


def _limit(channel: Tensor) -> float:
    return finite(float(channel.abs().max()), 1.0) or 1.0
