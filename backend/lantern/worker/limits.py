"""What a process that trains may take from its machine."""

import ctypes
import gc
import os
import resource
import sys
from pathlib import Path

import torch

GIB = 2**30
MEMORY_GIB = 4.0
OWNERS_WORD = "LANTERN_WORKER_GIB"
OPEN_FILES = 1024


def limit_process() -> None:
    """Bound memory and files, be the first to go when memory is short, and let others go first.

    Memory over the limit raises a RuntimeError in this process; training goes on after it.
    """
    wanted_gib = float(os.environ.get(OWNERS_WORD) or MEMORY_GIB)
    _lower(resource.RLIMIT_DATA, int(wanted_gib * GIB))
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_CORE, 0)
    Path("/proc/self/oom_score_adj").write_text("800")
    os.nice(5)


def release_memory() -> None:
    """Give the system back what was freed, where the C library keeps it for later (glibc)."""
    gc.collect()
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


SWITCH_S = 0.0005
"""How long a thread keeps the interpreter: the kernel's steps and sending must not wait long."""


def calm_process() -> None:
    """Set what must not depend on the machine: threads are set with each experiment."""
    sys.setswitchinterval(SWITCH_S)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(1)
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True


def _lower(what: int, wanted: int) -> None:
    _, hard = resource.getrlimit(what)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(what, (most, most))
