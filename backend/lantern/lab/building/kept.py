"""Pictures decoded before, kept on disk: a set that took long to read is there at once later."""

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

MOST_BYTES = 2_000_000_000
"""Of all that is kept; what was used least lately goes first."""
LEAST_FREE_BYTES = 1_000_000_000
"""On the disk, after something was kept."""


@dataclass(frozen=True)
class Decoded:
    """Pictures of a set."""

    images: Tensor
    """(n, channels, side, side) u1."""
    places: Tensor
    """(n,) int64: which of the chosen pictures these are; those that cannot be read are not."""
    complaint: str = ""
    """Why the first of those that cannot be read is not."""


def recall(key: str) -> Decoded | None:
    """Return what was kept under a key, mapped from disk, or None."""
    root = _root()
    folder = None if root is None else root / key
    if folder is None or not folder.is_dir():
        return None
    try:
        # copied on write: torch wants memory that it may write to, and the file stays as it is
        images = np.load(folder / "images.npy", mmap_mode="c", allow_pickle=False)
        places = np.load(folder / "places.npy", allow_pickle=False)
        complaint = json.loads((folder / "complaint.json").read_text(encoding="utf-8"))
        os.utime(folder)
    except (OSError, ValueError, EOFError):
        shutil.rmtree(folder, ignore_errors=True)
        return None
    return Decoded(torch.from_numpy(images), torch.from_numpy(places), complaint)


def keep(key: str, decoded: Decoded) -> None:
    """Keep pictures under a key, if there is room; a failure costs the next session time only."""
    root = _root()
    size = decoded.images.numel()
    if root is None or size > MOST_BYTES // 2:
        return
    try:
        _make_room(root, size)
        if shutil.disk_usage(root).free < size + LEAST_FREE_BYTES:
            return
        with tempfile.TemporaryDirectory(dir=root, prefix=".new-") as fresh:
            _write(Path(fresh) / key, decoded)
            (Path(fresh) / key).rename(root / key)
    except OSError:  # a full disk, or another worker has kept the same meanwhile
        return


def _write(folder: Path, decoded: Decoded) -> None:
    folder.mkdir()
    np.save(folder / "images.npy", decoded.images.numpy())
    np.save(folder / "places.npy", decoded.places.numpy())
    (folder / "complaint.json").write_text(json.dumps(decoded.complaint), encoding="utf-8")


def _make_room(root: Path, size: int) -> None:
    """Delete what was used least lately, until so many bytes more are allowed."""
    folders = sorted((p for p in root.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)
    sizes = [sum(file.stat().st_size for file in p.rglob("*") if file.is_file()) for p in folders]
    total = sum(sizes)
    for folder, freed in zip(folders, sizes, strict=True):
        if total + size <= MOST_BYTES:
            return
        shutil.rmtree(folder, ignore_errors=True)
        total -= freed


def _root() -> Path | None:
    """Return the folder for pictures in the user's cache or the server's; None if there is none."""
    named, home = os.environ.get("LANTERN_CACHE"), os.environ.get("LANTERN_HOME")
    shared = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lantern"
    for root in (Path(named) if named else shared, *([Path(home) / "cache"] if home else [])):
        folder = root / "pictures"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            continue
        if os.access(folder, os.W_OK) and folder.stat().st_uid == os.getuid():
            return folder
    return None
