"""Image files as a network's input, and every kind of file that is none or lies."""

import base64
import io
import struct
import zlib

import numpy as np
import pytest
import torch
from PIL import Image

from lantern.lab.arrays import numpy_of
from lantern.protocol.link import PictureJob, RunJob
from lantern.worker.jobs import done
from lantern.worker.pictures import fitted, has_light_ground


def saved(image: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def made(content: bytes, shape=(1, 28, 28), **options) -> np.ndarray:
    answer = answered(content, shape, **options)
    assert answer.problem is None, answer.problem
    return numpy_of(answer.figures[0].images.values)[0]


def answered(content: bytes, shape=(1, 28, 28), **options):
    data = base64.b64encode(content).decode()
    job = PictureJob(data=data, shape=shape, **options)
    return done(RunJob(id="j", job=job), data=None)


def paper(width=200, height=100) -> Image.Image:
    """A black square in the middle of white paper."""
    image = Image.new("L", (width, height), 255)
    side = min(width, height) // 2
    image.paste(Image.new("L", (side, side)), ((width - side) // 2, (height - side) // 2))
    return image


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_light_paper_becomes_light_ink_on_black_where_the_network_sees_grey(kind):
    pixels = made(saved(paper(), kind))
    assert pixels.shape == (1, 28, 28)
    assert pixels[0, 0, 0] < 10
    assert pixels[0, 14, 14] > 245
    as_it_is = made(saved(paper(), kind), invert="no")
    assert as_it_is[0, 0, 0] > 245
    assert as_it_is[0, 14, 14] < 10


def test_colour_stays_as_it_is_and_dark_ground_too():
    blue = Image.new("RGB", (64, 64), (240, 240, 255))
    pixels = made(saved(blue), (3, 32, 32))
    assert pixels.shape == (3, 32, 32)
    assert pixels[:, 5, 5].tolist() == [240, 240, 255]
    assert made(saved(blue), (3, 32, 32), invert="yes")[:, 5, 5].tolist() == [15, 15, 0]
    night = Image.new("L", (28, 28), 20)
    assert set(made(saved(night)).ravel().tolist()) == {20}


def test_all_of_a_wide_picture_stands_on_black_whatever_its_own_ground():
    pixels = made(saved(paper()), invert="no", fit="contain")[0]
    assert not pixels[:7].any()
    assert not pixels[21:].any()
    assert pixels[8, 2] == 255
    turned = made(saved(paper()), fit="contain")[0]
    assert not turned[:8].any()
    assert turned[14, 14] > 245


@pytest.mark.parametrize("shape", [(1, 9000), (9000, 1)])
@pytest.mark.parametrize("fit", ["crop", "contain"])
def test_a_picture_one_pixel_wide_is_no_trouble(shape, fit):
    pixels = torch.full((1, *shape), 9, dtype=torch.uint8)
    assert fitted(pixels, 28, 20, fit=fit).shape == (1, 28, 20)


def test_the_ground_is_what_lies_along_the_edge():
    pixels = torch.zeros(1, 9, 9, dtype=torch.uint8)
    pixels[:, 1:-1, 1:-1] = 255
    assert not has_light_ground(pixels)
    assert has_light_ground(255 - pixels)


def png(width: int, height: int, data: bytes) -> bytes:
    """A PNG file that says it has this size, whatever its data hold."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(data, 9)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


NOISE = Image.effect_noise((300, 300), 80)
REFUSED = {
    "30 000 pixels": (png(30_000, 30_000, b""), "30000"),
    "bomb": (png(20_000, 20_000, bytes(50_000_000)), "20000"),
    "lies": (png(1000, 1000, bytes(10)), "damaged"),
    "truncated png": (saved(NOISE)[:5000], "damaged"),
    "truncated jpeg": (saved(NOISE, "JPEG")[:4000], "damaged"),
    "truncated webp": (saved(NOISE, "WEBP")[:4000], "damaged"),
    "no size": (b"\x89PNG\r\n\x1a\n", "size"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    "gif": (saved(NOISE, "GIF"), "not a PNG, JPEG or WebP"),
    "zip": (b"PK\x03\x04" + bytes(100), "not a PNG, JPEG or WebP"),
    "riff that is sound": (b"RIFF\x10\x00\x00\x00WAVEfmt ", "not a PNG, JPEG or WebP"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_files_that_lie_are_refused_with_a_sentence(name):
    content, words = REFUSED[name]
    problem = answered(content).problem
    assert problem is not None
    assert words in problem.sentence
    assert problem.sentence.endswith(".")
    assert problem.field == "image"
