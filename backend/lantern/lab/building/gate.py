"""Units switched off by hand: what they put out is 0, whatever they compute."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Self

import torch
from pydantic import Field
from torch import Tensor, nn

from lantern.protocol.problems import ProblemError

UnitName = Annotated[str, Field(max_length=40)]
"""A hidden unit: `hidden1:3` is the fourth one of the first hidden layer."""

_UNIT = re.compile(r"hidden([1-9][0-9]?):([0-9]{1,3})")


class Gate(nn.Module):
    """Multiplies each unit's output by 1 (open) or 0 (closed); (b, units) stays so.

    A closed unit hands no gradient back, so its weights stay as they are but for penalties. The
    mask is a buffer, so that copies of the model follow it, and is not saved with the weights:
    it comes from the experiment.
    """

    open: Tensor
    """(units,) float: 1 or 0."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.register_buffer("open", torch.ones(units), persistent=False)
        self._is_idle = True

    def close(self, units: Iterable[int]) -> None:
        """Close these units, by index from 0, and open all others."""
        closed = list(units)
        with torch.no_grad():
            self.open.fill_(1.0)
            self.open[closed] = 0.0
        self._is_idle = not closed

    def train(self, mode: bool = True) -> Self:
        """Change the mode; the mask may have been overwritten from outside since the last time."""
        self._is_idle = self.open.is_meta or bool((self.open == 1).all())
        return super().train(mode)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the inputs, 0 for closed units."""
        if self.training and self._is_idle:  # a step of training need not pay for it
            return inputs
        return inputs * self.open


def closed_units(names: Sequence[str], layers: Sequence[int]) -> dict[int, list[int]]:
    """Return the units by number of their layer (from 1); ProblemError for one that is not there.

    `layers` are the numbers of units in each hidden layer.
    """
    closed: dict[int, list[int]] = {}
    for name in names:
        match = _UNIT.fullmatch(name)
        layer, unit = (int(match[1]), int(match[2])) if match else (0, 0)
        if not 1 <= layer <= len(layers) or unit >= layers[layer - 1]:
            raise _unknown(name, layers)
        closed.setdefault(layer, []).append(unit)
    return closed


def set_gates(module: nn.Module, closed: Mapping[int, Sequence[int]]) -> None:
    """Close these units, by number of their layer, in the gates `gate1`, `gate2`, ... of a chain.

    All others are opened.
    """
    for name, layer in module.named_children():
        if isinstance(layer, Gate):
            layer.close(closed.get(int(name.removeprefix("gate")), ()))


def _unknown(name: str, layers: Sequence[int]) -> ProblemError:
    field = "model.params.disabled"
    last = f"hidden{len(layers)}:{layers[-1] - 1}" if layers else ""
    known = f"they go from hidden1:0 to {last}" if layers else "there are no hidden layers"
    return ProblemError(
        f"{field}: this network has no unit {name!r}; {known}.",
        field=field,
        hint="Take the unit off the list in the same change that takes it out of the network.",
    )
