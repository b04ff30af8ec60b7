"""Work that cannot be cut into slices, done in a thread of its own while training goes on."""

import random
import threading
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TypeVar

import numpy as np

from lantern.lab.subject import Progress

Result = TypeVar("Result")

GLANCE_S = 0.002
"""How long one slice waits for the other thread."""
REST_S = 0.05
"""How long there is nothing to look for after that."""


def aside(
    work: Callable[[], Result], progress: Progress, *, rest_s: float = REST_S
) -> Generator[Progress, None, Result]:
    """Yield the progress until the work is done in another thread, and return what comes of it.

    The work is to touch copies alone. What it raises is raised here. Given up early, it runs to its
    end unheard.
    """
    done, results, errors = threading.Event(), list[Result](), list[BaseException]()

    def body() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)
        finally:
            done.set()

    threading.Thread(target=body, name="aside", daemon=True).start()
    waiting = Progress(progress.fraction, progress.sentence, rest_s)
    while not done.wait(GLANCE_S):
        yield waiting
    if errors:
        raise errors[0]
    return results[0]


def drained(steps: Generator[Progress, None, Result]) -> Result:
    """Return what work in slices comes to, done at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


@contextmanager
def importing() -> Iterator[None]:
    """Keep what an import must not change: some draw random numbers, or warn of what they lack."""
    numbers, plain = np.random.get_state(), random.getstate()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(numbers)
        random.setstate(plain)
