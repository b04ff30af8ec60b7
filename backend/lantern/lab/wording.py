"""How numbers are said in captions and alternative texts."""

import math
from collections.abc import Sequence


def percent(share: float) -> str:
    """Return 0.9987 as `99.9 %`, never rounded up to 100 or down to 0."""
    if not math.isfinite(share):
        return "no number"
    if 0 < share < 0.001:
        return "under 0.1 %"
    if 0.999 < share < 1:
        return f"{math.floor(share * 1000) / 10:.1f} %"
    return f"{share * 100:.1f} %"


def sized(shape: Sequence[int]) -> str:
    """Return (8, 28, 28) as `8 × 28 × 28`."""
    return " × ".join(str(length) for length in shape)


def fact(value: float) -> float | str:
    """Return the number, or in words what cannot be sent as one."""
    return float(value) if math.isfinite(value) else str(value)


def finite(value: float, otherwise: float) -> float:
    """Return the value, or another one where it is not finite."""
    return float(value) if math.isfinite(value) else otherwise


def class_name(classes: Sequence[str], index: int) -> str:
    """Return a class's name, or its number where it has none."""
    return classes[index] if 0 <= index < len(classes) else str(index)
