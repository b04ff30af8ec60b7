"""Training beside looking: the fused kernel works in a thread of its own while this one looks.

The kernel lets other threads run, so on a machine with a second core what is seen meanwhile costs
training next to nothing. What is looked at was copied before; only the thread that looks decides
when training goes on, so nobody sees a step half done.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

ENTRY_S = 0.0002
"""What the other thread is given to get into the kernel; until then it needs the interpreter."""


class Times(NamedTuple):
    """What it took to train and look at once, in seconds."""

    trained_s: float
    over_s: float
    """How long training then waited for looking to end."""


class Beside:
    """A thread that trains while the one that asks for it looks."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="train")

    def train(self, work: Callable[[], None], look: Callable[[Callable[[], bool]], None]) -> Times:
        """Do the work and call `look` meanwhile; return when both have ended.

        `look` is given a function that says whether the work still goes on. What the work raises
        is raised here.
        """
        started_s = time.perf_counter()
        job = self._threads.submit(_timed, work)
        time.sleep(ENTRY_S)
        look(lambda: not job.done())
        looked_s = time.perf_counter()
        ended_s = job.result()
        return Times(ended_s - started_s, max(0.0, looked_s - ended_s))


def _timed(work: Callable[[], None]) -> float:
    work()
    return time.perf_counter()
