"""What the units of every layer with a non-linearity say of many samples at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from lantern.lab.capture import Call, traced
from lantern.lab.subject import Subject

NEVER = 1e-7
"""A unit that stays this close to 0 for every sample is dead."""
NEAR_LIMIT = 0.01
"""A tanh beyond 0.99, or a sigmoid this close to 0 or 1, hardly has a slope left."""


@dataclass(frozen=True)
class Units:
    """One layer over n samples."""

    path: str
    """Of the layer with weights."""
    activation: str
    """Class of the non-linearity behind it; `` where there is none."""
    outputs: Tensor
    """(n, units, ...), behind the non-linearity."""

    @property
    def dead(self) -> float | None:
        """Share of units that are zero for all samples; None behind no non-linearity."""
        if not self.activation:
            return None
        loudest = self.outputs.flatten(2).abs().amax(2) if self.outputs.dim() > 2 else self.outputs
        return float((loudest.abs().amax(0) <= NEVER).float().mean())

    @property
    def saturated(self) -> float | None:
        """Share of all numbers that lie at the ends of a tanh or sigmoid; None for others."""
        match self.activation:
            case "Tanh":
                flat = self.outputs.abs() > 1 - NEAR_LIMIT
            case "Sigmoid":
                flat = (self.outputs - 0.5).abs() > 0.5 - NEAR_LIMIT
            case _:
                return None
        return float(flat.float().mean())


def units_of(subject: Subject, inputs: Tensor) -> list[Units]:
    """Return every layer with weights, in order, for inputs (n, *shape)."""
    calls, _ = traced(subject.module, inputs)
    return list(named_units(calls).values())


def named_units(calls: list[Call]) -> dict[str, Units]:
    """Return every layer with weights by its path, as it was called first, in order."""
    found: dict[str, Units] = {}
    for index, call in enumerate(calls):
        if call.kind in {"linear", "conv"} and call.path not in found:
            found[call.path] = _units(calls, index)
    return found


def spread(names: Sequence[str], most: int) -> list[str]:
    """Return at most so many of the names, evenly spaced, the first and the last among them."""
    if len(names) <= most:
        return list(names)
    return [names[round(place * (len(names) - 1) / (most - 1))] for place in range(most)]


def _units(calls: list[Call], index: int) -> Units:
    found, last = calls[index], calls[index]
    for call in calls[index + 1 :]:
        if call.source is not last.passed or call.kind in {"linear", "conv", "pool"}:
            break
        last = call
        if call.kind == "activation":
            return Units(found.path, type(call.module).__name__, call.output)
    return Units(found.path, "", found.output)
