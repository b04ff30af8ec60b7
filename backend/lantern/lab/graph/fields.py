"""Receptive fields through a graph: what part of the input a number can depend on.

Per axis the cells seen lie from `low` to `high`, relative to the place that the number at 0 looks
at, and neighbours lie `jump` input pixels apart (Araujo et al., 2019, Distill, "Computing receptive
fields"). Where branches meet, all that any of them sees is seen: the largest field, if they are
centred alike.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from lantern.lab.building.resize import Resize
from lantern.lab.graph.tracing import INPUT, Node
from lantern.lab.graph.windows import Window, window_of


@dataclass(frozen=True)
class Field:
    """Along one axis, in input pixels."""

    low: float = 0.0
    high: float = 0.0
    jump: float = 1.0

    @property
    def size(self) -> int:
        """How many pixels are seen."""
        return math.ceil(self.high - self.low) + 1

    def over(self, before: float, after: float, stride: float) -> "Field":
        """Return the field of a window that reaches so many cells to both sides."""
        low, high = self.low - before * self.jump, self.high + after * self.jump
        return Field(low, high, self.jump * stride)


Fields = tuple[Field, Field]
"""(height, width)."""


def receptive_fields(nodes: Sequence[Node]) -> list[int | None]:
    """Return the larger side of each node's field, in input pixels; None where there is no map."""
    start = (Field(), Field())
    fields: list[Fields] = []
    for node in nodes:
        before = [start if source == INPUT else fields[source] for source in node.sources]
        fields.append(_behind(node, _united(node, before)))
    return [
        max(field.size for field in both) if node.output.dim() == 4 else None
        for node, both in zip(nodes, fields, strict=True)
    ]


def _united(node: Node, before: Sequence[Fields]) -> Fields:
    largest = max(range(len(before)), key=lambda index: node.given[index].shape[2:].numel())

    def axis(index: int) -> Field:
        low = min(fields[index].low for fields in before)
        high = max(fields[index].high for fields in before)
        return Field(low, high, before[largest][index].jump)

    return axis(0), axis(1)


def _behind(node: Node, before: Fields) -> Fields:
    window = window_of(node)
    if window is not None:
        return _slid(before[0], window, 0), _slid(before[1], window, 1)
    if isinstance(node.module, Resize) and node.module.scale != 1:
        return _scaled(before[0], node.module.scale), _scaled(before[1], node.module.scale)
    if _pools_adaptively(node) or _loses_its_map(node):
        return _pooled(node, before[0], 2), _pooled(node, before[1], 3)
    return before


def _slid(field: Field, window: Window, axis: int) -> Field:
    before, reach = window.padding[axis], window.reach[axis]
    return field.over(before, reach - before, window.stride[axis])


def _scaled(field: Field, scale: float) -> Field:
    return Field(field.low, field.high + field.jump, field.jump / scale)


def _pools_adaptively(node: Node) -> bool:
    adaptive = (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)
    names = {"adaptive_avg_pool2d", "adaptive_max_pool2d", "mean", "amax"}
    return isinstance(node.module, adaptive) or (node.module is None and node.operation in names)


def _loses_its_map(node: Node) -> bool:
    """Whether it makes one row of all cells, as flatten does."""
    return node.output.dim() < 4 and node.given[0].dim() == 4


def _pooled(node: Node, field: Field, axis: int) -> Field:
    given, output = node.given[0].shape, node.output.shape
    if len(given) < 4:
        return field
    ratio = given[axis] / (output[axis] if len(output) == 4 else 1)
    return field.over(0, ratio - 1, ratio)
