"""Snapshots on disk: whole or not at all, checked when read, written beside the training thread."""

import errno
import hashlib
import os
import queue
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor

FORMAT = "lantern.snapshot.1"
WAITING_BYTES = 256 * 2**20
"""Of snapshots in memory that wait for the disk: a large model's are taken one at a time."""


class CorruptSnapshotError(Exception):
    """The file is not a whole snapshot."""


@dataclass(frozen=True)
class Snapshot:
    """A state of a run, its tensors on the CPU and nobody else's."""

    step: int
    tensors: dict[str, Tensor]
    meta: dict[str, str]

    @property
    def size_bytes(self) -> int:
        """Memory that its tensors take."""
        return sum(tensor.nbytes for tensor in self.tensors.values())

    def save(self, path: Path) -> None:
        """Write a safetensors file with a digest in its metadata, or raise OSError."""
        facts = {
            **self.meta,
            "format": FORMAT,
            "step": str(self.step),
            "torch": str(torch.__version__),
            "digest": _digest(self.tensors),
        }
        try:
            safetensors.torch.save_file(self.tensors, path, metadata=facts)
        except safetensors.SafetensorError as error:
            raise _of_the_disk(error) from None


def path_of(folder: Path, step: int) -> Path:
    """Return where the snapshot of a step lies in its run's folder."""
    return folder / f"step-{step:010d}.safetensors"


def steps_in(folder: Path) -> dict[int, int]:
    """Return the size in bytes of each snapshot file in a folder, by step, ascending."""
    found = {}
    for path in sorted(folder.glob("step-*.safetensors")):
        digits = path.stem.removeprefix("step-")
        if digits.isdigit():
            found[int(digits)] = path.stat().st_size
    return found


def write(path: Path, snapshot: Snapshot) -> None:
    """Write a snapshot so that after a crash it is there whole or not there at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        snapshot.save(draft)
        _sync(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync(path.parent)


def _of_the_disk(error: safetensors.SafetensorError) -> OSError:
    """Return the error that the library tells in words, such as that of a full disk."""
    number = re.search(r"os error (\d+)", str(error))
    code = int(number[1]) if number else errno.EIO
    return OSError(code, os.strerror(code))


def _sync(path: Path) -> None:
    """Wait until the disk has a file, or what a folder lists."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def read(path: Path) -> Snapshot:
    """Return the snapshot in a file; raises CorruptSnapshotError if it is not whole."""
    try:
        content = path.read_bytes()
        tensors = safetensors.torch.load(content)
        meta = metadata(path)
    except (OSError, safetensors.SafetensorError, ValueError) as error:
        raise CorruptSnapshotError(f"{path.name} cannot be read: {error}") from None
    if meta.get("format") != FORMAT or meta.get("digest") != _digest(tensors):
        raise CorruptSnapshotError(f"{path.name} is not what was written.")
    return Snapshot(step=int(meta["step"]), tensors=tensors, meta=meta)


class Writer:
    """A thread that writes snapshots one after the other."""

    def __init__(self, *, depth: int = 2) -> None:
        self._work: queue.Queue[Callable[[], None] | None] = queue.Queue(maxsize=depth)
        self._thread = threading.Thread(target=self._loop, name="checkpoints", daemon=True)
        self._thread.start()
        self._waiting_bytes, self._lock = 0, threading.Lock()
        self.problem: OSError | None = None
        """The last write that failed, such as on a full disk; the owner clears it."""

    @property
    def is_full(self) -> bool:
        """Return whether the disk does not keep up, so that one more would have to wait."""
        return self._work.full() or self._waiting_bytes >= WAITING_BYTES

    def put(self, path: Path, snapshot: Snapshot, done: Callable[[int, int], None]) -> None:
        """Write a snapshot soon, then call `done(step, bytes)` on the writer's thread."""

        def job() -> None:
            try:
                write(path, snapshot)
            finally:
                self._count(-snapshot.size_bytes)
            done(snapshot.step, path.stat().st_size)

        self._count(snapshot.size_bytes)
        self._work.put(job)

    def call(self, job: Callable[[], None]) -> None:
        """Do some other work on files in turn, such as deleting one."""
        self._work.put(job)

    def flush(self) -> None:
        """Wait until everything asked for so far is on disk."""
        done = threading.Event()
        self._work.put(done.set)
        done.wait()

    def close(self) -> None:
        """Finish what is waiting and end the thread."""
        self._work.put(None)
        self._thread.join()

    def _count(self, size_bytes: int) -> None:
        with self._lock:
            self._waiting_bytes += size_bytes

    def _loop(self) -> None:
        while (job := self._work.get()) is not None:
            try:
                job()
            except OSError as error:
                self.problem = error


def _digest(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)} ".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def metadata(path: Path) -> dict[str, str]:
    """Return the texts in a snapshot file alone; they may be read from a file that is broken."""
    with safetensors.safe_open(path, framework="pt") as file:
        return dict(file.metadata() or {})
