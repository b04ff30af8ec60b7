"""Pictures for tests: small sets in the formats that are read, and files that are traps."""

import io
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image


def picture(seed: int = 0, *, side: int = 20, form: str = "PNG", mode: str = "RGB") -> bytes:
    """Return an encoded picture of random pixels."""
    shape = (side, side) if mode == "L" else (side, side, len(mode))
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form)
    return file.getvalue()


def plain(colour: tuple[int, int, int], *, side: int = 20, form: str = "PNG") -> bytes:
    """Return an encoded picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(file, form)
    return file.getvalue()


def png_that_says(width: int, height: int, *, colours: int = 2, body: bytes = bytes(64)) -> bytes:
    """Return a PNG file whose header claims a size, with the data of a tiny picture.

    `colours` is the format's number for kinds of pixels: 2 for RGB, 3 for those of a palette.
    """

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(body)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


NO_PALETTE = png_that_says(4, 4, colours=3, body=b"\0\1\1\1\1" * 4)
"""Its pixels are numbers of colours that it does not name."""


def jpeg_that_says(width: int, height: int) -> bytes:
    """Return a JPEG of 64 x 64 pixels whose frame header claims another size."""
    content = bytearray(picture(side=64, form="JPEG"))
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def zip_that_lies(size: int) -> bytes:
    """Return an archive of two pictures, behind each of which so many zeros are packed."""
    shown = picture()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(shown) + packer.compress(bytes(size)) + packer.flush()
    facts = struct.pack("<HHHIIIIHH", 20, 0, 8, 0, zlib.crc32(shown), len(packed), len(shown), 7, 0)
    body, index = b"", b""
    for name in (b"a/1.png", b"b/1.png"):
        index += b"PK\1\2" + struct.pack("<H", 20) + facts
        index += struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name
        body += b"PK\3\4" + facts + name + packed
    end = struct.pack("<HHHHIIH", 0, 0, 2, 2, len(index), len(body), 0)
    return body + index + b"PK\5\6" + end


def zip_without_name(path: Path) -> Path:
    """Write an archive in which one file has no name."""
    content = write_zip(path, by_class(3) | {"nameless": b""}).read_bytes()
    path.write_bytes(content.replace(b"nameless", b"\0ameless"))  # it ends at the first 0
    return path


def zip_of_version(path: Path, version: int) -> Path:
    """Write an archive that says it can be read by this version of the format alone."""
    content = bytearray(write_zip(path, by_class(3)).read_bytes())
    at = content.index(b"PK\1\2")
    content[at + 6 : at + 8] = version.to_bytes(2, "little")
    path.write_bytes(content)
    return path


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


def write_zip(path: Path, files: dict[str, bytes], *, packed: bool = False) -> Path:
    """Write an archive of files by their names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def by_class(count: int = 10, *, above: str = "") -> dict[str, bytes]:
    """Return so many pictures of each of two classes, by name."""
    return {
        f"{above}{name}/{number:03}.png": picture(place * 100 + number)
        for place, name in enumerate(("cats", "dogs"))
        for number in range(count)
    }


def write_pictures(path: Path) -> Path:
    """Write an archive of two classes without folders for training and validation."""
    return write_zip(path, by_class(20))


def write_cifar10(path: Path, count: int) -> dict[str, np.ndarray]:
    """Write CIFAR-10's binary archive with so many random records in each file; return them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"]
    written: dict[str, np.ndarray] = {}
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for seed, name in enumerate(("readme.html", *names)):
            by = np.random.default_rng(seed)
            records = by.integers(0, 256, (count, 3073), dtype=np.uint8)
            records[:, 0] = np.arange(count) % 10
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            info.size = records.nbytes
            archive.addfile(info, io.BytesIO(records.tobytes()))
            written[name] = records
    return written
