"""Where the pictures of a set lie: in a folder or a zip archive inside the data folder."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Protocol
from zipfile import ZipFile

from lantern.protocol.picture_sets import (
    MOST_FILES,
    MOST_PICTURE_BYTES,
    SUFFIXES,
    UNPACKING_ERRORS,
    arranged,
    is_text,
    members,
    open_archive,
    readable,
    unpacked,
)
from lantern.protocol.problems import ProblemError

DEEPEST = 8
UPLOADS = "uploads"


class Shelf(Protocol):
    """Files by their path inside the set."""

    @property
    def names(self) -> list[str]:
        """Every file, with `/` between folders."""
        ...

    @property
    def digest(self) -> str:
        """A text that changes when a file does."""
        ...

    def read(self, name: str) -> bytes:
        """Return what a file holds; OSError if it cannot be read."""
        ...


@contextmanager
def opened(folder: Path, path: str, *, field: str) -> Iterator[Shelf]:
    """Open the set at a path relative to the data folder; raises ProblemError."""
    target = _inside(folder.resolve(), path, field=field)
    if target.is_dir():
        yield _Folder(target, field=field)
    elif target.is_file():
        with open_archive(target, field=field) as archive:
            yield _Archive(archive, target, field=field)
    else:
        raise ProblemError(
            f"{field}: there is no {path[:80]!r} in the data folder.",
            field=field,
            hint="Put a folder or a zip archive there, with one folder for each class.",
        )


def first_set(folder: Path, *, field: str) -> str:
    """Return the path of the first set in the data folder, by name; raises ProblemError."""
    found = [*sorted(folder.glob("*.zip")), *sorted((folder / UPLOADS).glob("*.zip"))]
    others = sorted(each for each in folder.glob("*") if each.is_dir() and each.name != UPLOADS)
    for candidate in (*found, *others):
        path = candidate.relative_to(folder).as_posix()
        if not is_text(path):
            continue  # no experiment could name it
        try:
            with opened(folder, path, field=field) as shelf:
                arranged(shelf.names)
        except ProblemError:
            continue
        return path
    raise ProblemError(
        "There are no pictures in the data folder yet.",
        field=field,
        hint="Upload a zip archive with one folder for each class, or put one there.",
    )


class _Archive:
    def __init__(self, archive: ZipFile, path: Path, *, field: str) -> None:
        self._archive = archive
        infos = members(archive, field=field)
        self._infos = {info.filename: info for info in infos}
        self.names = list(self._infos)
        facts = path.stat()
        self.digest = f"{path}/{facts.st_size}/{facts.st_mtime_ns}"

    def read(self, name: str) -> bytes:
        try:
            return unpacked(self._archive, self._infos[name])
        except UNPACKING_ERRORS as error:
            raise OSError(str(error)) from None


class _Folder:
    def __init__(self, path: Path, *, field: str) -> None:
        self._path = path
        digest = hashlib.blake2b(os.fsencode(path), digest_size=16)
        self.names: list[str] = []
        for entry, name in _walk(path, "", field=field):
            facts = entry.stat(follow_symlinks=False)
            digest.update(os.fsencode(f"{name}/{facts.st_size}/{facts.st_mtime_ns}\n"))
            self.names.append(name)
            if len(self.names) > MOST_FILES:
                raise ProblemError(
                    f"{field}: the folder has more than {MOST_FILES:,} files.", field=field
                )
        self.digest = digest.hexdigest()

    def read(self, name: str) -> bytes:
        handle = os.open(self._path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError("it is no file")
            content = file.read(MOST_PICTURE_BYTES + 1)
        if len(content) > MOST_PICTURE_BYTES:
            raise OSError(f"it has more than {MOST_PICTURE_BYTES / 1e6:.0f} MB")
        return content


def _walk(
    path: Path, above: str, *, field: str, depth: int = 0
) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Yield the files in a folder, sorted, with their paths inside it."""
    with os.scandir(path) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        name = f"{above}{entry.name}"
        if entry.is_symlink():
            raise ProblemError(
                f"{field}: {readable(name)[:80]!r} is a link, and links are not followed.",
                field=field,
            )
        if entry.is_dir(follow_symlinks=False):
            if depth < DEEPEST and not entry.name.startswith("."):
                yield from _walk(Path(entry.path), f"{name}/", field=field, depth=depth + 1)
        elif PurePosixPath(name).suffix.lower() in SUFFIXES:
            yield entry, name


def _inside(root: Path, path: str, *, field: str) -> Path:
    """Return the path below the root, if no part of it leads away."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path or "\0" in path:
        raise ProblemError(
            f"{field}: {path[:80]!r} is not a path inside the data folder.", field=field
        )
    target = root
    for part in parts:
        target = target / part
        if target.is_symlink():
            raise ProblemError(
                f"{field}: {part[:80]!r} is a link, which is not followed.", field=field
            )
    return target
