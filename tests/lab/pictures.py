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


def png_that_says(width: int, height: int) -> bytes:
    """Return a PNG file whose header claims a size, with the data of a tiny picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(64))
    parts = ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


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
