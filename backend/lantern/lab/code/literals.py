"""Numbers and tensors as Python writes them, no longer than they need to be."""

import struct
import textwrap
from collections.abc import Iterable, Sequence

from torch import Tensor

WIDTH = 96


def number(value: float) -> str:
    """Return the shortest text that is this float32 again when it is read."""
    if value == int(value) and abs(value) < 1e6:
        return str(int(value)) if value or str(value) != "-0.0" else "-0.0"
    wanted = _single(value)
    for digits in range(3, 9):
        text = f"{value:.{digits}g}"
        if _single(float(text)) == wanted:
            return text
    return f"{value:.9g}"


def nested(tensor: Tensor) -> str:
    """Return a tensor of 1 or 2 dimensions as lists, a row on each line."""
    if tensor.dim() == 1:
        return f"[{', '.join(map(number, tensor.tolist()))}]"
    rows = [nested(row) for row in tensor]
    if len(rows) == 1 and len(rows[0]) < WIDTH - 30:
        return f"[{rows[0]}]"
    return "[\n" + "".join(f"{_folded(row)},\n" for row in rows) + "]"


def _folded(row: str) -> str:
    return "\n".join(textwrap.wrap(row, WIDTH, initial_indent="    ", subsequent_indent="     "))


def table(rows: Iterable[Sequence[float]]) -> str:
    """Return rows of numbers as a list of tuples, as many on a line as fit."""
    cells = [f"({', '.join(map(number, row))})," for row in rows]
    lines, line = ["["], "   "
    for cell in cells:
        if len(line) + 1 + len(cell) > WIDTH:
            lines.append(line)
            line = "   "
        line += f" {cell}"
    return "\n".join([*lines, line, "]"])


def _single(value: float) -> bytes:
    return struct.pack("<f", value)
