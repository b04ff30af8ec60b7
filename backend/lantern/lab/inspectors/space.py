"""The plane as a pair of neurons sees it: a grid that the network has bent."""

import math
from collections.abc import Iterator
from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.arrays import array_of, numpy_of
from lantern.lab.capture import Call, traced
from lantern.lab.inspectors._judgement import only_for
from lantern.lab.kinds import Inspector
from lantern.lab.plane import extent_of, scatter_of, target_range
from lantern.lab.subject import Subject
from lantern.protocol.figures import Axis, Mesh, ScatterFigure
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

MARGIN = 0.06


class Space(Inspector, name="space", title="Warped plane"):
    """The plane as two neurons of a layer see it.

    Each crossing of an even grid over the plane is moved to where the two neurons put it: across
    by what the first puts out, up by what the second does. Cells bear the colour of the output
    there, and the samples move along. A layer has done its work when a straight line parts the
    classes. Karpathy's ConvNetJS (2014) showed it so.
    """

    tags = ("points",)
    order = 45
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """A hidden layer; the last one where none is named."""
    first: Annotated[int, control(ge=0, le=63)] = 0
    """The neuron that moves points across."""
    second: Annotated[int, control(ge=0, le=63)] = 1
    """The neuron that moves points up."""
    resolution: Annotated[int, control(ge=4, le=81, unit="lines")] = 41
    """Lines of the grid in each direction."""
    show_validation: bool = True
    """Show the validation points as well."""

    def figures(self, subject: Subject) -> Iterator[ScatterFigure]:
        """Yield the bent grid with the points on it, from two forward passes."""
        only_for(subject, "points", "space")
        places = crossings(subject, self.resolution)
        calls, outputs = traced(subject.module, places)
        path, seen = self._pair(calls)
        mesh = seen.reshape(self.resolution, self.resolution, 2)
        plain = scatter_of(subject.data, held_out=self.show_validation)
        points = self._pair(traced(subject.module, _inputs(subject, plain))[0])[1]
        names = tuple(f"{_title(path)}, neuron {unit + 1}" for unit in (self.first, self.second))
        yield plain.model_copy(
            update={
                "title": f"The plane as {_title(path)} sees it",
                "caption": f"neurons {self.first + 1} and {self.second + 1}",
                "alt": f"The plane bent by neurons {self.first + 1} and {self.second + 1} of "
                f"{_title(path)}, with {len(points)} samples on it.",
                "facts": {"step": subject.step, "layer": path},
                "x": Axis(label=names[0]),
                "y": Axis(label=names[1]),
                "points": array_of(points),
                "extent": extent_about(mesh),
                "mesh": _mesh(subject, mesh, outputs),
            }
        )

    def _pair(self, calls: list[Call]) -> tuple[str, Tensor]:
        """Return the layer's path and (n, 2), what its two neurons hand on."""
        linear = [index for index, call in enumerate(calls) if call.kind == "linear"]
        if len(linear) < 2:
            raise ProblemError(
                "layer: this network has no hidden layer, so nothing bends the plane.",
                field="layer",
                hint="Add a hidden layer.",
            )
        hidden = {calls[index].path: place for place, index in enumerate(linear[:-1])}
        path = self.layer or calls[linear[-2]].path
        if path not in hidden:
            raise ProblemError(
                f"layer: there is no hidden layer {path!r}; there are {', '.join(hidden)}.",
                field="layer",
            )
        # What the next layer is given: behind the non-linearity, and whatever else lies between.
        handed_on = calls[linear[hidden[path] + 1]].source  # (n, units)
        self._check(path, handed_on.shape[1])
        return path, handed_on[:, [self.first, self.second]].float()

    def _check(self, path: str, units: int) -> None:
        for name in ("first", "second"):
            unit: int = getattr(self, name)
            if unit >= units:
                raise ProblemError(
                    f"{name}: {path} has {units} neuron{'s' if units > 1 else ''}, "
                    f"so there is no neuron {unit + 1}.",
                    field=name,
                    hint="The warped plane needs two neurons of one layer.",
                )


def crossings(subject: Subject, lines: int) -> Tensor:
    """Return (lines * lines, 2), where the lines of an even grid cross, row by row from y1."""
    x0, x1, y0, y1 = extent_of(subject.data)
    y, x = torch.meshgrid(
        torch.linspace(y1, y0, lines), torch.linspace(x0, x1, lines), indexing="ij"
    )
    return torch.stack([x, y], dim=-1).reshape(-1, 2).to(subject.device)  # (lines, lines, 2) -> ...


def signed(subject: Subject, outputs: Tensor) -> Tensor:
    """Return (n,) from -1 to 1: the output between two classes, or within a regression's range.

    With more classes it is how sure the network is of the likeliest: 0 for a guess, 1 for certain.
    """
    classes = len(subject.data.classes)
    if classes == 0:
        low, high = target_range(subject.data)
        return ((outputs[:, 0] - low) / (high - low) * 2 - 1).clamp(-1, 1)
    probabilities = subject.loss.probabilities(outputs)  # (n, classes)
    if classes == 2:
        return 2 * probabilities[:, 1] - 1
    return (probabilities.amax(1) - 1 / classes) / (1 - 1 / classes)


def _mesh(subject: Subject, points: Tensor, outputs: Tensor) -> Mesh:
    sides = points.shape[:2]
    labels = None
    if len(subject.data.classes) > 2:
        labels = subject.loss.probabilities(outputs).argmax(1).reshape(sides)
    values = signed(subject, outputs).reshape(sides)
    return Mesh(
        points=array_of(points),
        values=array_of(values),
        labels=None if labels is None else array_of(labels, "u1"),
    )


def extent_about(mesh: Tensor) -> tuple[float, float, float, float]:
    """Return x0, x1, y0, y1 around (rows, columns, 2), in even steps so that it seldom changes."""
    flat = mesh.reshape(-1, 2).nan_to_num(0, 0, 0)
    ends: list[float] = []
    for low, high in zip(flat.amin(0).tolist(), flat.amax(0).tolist(), strict=True):
        span = max(high - low, 1e-3)
        step = 10 ** math.floor(math.log10(span)) / 5
        ends.append(math.floor((low - MARGIN * span) / step) * step)
        ends.append(math.ceil((high + MARGIN * span) / step) * step)
    return ends[0], ends[1], ends[2], ends[3]


def _inputs(subject: Subject, shown: ScatterFigure) -> Tensor:
    """Return the samples that `scatter_of` shows, in its order."""
    assert shown.held_out is not None
    marks = numpy_of(shown.held_out)
    held_out = int(marks.sum())
    train, validation = subject.data.train.inputs, subject.data.validation.inputs
    return torch.cat([train[: len(marks) - held_out], validation[:held_out]])


def _title(path: str) -> str:
    number = path.removeprefix("hidden")
    return f"hidden {number}" if number.isdigit() else path
