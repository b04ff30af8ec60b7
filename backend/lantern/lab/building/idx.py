"""IDX, the format of MNIST: a header with type and shape, then the numbers."""

import gzip
import math
import struct
import zlib
from pathlib import Path

import torch
from torch import Tensor

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


def _damaged(path: Path, why: str) -> ProblemError:
    return ProblemError(
        f"dataset: the file {path.name} is damaged: {why}.",
        field="dataset.name",
        hint="Delete it, so that it is downloaded again.",
    )
