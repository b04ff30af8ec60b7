"""What the header of a picture file claims, checked before anything is decoded."""

import struct
from dataclasses import dataclass
from typing import Literal

Format = Literal["PNG", "JPEG", "WEBP"]


@dataclass(frozen=True)
class Limits:
    """The most that one picture may be."""

    size_bytes: int = 20_000_000
    side: int = 10_000
    """Pixels along the longer edge."""
    pixels: int = 4_000_000
    jpeg_pixels: int = 25_000_000
    """More for JPEG, which is decoded at a fraction of its size."""


LIMITS = Limits()


class Refusal(ValueError):
    """A picture that is not read, and why."""

    def __init__(self, why: str, hint: str | None = None) -> None:
        super().__init__(why)
        self.hint = hint


HUFFMAN_JPEG = frozenset({0xC0, 0xC1, 0xC2})
"""Frames whose every block of 8 x 8 pixels takes a bit at least."""


def claimed(data: bytes, limits: Limits = LIMITS) -> tuple[Format, int, int]:
    """Return the format, width and height of a file within the limits; raises Refusal."""
    form, width, height = stated_size(data)
    _check(form, width, height, len(data), limits=limits)
    if form == "JPEG" and _is_too_short(data):
        raise Refusal("The picture lies about its size: its file is too short for that")
    return form, width, height


def _is_too_short(data: bytes) -> bool:
    """Return whether a JPEG cannot hold what it claims, which decoders fill up with grey."""
    marker, width, height = _jpeg_frame(data)
    return marker in HUFFMAN_JPEG and (width // 8) * (height // 8) > 8 * len(data)


def stated_size(data: bytes) -> tuple[Format, int, int]:
    """Return the format and the width and height that a file's header claims; raises Refusal."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return "PNG", *struct.unpack_from(">II", data, 16)
        if data.startswith(b"\xff\xd8\xff"):
            return "JPEG", *_jpeg_frame(data)[1:]
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return "WEBP", *_webp_size(data)
    except (struct.error, IndexError):
        raise Refusal("The picture's file ends before its size is told") from None
    hint = "Save it as PNG, JPEG or WebP."
    if b"<svg" in data[:4096].lower():
        raise Refusal("SVG pictures are not read, as they are programs rather than pixels", hint)
    raise Refusal("The file is not a PNG, JPEG or WebP picture", hint)


def _jpeg_frame(data: bytes) -> tuple[int, int, int]:
    """Return marker, width and height of the first frame header (SOF0 to SOF15)."""
    at = 2
    while True:
        if data[at] != 0xFF:
            raise Refusal("The JPEG picture is damaged: its header cannot be followed")
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return marker, width, height
        bare = marker in {0x01, 0xFF} or 0xD0 <= marker <= 0xD8
        fill = 1 if marker == 0xFF else 2
        at += fill if bare else 2 + struct.unpack_from(">H", data, at + 2)[0]


def _webp_size(data: bytes) -> tuple[int, int]:
    """Return width and height; Pillow takes memory for the canvas as soon as it opens the file."""
    match data[12:16]:
        case b"VP8X":
            return (
                1 + int.from_bytes(data[24:27], "little"),
                1 + int.from_bytes(data[27:30], "little"),
            )
        case b"VP8L":
            bits = struct.unpack_from("<I", data, 21)[0]
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", data, 26)
            return width & 0x3FFF, height & 0x3FFF
        case _:
            raise Refusal("The WebP picture is damaged: it has no image in it")


def _check(form: Format, width: int, height: int, size_bytes: int, *, limits: Limits) -> None:
    most = limits.jpeg_pixels if form == "JPEG" else limits.pixels
    hint = "Make it smaller first."
    if size_bytes > limits.size_bytes:
        mega = f"{size_bytes / 1e6:.1f} MB, and {limits.size_bytes / 1e6:.0f} MB"
        raise Refusal(f"The picture's file has {mega} is the most that is read", hint)
    if width < 1 or height < 1:
        raise Refusal("The picture says that it has no pixels")
    if max(width, height) > limits.side or width * height > most:
        raise Refusal(
            f"The picture has {width} x {height} pixels, and {most / 1e6:.0f} million, at most "
            f"{limits.side} along an edge, is the most that is read",
            hint,
        )
