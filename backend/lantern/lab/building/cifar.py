"""The binary archive of CIFAR: records of a class byte and 3072 pixels, red plane first."""

import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import torch

from lantern.lab.data import Split
from lantern.lab.subject import Progress
from lantern.protocol.problems import ProblemError

SIDE = 32
PIXELS = 3 * SIDE * SIDE
RECORD = 1 + PIXELS
MOST_RECORDS = 10_000
"""In one file of the archive."""


def reading_batches(path: Path, names: tuple[str, ...]) -> Iterator[Progress | dict[str, Split]]:
    """Yield progress, then images (n, 3, 32, 32) and classes by the file's name in the archive."""
    found: dict[str, Split] = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                name = member.name.rpartition("/")[2]
                if name not in names or not member.isfile():
                    continue
                yield Progress(len(found) / len(names), f"Reading {name} of {path.name}")
                found[name] = _batch(archive, member, path)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise _damaged(path, f"it cannot be unpacked ({error})") from None
    missing = [name for name in names if name not in found]
    if missing:
        raise _damaged(path, f"{missing[0]} is not in it")
    yield found


def _batch(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> Split:
    count, rest = divmod(member.size, RECORD)
    if rest or not 0 < count <= MOST_RECORDS:
        raise _damaged(path, f"{member.size} bytes of {member.name} are no whole pictures")
    file = archive.extractfile(member)
    assert file is not None  # only files come here
    raw = bytearray(file.read())  # torch wants memory that it may write to
    if len(raw) != member.size:
        raise _damaged(path, f"{member.name} ends too early")
    records = torch.frombuffer(raw, dtype=torch.uint8).reshape(count, RECORD)
    labels = records[:, 0].long()
    if int(labels.max()) > 9:
        raise _damaged(path, f"{member.name} names a class beyond 9")
    return Split(records[:, 1:].reshape(count, 3, SIDE, SIDE), labels)  # (n, 3072) -> (n, 3, h, w)


def _damaged(path: Path, why: str) -> ProblemError:
    return ProblemError(
        f"dataset: the file {path.name} is damaged: {why}.",
        field="dataset.name",
        hint="Delete it, so that it is downloaded again.",
    )
