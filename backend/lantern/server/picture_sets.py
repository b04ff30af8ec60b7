"""Sets of pictures in the data folder: those that lie there, and those that are uploaded."""

import contextlib
import filecmp
import os
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Collection, Generator
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from lantern.protocol.picture_files import Refusal as BadPicture
from lantern.protocol.picture_files import claimed
from lantern.protocol.picture_sets import (
    UNPACKING_ERRORS,
    Arrangement,
    arranged,
    is_text,
    members,
    open_archive,
    readable,
    unpacked,
)
from lantern.protocol.problems import ProblemError
from lantern.protocol.rest import PictureSetCard
from lantern.server.problems import Refusal

UPLOADS = "uploads"
MOST_UPLOAD_BYTES = 200_000_000
MOST_UNPACKED_BYTES = 600_000_000
MOST_UPLOADS = 50
MOST_LISTED = 100
MOST_FOLDER_FILES = 5000
"""Looked at in a folder to tell whether it is a set."""
LEAST_FREE_BYTES = 1_000_000_000
STALE_S = 3600.0
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,59}")


class PictureSets:
    """Lists, takes and deletes sets; what it does to files is done in threads of the caller's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[str, int, int], PictureSetCard | None] = {}
        """By path, size and time of change, since reading a long archive takes a second."""

    def cards(self) -> list[PictureSetCard]:
        """Return every set that can be read, uploads first."""
        root = self._folder
        uploads = sorted((root / UPLOADS).glob("*.zip"))
        others = [p for p in sorted(root.glob("*")) if p.name != UPLOADS and p.name[0] != "."]
        found = (self._card(path) for path in (*uploads, *others)[:MOST_LISTED])
        return [card for card in found if card is not None]

    def check_length(self, stated: str) -> None:
        """Refuse an upload that says itself that it is too large, or does not say a number."""
        if not stated.isdecimal() or int(stated) > MOST_UPLOAD_BYTES:
            raise _too_large()

    async def take(self, name: str, chunks: AsyncIterator[bytes]) -> tuple[Path, Path]:
        """Write what comes to a file nobody sees yet; return it, and where it is to go."""
        target = self._target(name)
        fresh = target.with_name(f".new-{secrets.token_hex(8)}")
        try:
            with self._writable(fresh) as file:
                written = 0
                async for chunk in chunks:
                    written += len(chunk)
                    if written > MOST_UPLOAD_BYTES:
                        raise _too_large()
                    file.write(chunk)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        return fresh, target

    def admit(self, fresh: Path, target: Path) -> PictureSetCard:
        """Look through an archive that came whole; it becomes visible, or it is deleted.

        The same bytes under the same name are the same set; others are refused.
        """
        try:
            found, bad, why = _looked_through(fresh)
            _put(fresh, target)
        finally:
            fresh.unlink(missing_ok=True)
        files = "1 file" if bad == 1 else f"{bad:,} files"
        card = _card_of(f"{UPLOADS}/{target.name}", target.stem, found)
        note = f"{files} cannot be read, the first one {why}" if bad else ""
        update = {"pictures": found.count - bad, "left_out": found.left_out + bad, "note": note}
        card = card.model_copy(update=update)
        self._known[_key_of(target, target.stat())] = card  # what was found is told from now on
        return card

    def delete(self, name: str, *, used: Collection[str] = ()) -> None:
        """Delete an upload, unless its path is among those that are used."""
        target = self._target(name)
        if f"{UPLOADS}/{target.name}" in used:
            sentence = "A session still learns from it; choose other pictures there first."
            raise Refusal(409, sentence)
        try:
            target.unlink()
        except FileNotFoundError:
            raise Refusal(404, f"There is no uploaded set named {name[:60]!r}.") from None

    def _target(self, name: str) -> Path:
        if NAME.fullmatch(name) is None:
            raise ProblemError(
                "name: letters, digits, spaces, - and _ are allowed, 60 at most.", field="name"
            )
        return self._folder / UPLOADS / f"{name}.zip"

    @contextlib.contextmanager
    def _writable(self, fresh: Path) -> Generator[IO[bytes]]:
        try:
            fresh.parent.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(fresh.parent).free < LEAST_FREE_BYTES + MOST_UPLOAD_BYTES:
                raise Refusal(507, "There is too little room on the disk for an upload.")
            _sweep(fresh.parent)
            if len(list(fresh.parent.glob("*.zip"))) >= MOST_UPLOADS:
                raise Refusal(409, f"There are {MOST_UPLOADS} uploads; delete one first.")
            with fresh.open("xb") as file:
                yield file
        except OSError as error:
            why = error.strerror or "the disk cannot be written to"
            raise Refusal(507, f"The data folder takes no uploads: {why}.") from None

    def _card(self, path: Path) -> PictureSetCard | None:
        try:
            facts = path.stat(follow_symlinks=False)
        except OSError:
            return None
        key = _key_of(path, facts)
        if key not in self._known:
            self._known[key] = self._looked_at(path)
        return self._known[key]

    def _looked_at(self, path: Path) -> PictureSetCard | None:
        is_archive = path.suffix == ".zip" and path.is_file()
        is_set = (is_archive or path.is_dir()) and not path.is_symlink()
        if not is_set or not is_text(path.name):  # which no experiment could name
            return None
        try:
            if is_archive:
                with open_archive(path) as archive:
                    names = [info.filename for info in members(archive)]
            else:
                names = _files_in(path)
            found = arranged(names)
        except ProblemError:
            return None
        title = path.stem if is_archive else path.name
        return _card_of(path.relative_to(self._folder).as_posix(), title, found)


def _key_of(path: Path, facts: os.stat_result) -> tuple[str, int, int]:
    return str(path), facts.st_size, facts.st_mtime_ns


def _put(fresh: Path, target: Path) -> None:
    """Make an archive visible under its name, unless another one has it."""
    try:
        os.link(fresh, target)  # unlike a rename it never puts one set in another's place
    except FileExistsError:
        if not filecmp.cmp(fresh, target, shallow=False):
            sentence = f"There is another set named {target.stem!r} already."
            raise Refusal(409, sentence, field="name") from None


def _sweep(folder: Path) -> None:
    """Delete what is left of uploads that a crash of the server has cut off."""
    for left in folder.glob(".new-*"):
        if time.time() - left.stat().st_mtime > STALE_S:
            left.unlink(missing_ok=True)


def _card_of(path: str, title: str, found: Arrangement) -> PictureSetCard:
    return PictureSetCard(
        path=path,
        title=title,
        classes=len(found.classes),
        pictures=found.count,
        left_out=found.left_out,
        is_divided=bool(found.validation),
        is_upload=path.startswith(f"{UPLOADS}/"),
    )


def _files_in(folder: Path) -> list[str]:
    """Return the first files of a folder, with their paths inside it."""
    names: list[str] = []
    for place, folders, files in os.walk(folder):  # which follows no links
        folders.sort()
        inside = Path(place).relative_to(folder)
        names.extend((inside / file).as_posix() for file in files)
        if len(names) >= MOST_FOLDER_FILES:
            break
    return names


def _looked_through(path: Path) -> tuple[Arrangement, int, str]:
    """Return what is in an archive, how many pictures cannot be read, and why the first cannot."""
    with open_archive(path, field="archive") as archive:
        infos = members(archive, field="archive")
        size = sum(info.file_size for info in infos)
        if size > MOST_UNPACKED_BYTES:
            sentence = f"The archive would unpack to {size / 1e6:,.0f} MB, and "
            sentence += f"{MOST_UNPACKED_BYTES / 1e6:.0f} MB is the most that is taken."
            raise ProblemError(sentence, field="archive")
        found = arranged([info.filename for info in infos], field="archive")
        parts = (*found.train.values(), *found.validation.values())
        by_class = [[_complaint(archive, name) for name in names] for names in parts]
    complaints = [why for heard in by_class for why in heard]
    whys = [why for why in complaints if why]
    if 2 * len(whys) > len(complaints):
        sentence = f"{len(whys):,} of {len(complaints):,} pictures cannot be read, the first one "
        raise ProblemError(f"{sentence}{whys[0]}", field="archive")
    for names, heard in zip(parts, by_class, strict=True):
        if all(heard):
            folder = readable(names[0].rpartition("/")[0])
            sentence = f"No picture in {folder[-60:]!r} can be read, the first one {heard[0]}"
            raise ProblemError(sentence, field="archive")
    return found, len(whys), whys[0] if whys else ""


def _complaint(archive: ZipFile, name: str) -> str:
    """Return why a picture cannot be read, as far as its checksum and its header tell."""
    try:
        claimed(unpacked(archive, archive.getinfo(name)))
    except BadPicture as bad:
        return f"{readable(name)[-60:]}: {bad}."
    except UNPACKING_ERRORS:
        return f"{readable(name)[-60:]}: It cannot be unpacked."
    return ""


def _too_large() -> Refusal:
    most = f"{MOST_UPLOAD_BYTES / 1e6:.0f} MB"
    return Refusal(413, f"The archive has more than {most}, which is the most.", field="archive")
