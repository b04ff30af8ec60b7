"""The weights of one layer as pictures, or how the loss depends on them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from torch import Tensor

from lantern.lab.inspectors._filter_pictures import (
    matrix_of,
    of_channel,
    pictures_of,
    templates_of,
    weighted_layers,
)
from lantern.lab.inspectors._loss_gradients import of_slot, of_training, weight_gradients
from lantern.lab.inspectors._reach import REACH, reach_of
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.lab.wording import fact, sized
from lantern.protocol.figures import HeatmapFigure, ImagesFigure
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

BATCH = 16
"""Training samples whose mean loss is derived: few, since it is done again and again."""

Facts = dict[str, str | float | int]


class Filters(Inspector, name="filters", title="Filters"):
    """The weights of a layer, what each unit looks for, or the loss's gradient by them.

    A convolution's filters are pictures (in colour where they look at colour); deeper ones show
    the mean over the channels they look at, or one of them. A linear layer that looks at the input
    gives templates of the input's shape, any other its matrix.
    """

    tags = ("points", "images")
    order = 70
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The layer; the first where none is named."""
    channel: Annotated[int | None, control(ge=0, le=100_000)] = None
    """Which input channel of a convolution; the mean of all, or colour, where none is given."""
    show: Literal["values", "gradients"] = "values"
    """The weights, or d loss / d weight."""
    slot: Annotated[int | None, control(ge=0, le=63, widget="input")] = None
    """The input whose loss is derived; the mean of the first 16 training samples if none is."""

    def figures(self, subject: Subject) -> Iterator[ImagesFigure | HeatmapFigure]:
        """Yield the filters, templates or the matrix."""
        path = self._path(subject)
        weights, words, facts, warnings = self._weights(subject)
        weight = weights[path].detach().float().cpu()  # (out, in, ...)
        pictures = templates_of(weight, subject.data.shape)
        if pictures is None and weight.dim() == 4:
            pictures = of_channel(weight, self.channel)
        alike = None if self.channel is None else weights
        shown = alike or {name: of_channel(each, None) for name, each in weights.items()}
        channels = {"channels": weight.shape[1]} if weight.dim() == 4 else {}
        figure = matrix_of(weight) if pictures is None else pictures_of(pictures)
        yield figure.model_copy(
            update={
                "title": path,
                "caption": " · ".join((f"weights {sized(weight.shape)}", *words)),
                "alt": self._said(path, weight),
                "facts": {
                    "step": subject.step,
                    "layer": path,
                    "shape": sized(weight.shape),
                    "channel": "all" if self.channel is None else self.channel,
                    "show": self.show,
                    **channels,
                    REACH: fact(reach_of(each.detach().float() for each in shown.values())),
                    **facts,
                },
                "warnings": warnings,
            }
        )

    def _path(self, subject: Subject) -> str:
        known = weighted_layers(subject.module)
        name = self.layer or next(iter(known), "")
        if name not in known:
            raise ProblemError(
                f"layer: {self.layer!r} has no filters; these have: {', '.join(known)}.",
                field="layer",
            )
        return name

    def _weights(
        self, subject: Subject
    ) -> tuple[Mapping[str, Tensor], tuple[str, ...], Facts, tuple[str, ...]]:
        """Return what is shown of each layer by its path, and words, facts and warnings."""
        own = {
            path: part.get_parameter("weight")
            for path, part in weighted_layers(subject.module).items()
        }
        if self.show == "values":
            return own, (), {}, ()
        slot = self.slot
        judged = of_training(subject, BATCH) if slot is None else of_slot(subject, slot)
        loss, found = weight_gradients(subject, judged.inputs, judged.targets)
        gradients = {
            path: found.get(f"{path}.weight", weight.new_zeros(weight.shape))
            for path, weight in own.items()
        }
        facts: Facts = {"loss": fact(loss), "loss of": judged.words}
        words = ("d loss / d weight", f"loss {loss:.3g}, {judged.words}")
        return gradients, words, facts, judged.warnings

    def _said(self, path: str, weight: Tensor) -> str:
        what = "weights" if self.show == "values" else "gradients of the loss by their weights"
        ends = f"from {float(weight.min()):.3g} to {float(weight.max()):.3g}"
        return f"{len(weight)} units of {path} with {what} {ends}, orange below 0 and blue above."
