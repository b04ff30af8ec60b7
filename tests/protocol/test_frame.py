"""A frame comes out as it went in, and bytes that are no frame are refused, whatever they are."""

import json
import random
import struct

import pytest
from pydantic import ValidationError

from lantern.protocol import frame
from lantern.protocol.events import FigureEvent
from lantern.protocol.figures import Array, Dtype, Images, ImagesFigure, LinesFigure, Series
from lantern.protocol.ids import ViewKey


def floats(*values: float) -> Array:
    return Array.of(struct.pack(f"<{len(values)}f", *values), dtype="f4", shape=(len(values),))


def event() -> FigureEvent:
    x = floats(0, 1, 2)  # shared by both series: it is sent once
    images = Images(
        values=Array.of(bytes(range(5)), dtype="u1", shape=(5, 1, 1, 1)),
        low=floats(*[0] * 5),
        high=floats(*[1] * 5),
    )
    return FigureEvent(
        key=ViewKey("0123456789abcdef"),
        run=2,
        step=812,
        figures=(
            LinesFigure(
                series=(
                    Series(label="a", x=x, y=floats(1, 2, 3)),
                    Series(label="b", x=x, y=floats(4, 5, 6)),
                )
            ),
            ImagesFigure(title="conv1", images=images, facts={"layer": "conv1", "step": 812}),
        ),
    )


def test_a_frame_comes_out_as_it_went_in() -> None:
    sent = event()
    received = frame.decode(frame.encode(sent), FigureEvent)
    data = [bytes(array.data) for array in frame.arrays_of(sent)]
    assert [bytes(array.data) for array in frame.arrays_of(received)] == data
    assert len(data) == 7
    assert received.figures[1].facts == {"layer": "conv1", "step": 812}
    assert (received.key, received.run, received.step) == (sent.key, 2, 812)


def test_the_layout_is_length_header_padding_arrays_of_eight() -> None:
    sent = frame.encode(event())
    (length,) = struct.unpack_from("<I", sent)
    header = json.loads(sent[4 : 4 + length])
    start = -(-(4 + length) // 8) * 8
    assert set(sent[4 + length : start]) <= {0}
    assert len(sent) % 8 == 0
    assert frame.header_of(sent) == header
    line = header["figures"][0]["series"][1]
    assert line["y"] == {"dtype": "f4", "shape": [3], "offset": 32}
    assert struct.unpack_from("<3f", sent, start + 32) == (4, 5, 6)


def test_a_shared_array_is_sent_once() -> None:
    series = frame.header_of(frame.encode(event()))["figures"][0]["series"]
    assert series[0]["x"] == series[1]["x"]


def test_arrays_are_views_of_the_frame_not_copies() -> None:
    sent = frame.encode(event())
    received = frame.decode(sent, FigureEvent)
    assert all(array.data.obj is sent for array in frame.arrays_of(received))


@pytest.mark.parametrize("dtype", ["u1", "u2", "i4", "f2", "f4", "f8"])
def test_an_array_must_fill_its_shape(dtype: Dtype) -> None:
    with pytest.raises(ValueError, match="bytes for"):
        Array.of(bytes(3), dtype=dtype, shape=(2,))


def test_an_empty_array_is_an_array() -> None:
    sent = event().model_copy(update={"figures": (LinesFigure(series=(_empty(),)),)})
    received = frame.decode(frame.encode(sent), FigureEvent)
    assert [bytes(array.data) for array in frame.arrays_of(received)] == [b"", b""]


def test_short_frames_are_refused() -> None:
    sent = frame.encode(event())
    padding = 4  # behind the last array, five floats of 4 bytes
    for length in range(len(sent) - padding):
        with pytest.raises((frame.FrameError, ValidationError)):
            frame.decode(sent[:length], FigureEvent)


@pytest.mark.parametrize(
    "length", [2**32 - 1, frame.MAX_HEADER_BYTES + 1, 10_000], ids=["huge", "over", "beyond"]
)
def test_a_header_longer_than_the_frame_is_refused(length: int) -> None:
    with pytest.raises(frame.FrameError, match="does not fit"):
        frame.decode(struct.pack("<I", length) + bytes(100), FigureEvent)


@pytest.mark.parametrize(
    ("field", "value"),
    [("offset", 4), ("offset", -8), ("offset", 8_000), ("shape", [3000]), ("shape", [-3, -1])],
)
def test_an_array_outside_the_frame_is_refused(field: str, value: object) -> None:
    header = frame.header_of(frame.encode(event()))
    header["figures"][0]["series"][0]["x"][field] = value
    with pytest.raises((frame.FrameError, ValidationError)):
        frame.decode(_reframed(header), FigureEvent)


def test_damaged_frames_raise_nothing_else() -> None:
    """Whatever bytes arrive, only the two expected errors come of it."""
    sent = frame.encode(event())
    chance = random.Random(0)
    for _ in range(3000):
        damaged = bytearray(sent)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(sent))] = chance.randrange(256)
        try:
            frame.decode(bytes(damaged), FigureEvent)
        except (frame.FrameError, ValidationError):
            continue


def _empty() -> Series:
    return Series(label="", x=floats(), y=floats())


def _reframed(header: object) -> bytes:
    """Return a frame of this header, with as many zeros behind it as the arrays had."""
    text = json.dumps(header).encode()
    start = -(-(4 + len(text)) // 8) * 8
    return (struct.pack("<I", len(text)) + text).ljust(start, b"\0") + bytes(136)
