"""A rise in a straight line and a fall along half a cosine wave."""

import math


def risen(step: int, warmup_steps: int) -> float | None:
    """Return the share reached at a step of the warm-up; None once it is over."""
    return (step + 1) / (warmup_steps + 1) if step < warmup_steps else None


def fallen(step: int, steps: int, floor: float) -> float:
    """Return the share left at a step of the fall from 1 to the floor, which takes `steps`."""
    done = min(step / max(steps, 1), 1.0)
    return floor + (1 - floor) * (1 + math.cos(math.pi * done)) / 2
