"""Training beside looking: steps are done in a thread of their own while this one looks.

The fused kernel and PyTorch's operations let other threads run, so on a machine with a second core
what is seen meanwhile costs training little. What is looked at was copied before; only the thread
that looks decides when training goes on, so nobody sees a step half done.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import torch

ENTRY_S = 0.0002
"""What the other thread is given to get to work; until then it needs the interpreter."""

Question = Callable[[], bool]


class Times(NamedTuple):
    """What it took to train and look at once, in seconds."""

    trained_s: float
    over_s: float
    """How long training then waited for looking to end."""
    looked_s: float


class Beside:
    """A thread that trains while the one that asks for it looks."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="train")

    def train(self, work: Callable[[Question], None], look: Callable[[], None]) -> Times:
        """Do the work and call `look` meanwhile; return when both have ended.

        The work is given a function that says whether looking still goes on. What the work raises
        is raised here.
        """
        started_s = time.perf_counter()
        is_looking = True
        threads = torch.get_num_threads()
        job = self._threads.submit(_timed, work, lambda: is_looking, threads)
        time.sleep(ENTRY_S)
        try:
            look()
        finally:
            is_looking = False
        looked_s = time.perf_counter()
        ended_s = job.result()
        over_s = max(0.0, looked_s - ended_s)
        return Times(ended_s - started_s, over_s, looked_s - started_s)


def _timed(work: Callable[[Question], None], is_looking: Question, threads: int) -> float:
    if torch.get_num_threads() != threads:  # each thread has its own, and sums depend on it
        torch.set_num_threads(threads)
    work(is_looking)
    return time.perf_counter()
