"""Pictures from strangers: what is read, in which form, and what is refused with which sentence."""

import contextlib
import io
import struct

import numpy as np
import pytest
import torch
from PIL import Image
from tests.lab.pictures import NO_PALETTE, SVG, jpeg_that_says, picture, plain, png_that_says

from lantern.lab.building.decode import decoded
from lantern.protocol.picture_files import LIMITS, Limits, stated_size
from lantern.protocol.problems import ProblemError


def encoded(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def refusal(data: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(ProblemError) as caught:
        decoded(data, side=16, limits=limits, field="image")
    assert caught.value.problem.field == "image"
    return caught.value.problem.sentence


WAYS = [
    ("PNG", {}),
    ("JPEG", {}),
    ("JPEG", {"progressive": True}),
    ("WEBP", {}),
    ("WEBP", {"lossless": True}),
    ("WEBP", {"lossless": True, "exif": b"Exif\x00\x00"}),
]


@pytest.mark.parametrize(("form", "options"), WAYS)
def test_formats_are_read_with_the_size_that_their_header_states(form: str, options: dict):
    image = Image.new("RGB", (50, 30), (200, 40, 90))
    data = encoded(image, form, **options)
    assert stated_size(data) == (form, 50, 30)
    pixels = decoded(data)
    assert (pixels.dtype, pixels.shape) == (torch.uint8, (3, 30, 50))
    assert (pixels.float().mean((1, 2)) - torch.tensor([200.0, 40, 90])).abs().max() < 4


def test_pixels_of_a_png_come_exactly_as_they_are():
    data = picture(4, side=13)
    expected = np.asarray(Image.open(io.BytesIO(data)))
    assert np.array_equal(decoded(data).permute(1, 2, 0).numpy(), expected)
    grey = picture(4, side=13, mode="L")
    assert np.array_equal(decoded(grey, channels=1)[0], np.asarray(Image.open(io.BytesIO(grey))))


def test_a_square_is_the_middle_all_of_it_or_squeezed():
    image = Image.new("RGB", (60, 20), "black")
    image.paste((255, 255, 255), (20, 0, 40, 20))
    data = encoded(image)
    assert decoded(data, side=20).min() == 255
    whole = decoded(data, side=24, fit="contain")[0]
    assert whole[0].max() == whole[-1].max() == 0
    assert whole[12, 12] == 255
    squeezed = decoded(data, side=30, fit="stretch")[0]
    assert (squeezed[15] > 128).sum() == 10
    assert decoded(data, side=(8, 12)).shape == (3, 8, 12)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "RGBA", "I;16"])
def test_other_kinds_of_pixels_become_eight_bit_colour_on_white(mode: str):
    if mode == "I;16":
        data = encoded(Image.fromarray(np.full((9, 9), 0x8080, dtype=np.uint16)))
        assert set(decoded(data).flatten().tolist()) == {0x80}
    else:
        transparent = {"LA", "RGBA"}
        pixels = decoded(encoded(Image.new(mode, (9, 9))))
        assert set(pixels.flatten().tolist()) == ({255} if mode in transparent else {0})


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_stand_upright(orientation: int):
    marked = np.zeros((40, 60, 3), dtype=np.uint8)
    marked[:10, :20] = 255  # where upright pictures have it
    undo = [None, 0, 3, 1, 5, 4, 6, 2][orientation - 1]
    opposite = {None: None, 0: 0, 3: 3, 1: 1, 5: 5, 6: 6, 4: 2, 2: 4}[undo]
    image = Image.fromarray(marked)
    stored = image if opposite is None else image.transpose(Image.Transpose(opposite))
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = decoded(encoded(stored, "JPEG", quality=95, exif=exif))
    assert pixels.shape == (3, 40, 60)
    assert pixels[:, 2:8, 2:18].min() > 200
    assert pixels[:, 20:, 30:].max() < 50


def test_a_large_photograph_is_decoded_small():
    data = encoded(Image.new("RGB", (4000, 3000), (10, 200, 60)), "JPEG")
    assert decoded(data, side=32).float().mean((1, 2)).round().tolist() == pytest.approx(
        [10, 200, 60], abs=3
    )


TRAPS = {
    "svg": (SVG, "SVG pictures are not read, as they are programs rather than pixels."),
    "nothing": (b"", "is not a PNG, JPEG or WebP picture"),
    "gif": (b"GIF89a" + bytes(50), "is not a PNG, JPEG or WebP picture"),
    "huge": (png_that_says(30_000, 30_000), "30000 x 30000 pixels"),
    "a long line": (png_that_says(30_000, 1), "30000 x 1 pixels"),
    "beyond 31 bits": (png_that_says(2**32 - 1, 2**32 - 1), "4294967295 x 4294967295 pixels"),
    "no pixels": (png_that_says(0, 5), "no pixels"),
    "lying": (png_that_says(500, 500), "is damaged"),
    "huge webp": (
        b"RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + b"\xff\x3f\x00" * 2,
        "16384 x 16384 pixels",
    ),
    "huge jpeg": (
        b"\xff\xd8\xff\xc0\x00\x11\x08" + struct.pack(">HH", 30_000, 30_000) + bytes(20),
        "30000 x 30000 pixels",
    ),
    "lying jpeg": (jpeg_that_says(4000, 4000), "lies about its size"),
    "no palette": (NO_PALETTE, "cannot be decoded"),
    "endless header": (b"\xff\xd8" + b"\xff" * 5000, "ends before its size is told"),
    "lost header": (b"\xff\xd8\xff\xe0\x00\x04abcd", "cannot be followed"),
}


@pytest.mark.parametrize("which", TRAPS)
def test_traps_are_refused_with_a_sentence(which: str):
    data, why = TRAPS[which]
    assert why in refusal(data)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
def test_cut_files_are_refused(form: str, share: float):
    data = picture(1, side=60, form=form)
    sentence = refusal(data[: int(share * len(data))])
    assert sentence.endswith(".")


def test_limits_are_the_callers_to_choose():
    data = plain((1, 2, 3), side=40)
    assert "40 x 40 pixels" in refusal(data, Limits(pixels=1599))
    assert "at most 39 along an edge" in refusal(data, Limits(side=39))
    assert "MB is the most that is read" in refusal(data, Limits(size_bytes=len(data) - 1))


def test_random_bytes_never_do_more_than_be_refused():
    by = np.random.default_rng(0)
    good = [picture(2, side=24, form=form) for form in ("PNG", "JPEG", "WEBP")]
    for _ in range(300):
        data = bytearray(good[by.integers(3)])
        for place in by.integers(0, len(data), 8):
            data[place] = by.integers(256)
        with contextlib.suppress(ProblemError):
            assert decoded(bytes(data), side=16).shape == (3, 16, 16)
