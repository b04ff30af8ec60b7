"""How far the numbers of a whole network reach, for one scale over all of its layers."""

from collections.abc import Iterable

import torch
from torch import Tensor

from lantern.lab.capture import Call, settled

REACH = "largest of all layers"
"""The fact that holds it: the largest size of a number of any layer, whatever its sign."""


def reach_of(tensors: Iterable[Tensor]) -> float:
    """Return the largest size of any finite number; 0 where there is none."""
    ends = [torch.stack(each.aminmax()) for each in tensors if each.numel()]  # (2,) each
    return float(torch.stack(ends).abs().nan_to_num(0, 0, 0).max()) if ends else 0.0


def reach_of_calls(calls: list[Call], *, after_activation: bool) -> float:
    """Return how far what the layers put out reaches, from the first with weights on.

    With `after_activation` a layer counts as its non-linearity leaves it.
    """
    first = next((at for at, call in enumerate(calls) if call.kind in {"conv", "linear"}), 0)
    places = range(first, len(calls))
    shown = (settled(calls, at) if after_activation else calls[at] for at in places)
    return reach_of(call.output.detach().float() for call in {id(c): c for c in shown}.values())
