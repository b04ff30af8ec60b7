"""What a set of pictures by class may be: agreed by web, which takes uploads, and by workers."""

import stat
import struct
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lantern.protocol.problems import ProblemError

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
TRAIN = frozenset({"train", "training"})
VALIDATION = ("val", "valid", "validation", "test", "testing")
"""In the order in which one is taken where there are several."""
IGNORED = frozenset({"__MACOSX"})

MOST_FILES = 200_000
MOST_CLASSES = 1000
MOST_BYTES = 4_000_000_000
"""Of all files of an archive, unpacked."""
MOST_PICTURE_BYTES = 20_000_000
MOST_RATIO = 100
"""Unpacked to packed; pictures are packed already, so that honest archives stay near 1."""
MOST_INDEX_BYTES = 100 * MOST_FILES
LONGEST_NAME = 60

PACKINGS = frozenset({ZIP_STORED, ZIP_DEFLATED})
"""Of pictures; others are rare, and LZMA takes as much memory as the archive asks for."""
UNPACKING_ERRORS = (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)
"""What reading a damaged file of an archive raises: a wrong checksum or header, bits that cannot be
inflated, an end too early, a disk that fails, a kind of file or a place that does not exist."""

END, END64, LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"


@dataclass(frozen=True)
class Arrangement:
    """The pictures of a set by their class."""

    classes: tuple[str, ...]
    train: dict[str, tuple[str, ...]]
    """Paths inside the set by class, sorted."""
    validation: dict[str, tuple[str, ...]]
    """Likewise; empty where the set has no folder for it."""
    left_out: int
    """Files that are no pictures, or lie in no class."""

    @property
    def count(self) -> int:
        """How many pictures there are."""
        return sum(map(len, self.train.values())) + sum(map(len, self.validation.values()))


def arranged(names: Sequence[str], *, field: str | None = None) -> Arrangement:
    """Return the pictures by class: folders are classes, with or without `train` and `test` above.

    Folders around everything are passed over. Raises ProblemError if there are not two classes.
    """
    paths = {parts_of(name): name for name in names if _is_picture(name)}
    depth = _around(list(paths))
    inner = {parts[depth:]: name for parts, name in paths.items() if len(parts) > depth + 1}
    part = _validation_folder(inner)
    if part is None:
        train, validation = _by_class(inner), {}
    else:
        train = _by_class({k[1:]: v for k, v in inner.items() if k[0].lower() in TRAIN})
        held = {k[1:]: v for k, v in inner.items() if k[0].lower() == part}
        validation = {name: all_ for name, all_ in _by_class(held).items() if name in train}
    _check_classes(train, field)
    found = sum(map(len, train.values())) + sum(map(len, validation.values()))
    return Arrangement(tuple(sorted(train)), train, validation, len(names) - found)


def members(archive: ZipFile, *, field: str | None = None) -> list[ZipInfo]:
    """Return the files of an archive, or raise a ProblemError for one that is not safe to read."""
    infos = archive.infolist()
    if not all(info.filename for info in infos):  # which `is_dir` cannot look at
        raise _refused("holds a file without a name", field)
    infos = [info for info in infos if not info.is_dir()]
    if len(infos) > MOST_FILES:
        raise _refused(f"has {len(infos):,} files, and {MOST_FILES:,} is the most", field)
    for info in infos:
        _check_member(info, field)
    if len({info.filename for info in infos}) < len(infos):
        raise _refused("holds two files of the same name", field)
    size, packed = sum(i.file_size for i in infos), sum(i.compress_size for i in infos)
    if size > MOST_BYTES or size > MOST_RATIO * max(packed, 10_000):
        raise _refused(f"would unpack to {size / 1e6:,.0f} MB, which looks like a trap", field)
    return infos


def open_archive(path: Path, *, field: str | None = None) -> ZipFile:
    """Return an open zip archive; its list of files is measured before it is read into memory."""
    try:
        if _index_bytes(path) > MOST_INDEX_BYTES:
            raise _refused(f"has too long a list of files; {MOST_FILES:,} is the most", field)
        return ZipFile(path)
    except (*UNPACKING_ERRORS, struct.error) as error:
        raise _refused(f"cannot be read: {_short(error)}", field) from None


def unpacked(archive: ZipFile, info: ZipInfo) -> bytes:
    """Return what a file of an archive holds, no more than it says; raises UNPACKING_ERRORS.

    In pieces: `ZipFile.read` unpacks all that there is before it cuts it to the stated size.
    """
    with archive.open(info) as file:
        return file.read(info.file_size + 1)  # the end is looked at as well, with the checksum


def is_text(name: str) -> bool:
    """Return whether a name from the disk can be sent: Python keeps odd bytes as surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def readable(name: str) -> str:
    """Return a name as it can be shown and sent, whatever bytes it was made of."""
    text = unicodedata.normalize("NFC", name)
    return "".join(c if c.isprintable() else "?" for c in text)


def parts_of(name: str) -> tuple[str, ...]:
    """Return folders and file of a path with slashes; pathlib takes ten times as long."""
    return tuple([part for part in name.split("/") if part not in {"", "."}])


def _is_picture(name: str) -> bool:
    if any(part[0] == "." or part in IGNORED for part in parts_of(name)):
        return False
    return f".{name.rpartition('.')[2].lower()}" in SUFFIXES


def _around(paths: Sequence[tuple[str, ...]]) -> int:
    """Return how many folders lie around everything."""
    depth = 0
    while paths and min(map(len, paths)) > depth + 2 and len({p[depth] for p in paths}) == 1:
        depth += 1
    return depth


def _validation_folder(inner: Iterable[tuple[str, ...]]) -> str | None:
    """Return the lower-case name of the folder to validate with, if the set is divided so."""
    tops = {parts[0].lower() for parts in inner if len(parts) > 2}
    if any(len(parts) < 3 for parts in inner) or not tops & TRAIN:
        return None
    if not tops <= TRAIN.union(VALIDATION):
        return None
    return next((name for name in VALIDATION if name in tops), None)


def _by_class(inner: dict[tuple[str, ...], str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for parts, name in inner.items():
        found.setdefault(readable(parts[0]), []).append(name)
    short = _short_names(sorted(found))
    return {short[name]: tuple(sorted(found[name])) for name in sorted(found)}


def _short_names(names: Sequence[str]) -> dict[str, str]:
    """Return names that are not too long by the full ones; no two become one."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for place, name in enumerate(names):
        short = name[:LONGEST_NAME]
        if short in taken:
            short = f"{name[: LONGEST_NAME - 8]}~{place}"
        taken.add(short)
        found[name] = short
    return found


def _check_classes(train: dict[str, tuple[str, ...]], field: str | None) -> None:
    if not 2 <= len(train) <= MOST_CLASSES:
        many = {0: "no pictures in folders", 1: "pictures of one class alone"}.get(
            len(train), f"pictures of {len(train):,} classes"
        )
        raise ProblemError(
            f"The set has {many}; 2 to {MOST_CLASSES:,} classes are needed.",
            field=field,
            hint="Put PNG, JPEG or WebP pictures into one folder for each class.",
        )


def _check_member(info: ZipInfo, field: str | None) -> None:
    name = info.filename
    parts = parts_of(name)
    if name.startswith("/") or not parts or ".." in parts or set(name) & set("\\:\0"):
        raise _refused(f"holds a path that leads out of it: {name[:60]!r}", field)
    if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG}:
        raise _refused(f"holds a link or a device: {name[:60]!r}", field)
    if info.flag_bits & 1:
        raise _refused("is locked with a password", field)
    if _is_picture(name) and info.compress_type not in PACKINGS:
        raise _refused(f"is packed by another way than deflate: {name[:60]!r}", field)
    if _is_picture(name) and info.file_size > MOST_PICTURE_BYTES:
        size = f"{info.file_size / 1e6:,.0f} MB"
        raise _refused(f"holds a picture of {size}: {name[:60]!r}", field)


def _index_bytes(path: Path) -> int:
    """Return the size of an archive's list of files, as its end tells it (APPNOTE 4.3.14-16)."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        start = max(0, size - 2**16 - 22 - 20)
        file.seek(start)
        tail = file.read()
        at = tail.rfind(END)
        if at < 0:
            raise BadZipFile("it is no zip archive, or not all of it is there")
        length = struct.unpack_from("<I", tail, at + 12)[0]
        if at >= 20 and tail[at - 20 : at - 16] == LOCATOR64:
            file.seek(struct.unpack_from("<Q", tail, at - 12)[0])
            record = file.read(56)
            if record[:4] == END64:
                length = max(length, struct.unpack_from("<Q", record, 40)[0])
            # ZipFile looks for the record right before the locator, wherever this one points to
            length = max(length, _length64(tail, at - 76))
        return 0 if length == 0xFFFFFFFF else length


def _length64(tail: bytes, at: int) -> int:
    is_record = at >= 0 and tail[at : at + 4] == END64
    return struct.unpack_from("<Q", tail, at + 40)[0] if is_record else 0


def _refused(why: str, field: str | None) -> ProblemError:
    return ProblemError(f"The archive {why}.", field=field)


def _short(error: Exception) -> str:
    text = str(error)[:120] or type(error).__name__
    return text[0].lower() + text[1:]
