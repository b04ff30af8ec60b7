"""The title that tells a fork from its original."""

import re
from collections.abc import Container
from itertools import count

LONGEST = 120
"""Characters; an experiment takes no more."""
_FORK = re.compile(r"^Fork (?:\d+ )?at \d+ of ")


def original_title(title: str) -> str:
    """Return a title without what makes it that of a fork."""
    return _FORK.sub("", title)


def fork_title(title: str, step: int, *, taken: Container[str]) -> str:
    """Return `Fork at 300 of LeNet-5 on MNIST`, or `Fork 2 at 300 of ...` where there is one.

    What differs stands first: a browser's tab shows little more. A fork of a fork is one of the
    same original, from another step.
    """
    names = (f"Fork at {step}" if n == 1 else f"Fork {n} at {step}" for n in count(1))
    titles = (f"{name} of {original_title(title)}"[:LONGEST].rstrip() for name in names)
    return next(found for found in titles if found not in taken)
