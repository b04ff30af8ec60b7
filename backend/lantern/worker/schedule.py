"""When a step deserves a row of metrics or a snapshot: pure functions of the step."""

import math

PER_DECADE = 12
"""Snapshots per tenfold number of steps."""

DENSE_UNTIL = 1000
"""Up to this step every step has its row; beyond it about 900 per tenfold number of steps."""


def row_every(step: int) -> int:
    """Return the distance between rows around this step: 1, then 10 from 1 000, 100 from 10 000."""
    return 1 if step < DENSE_UNTIL else 10 ** (len(str(step)) - 3)


def row_due(step: int) -> bool:
    """Return whether the step has a row; every run has rows at the same steps."""
    return step > 0 and step % row_every(step) == 0


def next_row(step: int) -> int:
    """Return the first step after this one that has a row."""
    every = row_every(step + 1)
    return -(-(step + 1) // every) * every


def rows_from(step: int, last: int) -> list[int]:
    """Return the steps from one that has a row up to `last` that have rows."""
    found = []
    while step <= last:
        found.append(step)
        step = next_row(step)
    return found


def snapshot_due(step: int) -> bool:
    """Return whether a snapshot belongs at the step: 0, 1, 2, 3, 5, 7, ... about 12 a decade."""
    return step == 0 or next_snapshot(step - 1) == step


def next_snapshot(step: int) -> int:
    """Return the first step after this one where a snapshot belongs."""
    if step < 1:
        return step + 1
    exponent = int(PER_DECADE * math.log10(step))
    while (found := round(10 ** (exponent / PER_DECADE))) <= step:
        exponent += 1
    return found
