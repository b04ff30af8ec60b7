"""Frames as JSON for scripts: every array as nested lists."""

import math
import struct
from array import array
from collections.abc import Iterable, Sequence
from typing import Any, cast

from lantern.protocol import frame

CODES = {"u1": "B", "u2": "H", "i4": "i", "f4": "f", "f8": "d"}


def figures_of(message: bytes) -> tuple[dict[str, Any], ...]:
    """Return the figures of an `inspected` or `job_done` frame with nested lists for arrays."""
    header = frame.header_of(message)
    (length,) = struct.unpack_from("<I", message)
    start = -(-(4 + length) // frame.ALIGNMENT) * frame.ALIGNMENT
    body = memoryview(message)[start:]
    return tuple(_listed(figure, body) for figure in header["figures"])


def _listed(value: Any, body: memoryview) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case {"dtype": _, "shape": shape, "offset": _}:
            return _nested(_numbers(value, body), shape)
        case dict():
            items = cast("dict[str, Any]", value)
            return {key: _listed(item, body) for key, item in items.items()}
        case list():
            return [_listed(item, body) for item in cast("list[Any]", value)]
        case _:
            return value


def _numbers(place: dict[str, Any], body: memoryview) -> list[float | int | None]:
    count = math.prod(place["shape"])
    offset = place["offset"]
    if place["dtype"] == "f2":
        found: list[float | int] = list(struct.unpack_from(f"<{count}e", body, offset))
    else:
        numbers: array[float] = array(CODES[place["dtype"]])
        numbers.frombytes(body[offset : offset + count * numbers.itemsize])
        found = list(numbers)
    return _finite(found)


def nested(numbers: Iterable[float | int], shape: Sequence[int]) -> Any:  # noqa: ANN401 - as above
    """Return numbers as lists within lists, None for what is not finite."""
    return _nested(_finite(numbers), list(shape))


def _finite(numbers: Iterable[float | int]) -> list[float | int | None]:
    # JSON has no NaN
    return [number if math.isfinite(number) else None for number in numbers]


def _nested(numbers: list[Any], shape: list[int]) -> Any:  # noqa: ANN401 - as deep as the shape
    if not shape:
        return numbers[0] if numbers else None
    if len(shape) == 1:
        return numbers
    size = math.prod(shape[1:])
    return [_nested(numbers[at * size : (at + 1) * size], shape[1:]) for at in range(shape[0])]
