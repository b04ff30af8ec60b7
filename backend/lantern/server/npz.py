"""Arrays as an npz file, which numpy reads, without numpy."""

import io
import math
import zipfile
from dataclasses import dataclass

MAGIC = b"\x93NUMPY\x01\x00"
ALIGNMENT = 64


@dataclass(frozen=True)
class Plain:
    """An array as it lies in memory, little-endian and row-major."""

    data: bytes
    shape: tuple[int, ...]
    descr: str = "<f4"
    """As numpy writes a dtype."""

    def __post_init__(self) -> None:
        """Check that there are as many bytes as shape and dtype call for."""
        size = 4 * math.prod(self.shape)
        if self.descr == "<f4" and len(self.data) != size:
            raise ValueError(f"{len(self.data)} bytes for shape {self.shape}, not {size}")


def text(value: str) -> Plain:
    """Return a text as a numpy array of no dimension, which `.item()` gives back."""
    return Plain(value.encode("utf-32-le"), (), f"<U{len(value)}")


def npy_of(array: Plain) -> bytes:
    """Return the array in numpy's own file format, version 1.0."""
    shape = str(tuple(array.shape))
    header = f"{{'descr': '{array.descr}', 'fortran_order': False, 'shape': {shape}, }}"
    filled = len(MAGIC) + 2 + len(header) + 1
    header += " " * (-filled % ALIGNMENT) + "\n"
    return MAGIC + len(header).to_bytes(2, "little") + header.encode() + array.data


def npz_of(arrays: dict[str, Plain]) -> bytes:
    """Return the arrays by name as one file; the same arrays give the same bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, npy_of(array))
    return file.getvalue()
