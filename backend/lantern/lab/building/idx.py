"""IDX, the format of MNIST: a header with type and shape, then the numbers."""

import gzip
import math
import struct
import zlib
from pathlib import Path

import torch
from torch import Tensor

from lantern.lab.building.images import fewer, image_data
from lantern.lab.data import Data, Split
from lantern.protocol.problems import ProblemError

UNSIGNED_BYTE = 0x08


def read_idx(path: Path, *, dimensions: int) -> Tensor:
    """Return the u1 tensor in a gzipped IDX file; ProblemError if it is missing or damaged."""
    try:
        raw = gzip.decompress(path.read_bytes())
    except FileNotFoundError:
        raise ProblemError(
            f"dataset: the file {path.name} is missing.",
            field="dataset.name",
            hint="It is downloaded when there is a network; or put it into the data folder.",
        ) from None
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, f"it cannot be unpacked ({error})") from None
    if len(raw) < 4 + 4 * dimensions:
        raise _damaged(path, "it is too short for a header")
    zero, kind, count = struct.unpack_from(">HBB", raw)
    if zero or kind != UNSIGNED_BYTE or count != dimensions:
        raise _damaged(path, f"it is not an IDX file of bytes with {dimensions} dimensions")
    shape = struct.unpack_from(f">{dimensions}I", raw, 4)
    start = 4 + 4 * dimensions
    if len(raw) - start != math.prod(shape):
        raise _damaged(path, f"{len(raw) - start} bytes do not fill the shape {shape}")
    body = bytearray(memoryview(raw)[start:])  # torch wants memory that it may write to
    return torch.frombuffer(body, dtype=torch.uint8).reshape(shape)


def read_pair(folder: Path, part: str) -> Split:
    """Return images (n, 1, h, w) and classes 0-9 of a `train` or `t10k` pair, as MNIST has them."""
    images = read_idx(folder / f"{part}-images-idx3-ubyte.gz", dimensions=3)
    labels = read_idx(folder / f"{part}-labels-idx1-ubyte.gz", dimensions=1)
    if len(images) != len(labels) or len(labels) == 0 or int(labels.max()) > 9:
        raise ProblemError(
            f"dataset: images and labels of {folder.parent.name}'s {part} files do not belong "
            "together.",
            field="dataset.name",
            hint="Delete them, so that they are downloaded again.",
        )
    return Split(images.unsqueeze(1), labels.long())  # (n, h, w) -> (n, 1, h, w)


def idx_data(
    folder: Path, classes: tuple[str, ...], *, train_samples: int, by: torch.Generator
) -> Data:
    """Return the data of four files named as MNIST's, with so many of the training images."""
    train = fewer(read_pair(folder, "train"), train_samples, by=by)
    return image_data(train, read_pair(folder, "t10k"), classes)


def _damaged(path: Path, why: str) -> ProblemError:
    return ProblemError(
        f"dataset: the file {path.name} is damaged: {why}.",
        field="dataset.name",
        hint="Delete it, so that it is downloaded again.",
    )
