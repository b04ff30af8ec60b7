"""Maps as PNG pictures in the page's colours, without an image library."""

import struct
import zlib
from collections.abc import Sequence

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SIGNED = ("#d97706", "#fbfaf7", "#2563a8")
"""Against, nothing, for: the page's orange and blue."""
MAGNITUDE = (
    *("#000004", "#1b0c42", "#4b0c6b", "#781c6d", "#a52c60"),
    *("#cf4446", "#ed6925", "#fb9a06", "#f7d03c", "#fcffa4"),
)
"""The perceptually uniform map inferno, as on the page."""
CLIPPED = 0.02
"""Share of all |scores| that lies above the limit of the colours."""


def limit_of(values: Sequence[float]) -> float:
    """Return where colours end: the largest 2 % of the sum of all |values| lie above it."""
    sizes = sorted((abs(value) for value in values if abs(value) < float("inf")), reverse=True)
    left = CLIPPED * sum(sizes)
    for size in sizes:
        if left < size:
            return size or 1.0
        left -= size
    return 1.0


def colours(stops: Sequence[str]) -> list[bytes]:
    """Return 256 colours of three bytes through the stops at even distances."""
    corners = [bytes.fromhex(stop[1:]) for stop in stops]
    table: list[bytes] = []
    for level in range(256):
        place = level / 255 * (len(corners) - 1)
        first = min(int(place), len(corners) - 2)
        share = place - first
        pairs = zip(corners[first], corners[first + 1], strict=True)
        table.append(bytes(round(a + (b - a) * share) for a, b in pairs))
    return table


def map_png(
    values: Sequence[float], *, width: int, signed: bool, limit: float, scale: int, note: str
) -> bytes:
    """Return a map (rows x width floats) as a PNG of `scale` x `scale` pixels for each number.

    Signed maps run from -limit to limit, others from 0 to limit; what is not a number is shown as
    0. The note lies in the file as text, under `Description`.
    """
    table = colours(SIGNED if signed else MAGNITUDE)
    low, span = (-limit, 2 * limit) if signed else (0.0, limit)
    pixels = [table[_level(value, low, span)] * scale for value in values]
    rows = [b"\x00" + b"".join(pixels[at : at + width]) for at in range(0, len(pixels), width)]
    body = b"".join(row * scale for row in rows)
    head = struct.pack(">IIBBBBB", width * scale, len(rows) * scale, 8, 2, 0, 0, 0)
    text = b"Description\x00\x00\x00\x00\x00" + note.encode()
    chunks = (b"IHDR", head), (b"iTXt", text), (b"IDAT", zlib.compress(body, 6)), (b"IEND", b"")
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _level(value: float, low: float, span: float) -> int:
    place = (value - low) / span if value == value else -low / span
    return round(255 * min(1.0, max(0.0, place)))


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
