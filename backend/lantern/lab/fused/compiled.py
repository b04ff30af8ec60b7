"""The kernel for one dtype, checked against PyTorch before anybody relies on it."""

from pathlib import Path

import numba
import numpy as np
import torch
from numba.core import config
from numba.core.dispatcher import Dispatcher

from lantern.lab.fused.core import codes
from lantern.lab.fused.core.call import Call
from lantern.lab.fused.engine import Kernel

ORDERS = ((7, 0), (250, 2**62 + 1), (700, 123_456_789))
"""(samples, seed) of permutations that are compared."""


class UnfitError(RuntimeError):
    """The kernel does not do here what PyTorch does."""


def compiled(dtype: torch.dtype, folder: Path | None) -> Kernel:
    """Return the kernel for a dtype, with its machine code taken from or put into a folder."""
    train = _kernel(folder)
    kind = np.dtype(np.float32 if dtype == torch.float32 else np.float64)
    example = Call.blank((1, 1), np.ones((1, 1), kind), np.ones(1, kind)).arguments()
    train.compile(tuple(map(numba.typeof, example)))
    for samples, seed in ORDERS:
        _check_order(train, kind, samples, seed)
    return train


def warm_up(folder: Path | None) -> None:
    """Import all that is needed to take the kernel from disk, which costs most of the time."""
    train = _kernel(folder)
    train.typingctx.refresh()
    train.targetctx.refresh()


def _kernel(folder: Path | None) -> Dispatcher:
    if folder is not None:
        # numba reads it when it meets the function
        config.CACHE_DIR = str(folder)  # pyright: ignore[reportAttributeAccessIssue]
    from lantern.lab.fused.core.kernel import train  # noqa: PLC0415 - so it has to be met afterwards

    return train


def _check_order(kernel: Kernel, kind: np.dtype, samples: int, seed: int) -> None:
    """Raise UnfitError if the kernel shuffles samples in another order than PyTorch."""
    numbers = np.ones(samples, kind)
    call = Call.blank((1, 1), numbers.reshape(1, -1), numbers)
    call.whole[[codes.STEPS, codes.BATCH, codes.PERMUTED]] = 1, 1, -1
    call.seeds = np.array([seed], np.uint64)
    kernel(*call.arguments())
    expected = torch.randperm(samples, generator=torch.Generator().manual_seed(seed))
    if not np.array_equal(call.order, expected.numpy()):
        raise UnfitError("PyTorch has another way of shuffling now.")
