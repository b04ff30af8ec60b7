"""One number of one layer, taken apart down to its formula."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from lantern.lab.graph.kinds import kind_of
from lantern.lab.graph.positions import Place
from lantern.lab.graph.tracing import INPUT, Node, traced_graph
from lantern.lab.inspectors._position_figures import SUMMING, figures_of
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.protocol.figures import HeatmapFigure, TableFigure
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError


class Position(Inspector, name="position", title="Formula of one number"):
    """How one number of a layer comes about: the kernel over the patch, the sum, what follows.

    The first table says the steps: the sum of products, the bias, z, the normalisation if there
    is one, and the activation. Behind it come a convolution's patch and kernel (a row for each
    input channel) with the sum of each channel, the largest contributions to a neuron of a linear
    layer, a pooling's window, or the terms of a sum of branches. All numbers are those of the pass
    itself.
    """

    tags = ("points", "images")
    order = 62
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The layer; the first with weights where none is named."""
    unit: Annotated[int, control(ge=0, le=100_000)] = 0
    """Which channel, or neuron."""
    row: Annotated[int, control(ge=0, le=10_000)] = 0
    """Row in the channel's map, from the top."""
    column: Annotated[int, control(ge=0, le=10_000)] = 0
    """Column in the channel's map, from the left."""
    slot: Annotated[int, control(ge=0, le=63, widget="input")] = 0
    """The input that the layer looks at."""

    def figures(self, subject: Subject) -> Iterator[TableFigure | HeatmapFigure]:
        """Yield the steps, and then what the sum was made of."""
        inputs, _ = subject.resolve(self.slot)
        nodes = traced_graph(subject.module, inputs, keep=True)
        at = _named(nodes, self.layer)
        place = Place(self.unit, self.row, self.column)
        _check(nodes[at], place)
        facts = {"step": subject.step, "layer": nodes[at].path, "unit": self.unit}
        for figure in figures_of(nodes, at, place):
            yield figure.model_copy(update={"facts": {**facts, **figure.facts}})


def _named(nodes: Sequence[Node], layer: str) -> int:
    if layer:
        for at, node in enumerate(nodes):
            if node.path == layer:
                return _head(nodes, at)
        known = ", ".join(dict.fromkeys(node.path for node in nodes))
        raise ProblemError(f"layer: there is no layer {layer!r}; there are {known}.", field="layer")
    kinds = [kind_of(node) for node in nodes]
    return next((at for at, kind in enumerate(kinds) if kind in {"conv", "linear"}), 0)


def _head(nodes: Sequence[Node], at: int) -> int:
    """Return what a normalisation or non-linearity works on: they are the last of its steps."""
    while kind_of(nodes[at]) in {"activation", "norm"} and nodes[at].sources[0] != INPUT:
        before = nodes[nodes[at].sources[0]]
        users = sum(nodes[at].sources[0] in node.sources for node in nodes)
        same = before.output.shape == nodes[at].output.shape
        if users > 1 or not same or kind_of(before) not in SUMMING:
            break
        at = nodes[at].sources[0]
    return at


def _check(node: Node, place: Place) -> None:
    shape = node.output.shape[1:]
    given = (("unit", place.unit), ("row", place.row), ("column", place.column))
    if len(shape) not in {1, 3}:
        raise ProblemError(
            f"layer: {node.path!r} puts out neither maps nor a row of numbers.", field="layer"
        )
    for (name, index), length in zip(given, shape, strict=False):
        if index >= length:
            raise ProblemError(
                f"{name}: {node.path} has {length} of them, numbered from 0; there is no {index}.",
                field=name,
            )
