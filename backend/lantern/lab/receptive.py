"""Which pixels a unit can see at all: the exact theoretical receptive field, borders included.

A change of row r reaches row y of a layer where a path of kernels leads there. A twin of the
network whose weights are all positive, without biases and non-linearities, has no path that cancels
another, so its derivative by row r is other than 0 exactly there. One backward pass tells that for
many rows of a layer at once, through branches, sums, products and concatenations alike: a join sees
the union of what its branches see.
"""

import copy
from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lantern.lab.building.activations import NON_LINEARITIES
from lantern.lab.building.normalise import Normalise
from lantern.lab.features import Place, output_of
from lantern.lab.subject import Progress

LINES_AT_ONCE = 8
_POINTWISE = (nn.modules.batchnorm._BatchNorm, Normalise, nn.modules.dropout._DropoutNd)
"""They pass on what they are given, position by position."""


@dataclass(frozen=True)
class Window:
    """A rectangle of pixels: `top` and `left` are inside, `bottom` and `right` just outside."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True)
class Fields:
    """What each position of a layer's map sees of the image."""

    rows: tuple[tuple[int, int], ...]
    """First row and the row after the last, for each row of the map."""
    columns: tuple[tuple[int, int], ...]

    def window(self, row: int, column: int) -> Window:
        """Return what a unit at a place of the map sees."""
        (top, bottom), (left, right) = self.rows[row], self.columns[column]
        return Window(top, bottom, left, right)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the largest window, in pixels."""
        heights = [bottom - top for top, bottom in self.rows]
        return max(heights), max(right - left for left, right in self.columns)


def fields_of(
    module: nn.Module, place: Place, shape: tuple[int, ...], *, until: float = 1.0
) -> Generator[Progress, None, Fields]:
    """Yield progress, and return what a layer's positions see of an input (channels, h, w).

    Where the layer has no map, its units see the whole image.
    """
    if len(place.shape) != 3:
        return Fields(((0, shape[1]),), ((0, shape[2]),))
    twin = positive_twin(module)
    rows = yield from _reach(twin, place, shape, axis=0, at=(0.0, until / 2))
    columns = yield from _reach(twin, place, shape, axis=1, at=(until / 2, until))
    return Fields(rows, columns)


def positive_twin(module: nn.Module) -> nn.Module:
    """Return a copy in float64 of which every output grows with every pixel that it can see."""
    twin = copy.deepcopy(module).cpu().double().eval().requires_grad_(False)
    for path, part in list(twin.named_modules()):
        if part._modules or path == "":
            continue
        parent, _, name = path.rpartition(".")
        twin.get_submodule(parent)._modules[name] = _positive(part)
    return twin


def _positive(part: nn.Module) -> nn.Module:
    if isinstance(part, (*_POINTWISE, *NON_LINEARITIES)):
        return nn.Identity()
    if isinstance(part, nn.MaxPool2d) and part.dilation in (1, (1, 1)):
        return nn.AvgPool2d(part.kernel_size, part.stride, part.padding, part.ceil_mode)
    if isinstance(part, nn.AdaptiveMaxPool2d):
        return nn.AdaptiveAvgPool2d(part.output_size)
    weight, bias = getattr(part, "weight", None), getattr(part, "bias", None)
    if isinstance(weight, Tensor) and weight.dim() > 1:
        # Of size 1 / inputs, so that numbers neither grow nor vanish over many layers.
        weight.fill_(1.0 / max(1, weight[0].numel()))
    if isinstance(bias, Tensor):
        bias.zero_()
    return part


def _reach(
    twin: nn.Module, place: Place, shape: tuple[int, ...], *, axis: int, at: tuple[float, float]
) -> Generator[Progress, None, tuple[tuple[int, int], ...]]:
    """Return the first line and the line after the last that each line of a map sees."""
    length, total, found = shape[1 + axis], place.shape[1 + axis], list[Tensor]()
    for first in range(0, total, LINES_AT_ONCE):
        yield Progress(at[0] + (at[1] - at[0]) * first / total, "receptive field")
        lines = torch.arange(first, min(first + LINES_AT_ONCE, total))
        found.append(_seen(twin, place.seen, shape, axis=axis, lines=lines))
    seen = torch.cat(found)  # (lines of the map, lines of the image)
    starts = seen.int().argmax(1)
    ends = length - seen.flip(1).int().argmax(1)
    return tuple(zip(starts.tolist(), ends.tolist(), strict=True))


def _seen(
    twin: nn.Module, path: str, shape: tuple[int, ...], *, axis: int, lines: Tensor
) -> Tensor:
    """Return (lines of the map, lines of the image): whether the one sees the other."""
    inputs = torch.ones(len(lines), *shape, dtype=torch.float64, requires_grad=True)
    with torch.enable_grad():
        output = output_of(twin, inputs, path).movedim(2 + axis, 1)  # (b, lines, c, lines)
        chosen = output[torch.arange(len(lines)), lines].sum()  # sample i: what its line i says
        (gradient,) = torch.autograd.grad(chosen, [inputs])  # (b, c, h, w)
    return (gradient != 0).any(1).any(2 - axis)
