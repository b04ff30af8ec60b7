"""A kernel slid over numbers."""

from collections.abc import Iterator
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from lantern.lab.arrays import array_of
from lantern.lab.kinds import Demo
from lantern.lab.wording import sized
from lantern.protocol.figures import HeatmapFigure
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

Number = Annotated[float, Field(ge=-1000, le=1000)]
Row = Annotated[tuple[Number, ...], Field(min_length=1, max_length=32)]
Table = tuple[Row, ...]

NUMBERS: Table = (
    (0, 1, 0, 0, 0, 1, 0, 0),
    (0, 1, 0, 0, 0, 1, 0, 0),
    (0, 0, 1, 1, 1, 1, 1, 0),
    (0, 0, 0, 0, 0, 1, 0, 0),
    (0, 0, 0, 0, 0, 1, 0, 0),
    (0, 0, 0, 0, 0, 1, 0, 0),
    (0, 0, 0, 0, 0, 1, 0, 0),
    (0, 0, 0, 0, 0, 0, 0, 0),
)
"""A drawn 4; the first result is 4 as well."""
KERNEL: Table = ((-1, 0, 1), (-2, 1, 2), (-3, 0, 3))


class Convolution(Demo, name="convolution", title="Convolution"):
    """A kernel slid over numbers: at each place, the sum of products.

    As networks do it the kernel is not flipped (it is a cross-correlation, strictly speaking).
    With n numbers, kernel k, padding p, stride s and dilation d along a side, there are
    floor((n + 2p - d(k - 1) - 1) / s) + 1 results.
    """

    order = 30
    numbers: Annotated[Table, control(min_length=1, max_length=32, widget="table")] = NUMBERS
    """What the kernel slides over, row by row."""
    kernel: Annotated[Table, control(min_length=1, max_length=9, widget="table")] = KERNEL
    """The weights, row by row."""
    stride: Annotated[int, control(ge=1, le=8)] = 1
    """How far the kernel moves."""
    padding: Annotated[int, control(ge=0, le=8)] = 0
    """Rows and columns of 0 around the numbers."""
    dilation: Annotated[int, control(ge=1, le=8)] = 1
    """Distance between the numbers that neighbouring weights meet."""

    def figures(self) -> Iterator[HeatmapFigure]:
        """Yield numbers, kernel and result; the facts spell out the first sum."""
        numbers, kernel = _matrix(self.numbers, "numbers"), _matrix(self.kernel, "kernel")
        padded = functional.pad(numbers, (self.padding,) * 4)
        reach = [self.dilation * (length - 1) + 1 for length in kernel.shape]
        if reach[0] > padded.shape[0] or reach[1] > padded.shape[1]:
            raise ProblemError(
                f"kernel: it reaches over {sized(reach)}, more than the {sized(padded.shape)} "
                "numbers there are.",
                field="kernel",
            )
        result = functional.conv2d(
            padded[None, None], kernel[None, None], stride=self.stride, dilation=self.dilation
        )[0, 0]
        window = padded[: reach[0] : self.dilation, : reach[1] : self.dilation]
        yield _figure("Numbers", padded)
        yield _figure("Kernel", kernel)
        yield _figure("Result", result).model_copy(
            update={"facts": {"first sum": _spelled(window, kernel, float(result[0, 0]))}}
        )


def _matrix(rows: Table, field: str) -> Tensor:
    if len({len(row) for row in rows}) != 1:
        raise ProblemError(f"{field}: all rows must be of the same length.", field=field)
    return torch.tensor(rows, dtype=torch.float32)


def _spelled(window: Tensor, kernel: Tensor, total: float) -> str:
    pairs = zip(window.flatten().tolist(), kernel.flatten().tolist(), strict=True)
    return " + ".join(f"{number:g}·({weight:g})" for number, weight in pairs) + f" = {total:g}"


def _figure(title: str, values: Tensor) -> HeatmapFigure:
    limit = float(values.abs().max()) or 1.0
    rows = "; ".join(" ".join(f"{value:g}" for value in row) for row in values.tolist())
    return HeatmapFigure(
        title=title,
        caption=sized(values.shape),
        alt=f"{title}, {sized(values.shape)}, row by row: {rows}.",
        values=array_of(values),
        low=-limit,
        high=limit,
    )
