"""A frame is one binary message: u32 header length, JSON header, padding, arrays (8-aligned).

All numbers are little-endian. The header is the message's own JSON; its arrays are placed by byte
offset from the end of the padded header, so a browser makes typed-array views without copying.
"""

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from lantern.protocol.figures import ITEM_BYTES, Array

ALIGNMENT = 8
MAX_HEADER_BYTES = 4_000_000
M = TypeVar("M", bound=BaseModel)


class FrameError(ValueError):
    """The bytes are not a frame; the text says what is wrong with them."""


def _padded(length: int) -> int:
    return -(-length // ALIGNMENT) * ALIGNMENT


def arrays_of(value: object) -> Iterator[Array]:
    """Yield every array inside a message, in field order."""
    if isinstance(value, Array):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from arrays_of(getattr(value, name))
    elif isinstance(value, tuple | list):
        for item in cast("Sequence[object]", value):  # isinstance says nothing of the items
            yield from arrays_of(item)
    elif isinstance(value, dict):
        for item in cast("Mapping[object, object]", value).values():
            yield from arrays_of(item)


class _Placing:
    """Gives every array its place behind the header, in the order in which they are written."""

    def __init__(self) -> None:
        self.placed: dict[int, tuple[int, Array]] = {}
        self.end = 0

    def __call__(self, array: Array) -> int:
        found = self.placed.get(id(array))
        if found is None:
            found = self.placed[id(array)] = self.end, array
            self.end += _padded(array.data.nbytes)
        return found[0]


def encode(message: BaseModel) -> bytes:
    """Return the message as one frame; every array in it must carry its bytes."""
    placing = _Placing()
    header = message.model_dump_json(context={"place": placing}).encode()
    start = _padded(4 + len(header))
    frame = bytearray(start + placing.end)
    struct.pack_into("<I", frame, 0, len(header))
    frame[4 : 4 + len(header)] = header
    for offset, array in placing.placed.values():
        data = array.data
        frame[start + offset : start + offset + data.nbytes] = data
    return bytes(frame)


def header_of(frame: bytes) -> dict[str, Any]:
    """Return the JSON header alone, without touching the arrays."""
    return json.loads(_header_bytes(frame))


def decode(frame: bytes, model: type[M]) -> M:
    """Return the message in the frame; its arrays are views of the frame, not copies."""
    header = _header_bytes(frame)
    message = model.model_validate_json(header)
    start = _padded(4 + len(header))
    body = memoryview(frame)[start:]
    for array in arrays_of(message):
        end = array.offset + array.size_bytes
        if array.offset < 0 or array.offset % ALIGNMENT or end > body.nbytes:
            raise FrameError(
                f"array of {ITEM_BYTES[array.dtype]}-byte items lies outside the frame"
            )
        array.attach(body[array.offset : end])
    return message


def _header_bytes(frame: bytes) -> bytes:
    if len(frame) < 4:
        raise FrameError("frame is shorter than its length field")
    (length,) = struct.unpack_from("<I", frame)
    if length > MAX_HEADER_BYTES or 4 + length > len(frame):
        raise FrameError(f"header of {length} bytes does not fit a frame of {len(frame)}")
    return frame[4 : 4 + length]
