"""The compiled kernel: whether it is there, where it is kept on disk, and how it gets there.

Compiling takes some seconds, once per machine: a process of its own fills a folder of the user's,
and everybody else takes the machine code from there. A process that did not ask for the kernel
(`expect` or `prepare`) trains on PyTorch's own path.
"""

import hashlib
import importlib.util
import logging
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import torch

log = logging.getLogger(__name__)

State = Literal["off", "awaited", "ready", "failed"]
Kernel = Callable[..., bool]

CACHE = "LANTERN_CACHE"
"""Names a folder for machine code, in place of the user's own cache."""

LOOK_EVERY_S = 0.5
"""Seconds between two looks whether another process has compiled the kernel."""

DONE, FAILED = "complete", "failed"
NO_NUMBA = "numba is not installed."


@dataclass
class Engine:
    """What this process knows of the kernel."""

    state: State = "off"
    kernels: dict[torch.dtype, Kernel] = field(default_factory=dict)
    problem: str = ""
    """Why there will be no kernel."""
    looked_s: float = 0.0


_engine = Engine()
NUMBA = importlib.util.find_spec("numba") is not None


def state() -> State:
    """Return whether the kernel is there, may come yet, or will not."""
    return _engine.state


def kernel(dtype: torch.dtype) -> Kernel | None:
    """Return the kernel for weights of a dtype if it is there."""
    return _engine.kernels.get(dtype)


def problem() -> str:
    """Return why there is no kernel; empty where there is or may be one."""
    return _engine.problem


def expect() -> None:
    """Ask for the kernel: take it from disk if it is there, else look again from time to time."""
    if _engine.state != "off":
        return
    _engine.state = "awaited"
    look(time.monotonic(), at_once=True)
    if _engine.state == "awaited":
        from lantern.lab.fused.compiled import warm_up  # noqa: PLC0415 - imports numba

        warm_up(cache_folder())


def prepare(*dtypes: torch.dtype) -> None:
    """Have the kernel, compiled here and now if need be; failing that there is none."""
    for dtype in dtypes or (torch.float32,):
        if dtype not in _engine.kernels:
            _load(dtype)
    folder = cache_folder()
    if folder is not None and torch.float32 in _engine.kernels:
        (folder / DONE).touch()


def forget() -> None:
    """Go back to PyTorch's own path; for tests and measurements."""
    _engine.state, _engine.problem = "off", ""
    _engine.kernels.clear()


def look(now: float, *, at_once: bool = False) -> bool:
    """Take the kernel from disk if it came there since; return whether it became ready."""
    if _engine.state != "awaited" or not (at_once or now - _engine.looked_s >= LOOK_EVERY_S):
        return False
    _engine.looked_s = now
    folder = cache_folder()
    if folder is None:
        _fail("No folder for machine code can be written." if NUMBA else NO_NUMBA)
    elif (folder / DONE).exists():
        _load(torch.float32)
    elif (folder / FAILED).exists():
        _fail((folder / FAILED).read_text())
    return _engine.state == "ready"


def is_kept() -> bool:
    """Return whether the kernel of this machine is on disk."""
    folder = cache_folder()
    return folder is not None and (folder / DONE).exists()


def fill_cache() -> None:
    """Compile the kernel to disk, politely; the body of a process of its own."""
    os.nice(5)
    folder = cache_folder()
    if folder is None or (folder / DONE).exists():
        return
    (folder / FAILED).unlink(missing_ok=True)
    prepare()
    if _engine.state == "failed":
        (folder / FAILED).write_text(_engine.problem)


@lru_cache(maxsize=1)
def cache_folder() -> Path | None:
    """Return the folder for the machine code of this machine, our source and these libraries.

    None where nothing can be written.
    """
    if not NUMBA:
        return None
    for root in _roots():
        folder = root / "kernel" / _fingerprint()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            continue
        if os.access(folder, os.W_OK) and folder.stat().st_uid == os.getuid():
            return folder
    return None


def _roots() -> list[Path]:
    named = os.environ.get(CACHE)
    shared = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lantern"
    home = os.environ.get("LANTERN_HOME")
    places = [Path(named)] if named else [shared]
    return [*places, *([Path(home) / "cache"] if home else [])]


def _fingerprint() -> str:
    """Return a digest of all that the machine code depends on."""
    from llvmlite import binding  # noqa: PLC0415 - heavy, and there may be none

    digest = hashlib.blake2b(digest_size=12)
    source = Path(__file__).parent / "core"
    for path in sorted(source.glob("*.py")):
        digest.update(path.read_bytes())
    written = (source / "kernel.py").stat().st_mtime_ns  # numba asks where it lies, and since when
    digest.update(f"{source} {written}".encode())
    facts = (version("numba"), version("llvmlite"), version("numpy"), platform.python_version())
    machine = (binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten())
    digest.update(" ".join((*facts, *machine, sys.platform)).encode())
    return digest.hexdigest()


def _load(dtype: torch.dtype) -> None:
    """Import the kernel and have numba load its machine code, or compile it."""
    if not NUMBA:
        _fail(NO_NUMBA)
        return
    try:
        from lantern.lab.fused.compiled import compiled  # noqa: PLC0415 - imports numba

        _engine.kernels[dtype] = compiled(dtype, cache_folder())
    except Exception as error:  # whatever numba or LLVM stumble over, PyTorch's path is there
        _fail(f"{type(error).__name__}: {error}"[:500])
        return
    _engine.state = "ready"


def _fail(sentence: str) -> None:
    log.warning("no fused kernel, small networks train on PyTorch's path: %s", sentence)
    _engine.state, _engine.problem = "failed", sentence
