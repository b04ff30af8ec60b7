"""One number of a layer's output, taken apart: what it was computed from, number by number.

Everything is float64 taken from the float32 numbers of the pass itself, so that sums can be
compared with what the layer put out.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lantern.lab.graph.tracing import Node
from lantern.lab.graph.windows import Window, pair, window_of


@dataclass(frozen=True)
class Place:
    """A number in a layer's output: (unit) of a row, (unit, row, column) of maps."""

    unit: int
    row: int = 0
    column: int = 0

    def of(self, output: Tensor) -> float:
        """Return the number at this place of an output (1, units) or (1, units, h, w)."""
        index = (self.unit, self.row, self.column)[: output.dim() - 1]
        return float(output[(0, *index)])


@dataclass(frozen=True)
class Patch:
    """What a window covers, and the weights that it is multiplied with."""

    inputs: Tensor
    """(channels, h, w), float64; 0 where the window reaches beyond the input."""
    weights: Tensor
    """(channels, h, w), float64."""
    bias: float | None
    first_channel: int
    """Of the layer's input; later ones follow in order."""
    rows: tuple[int, ...]
    """Rows of the layer's input; some lie beyond its edges."""
    columns: tuple[int, ...]
    winner: tuple[int, int] | None = None
    """Row and column within the window of the largest, for max pooling."""

    @property
    def sums(self) -> Tensor:
        """Return the sum of products of each channel, (channels,)."""
        return (self.inputs * self.weights).sum((1, 2))


def patch_of(node: Node, place: Place) -> Patch | None:
    """Return the patch behind a number of a convolution or pooling; None for other nodes."""
    window = window_of(node)
    if window is None:
        return _adaptive(node, place)
    if isinstance(node.module, nn.Conv2d):
        return _convolved(node, node.module, window, place)
    if "max" in node.operation.lower():
        return _largest(node, window, place)
    return _average(node, window, place) if "avg" in node.operation.lower() else None


def _lines(window: Window, axis: int, at: int) -> tuple[int, ...]:
    first = at * window.stride[axis] - window.padding[axis]
    return tuple(first + step * window.dilation[axis] for step in range(window.kernel[axis]))


def _convolved(node: Node, layer: nn.Conv2d, window: Window, place: Place) -> Patch:
    channels = layer.in_channels // layer.groups
    first = place.unit // (layer.out_channels // layer.groups) * channels
    rows, columns = _lines(window, 0, place.row), _lines(window, 1, place.column)
    maps = node.given[0][0, first : first + channels]
    inputs = (
        _covered(maps, rows, columns)
        if layer.padding_mode == "zeros"
        else _padded(maps, layer, place)
    )
    weights = layer.weight[place.unit].detach().double().cpu()  # (in / groups, h, w)
    bias = None if layer.bias is None else float(layer.bias[place.unit].detach())
    return Patch(inputs, weights, bias, first, rows, columns)


def _padded(maps: Tensor, layer: nn.Conv2d, place: Place) -> Tensor:
    """Return the patch where the edges are mirrored, repeated or joined around."""
    around = F.pad(maps[None], layer._reversed_padding_repeated_twice, layer.padding_mode)[0]
    stride, dilation = pair(layer.stride), pair(layer.dilation)
    rows, columns = (
        [at * stride[axis] + step * dilation[axis] for step in range(layer.kernel_size[axis])]
        for axis, at in enumerate((place.row, place.column))
    )
    return around[:, rows][:, :, columns].double().cpu()


def _covered(maps: Tensor, rows: tuple[int, ...], columns: tuple[int, ...]) -> Tensor:
    """Return the numbers of maps (channels, h, w) under these lines, 0 beyond the edges."""
    height, width = maps.shape[1:]
    found = torch.zeros(len(maps), len(rows), len(columns), dtype=torch.float64)
    inside_rows = [at for at, row in enumerate(rows) if 0 <= row < height]
    inside_columns = [at for at, column in enumerate(columns) if 0 <= column < width]
    part = maps[:, [rows[at] for at in inside_rows]][:, :, [columns[at] for at in inside_columns]]
    for index, at in enumerate(inside_rows):
        found[:, at, inside_columns] = part[:, index].double().cpu()
    return found


def _largest(node: Node, window: Window, place: Place) -> Patch:
    rows, columns = _lines(window, 0, place.row), _lines(window, 1, place.column)
    maps = node.given[0][0, place.unit : place.unit + 1]
    inputs, there = _covered(maps, rows, columns), _covered(torch.ones_like(maps), rows, columns)
    best = int(inputs.masked_fill(there == 0, -torch.inf).flatten().argmax())
    weights = F.one_hot(torch.tensor(best), inputs.numel()).double().reshape(inputs.shape)
    winner = divmod(best, len(columns))
    return Patch(inputs, weights, None, place.unit, rows, columns, winner)


def _average(node: Node, window: Window, place: Place) -> Patch:
    rows, columns = _lines(window, 0, place.row), _lines(window, 1, place.column)
    maps = node.given[0][0, place.unit : place.unit + 1]
    there = _covered(torch.ones_like(maps), rows, columns)
    counts_padding = getattr(node.module, "count_include_pad", True)
    limits = [length + pad for length, pad in zip(maps.shape[1:], window.padding, strict=True)]
    within = [
        sum(line < limit for line in lines)  # a window may be cut where sizes are rounded up
        for lines, limit in zip((rows, columns), limits, strict=True)
    ]
    divisor = getattr(node.module, "divisor_override", None)
    divisor = divisor or (within[0] * within[1] if counts_padding else float(there.sum()))
    weights = there / divisor
    return Patch(_covered(maps, rows, columns), weights, None, place.unit, rows, columns)


def _adaptive(node: Node, place: Place) -> Patch | None:
    name = node.operation.lower().replace("_", "")
    if name not in {"adaptiveavgpool2d", "mean", "adaptivemaxpool2d"} or node.given[0].dim() != 4:
        return None
    given = node.given[0]
    size = node.output.shape[2:] if node.output.dim() == 4 else (1, 1)
    rows, columns = (
        tuple(range(at * length // count, -(-(at + 1) * length // count)))
        for at, length, count in zip((place.row, place.column), given.shape[2:], size, strict=True)
    )
    inputs = _covered(given[0, place.unit : place.unit + 1], rows, columns)
    if "max" not in name:
        weights = torch.full_like(inputs, 1 / inputs.numel())
        return Patch(inputs, weights, None, place.unit, rows, columns)
    best = int(inputs.flatten().argmax())
    weights = F.one_hot(torch.tensor(best), inputs.numel()).double().reshape(inputs.shape)
    winner = divmod(best, len(columns))
    return Patch(inputs, weights, None, place.unit, rows, columns, winner)
