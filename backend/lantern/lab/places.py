"""Which maps of a network an explanation looks at, and their gradient."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lantern.lab.capture import Call, convolution_call, settled, traced
from lantern.lab.functions import ACTIVATIONS, called_on, plain
from lantern.protocol.problems import ProblemError

MAPPED = frozenset({"conv", "norm", "activation"})
"""Kinds of layer whose maps can be explained."""


@dataclass(frozen=True)
class Place:
    """Where in a network maps (b, k, h', w') are to be had."""

    path: str
    """Of the layer that was asked for."""
    maps_of: str
    """Of the module whose maps they are: what follows the layer, up to its non-linearity."""
    module: nn.Module
    at_input: bool = False
    """What the module is given rather than what it puts out: a sum or a join of branches."""


def place_of(model: nn.Module, inputs: Tensor, layer: str | None) -> Place:
    """Return the place named, or the last one whose maps have more than one cell.

    A convolution stands for its maps after normalisation and non-linearity; the path of any other
    module that puts out maps, such as a whole block, stands for just those. Without any
    convolution it is a ProblemError.
    """
    calls, _ = traced(model, inputs[:1])
    if not layer:
        return _last(model, inputs, calls)
    if any(call.path == layer and call.kind != "conv" for call in calls):
        return _named(model, inputs, layer, calls)
    if layer in {call.path for call in calls}:
        index = convolution_call(calls, layer)
        found = settled(calls, index)
        _require_module_after(model, inputs, found)
        return Place(calls[index].path, found.path, found.module)
    return _named(model, inputs, layer, calls)


def _require_module_after(model: nn.Module, inputs: Tensor, call: Call) -> None:
    """Raise a ProblemError where a layer's non-linearity is a function, which no hook can see."""
    if call.kind == "activation":
        return
    functions = sorted(called_on(model, inputs[:1], call.module) & ACTIVATIONS)
    if functions:
        raise ProblemError(
            f"layer: what follows {call.path!r} is called as a function, {plain(functions[0])}, so "
            "its maps after that cannot be had.",
            field="layer",
            hint="Use a module for it, such as torch.nn.ReLU(), in its own place.",
        )


def _last(model: nn.Module, inputs: Tensor, calls: list[Call]) -> Place:
    index = convolution_call(calls, None)
    found = settled(calls, index)
    joined = _averaged(calls)
    if joined is not None:
        return joined
    # What follows the last convolution's own non-linearity, such as that of a sum of branches.
    maps = [call for call in calls if call.kind in MAPPED and _has_map(call.output)]
    last = maps[-1] if maps else found
    _require_module_after(model, inputs, last)
    if last is found or last is calls[index]:
        return Place(calls[index].path, found.path, found.module)
    return Place(last.path, last.path, last.module)


def _averaged(calls: list[Call]) -> Place | None:
    """Return the maps that global pooling is given, where several branches make them together."""
    for call in reversed(calls):
        if call.kind != "pool" or not _has_map(call.source) or _has_map(call.output):
            continue
        made_by = [other for other in calls if other.passed is call.source]
        if not made_by:
            return Place(call.path, f"input of {call.path}", call.module, at_input=True)
        if made_by[-1].kind == "other":
            return Place(made_by[-1].path, made_by[-1].path, made_by[-1].module)
        return None
    return None


def _has_map(tensor: Tensor) -> bool:
    return tensor.dim() == 4 and tensor[0, 0].numel() > 1


def _named(model: nn.Module, inputs: Tensor, layer: str, calls: list[Call]) -> Place:
    module = dict(model.named_modules()).get(layer)
    if module is not None:
        with torch.no_grad(), kept(Place(layer, layer, module)) as maps:
            model(inputs[:1])
        if maps and maps[-1].dim() == 4:
            return Place(layer, layer, module)
    known = ", ".join(call.path for call in calls if call.kind == "conv")
    raise ProblemError(
        f"layer: {layer!r} has no maps to explain; there are the convolutions {known}."
        if known
        else "layer: this network has no convolution, so there is no map of a layer to explain.",
        field="layer",
    )


@contextmanager
def kept(place: Place) -> Iterator[list[Tensor]]:
    """Collect the maps (b, k, h', w') at a place, one tensor for each forward pass."""
    maps: list[Tensor] = []

    def keep(tensor: object) -> Tensor | None:
        if not isinstance(tensor, Tensor):
            return None
        maps.append(tensor)
        return tensor.clone()  # so that a later in-place layer cannot overwrite what is kept

    if place.at_input:
        handle = place.module.register_forward_pre_hook(lambda _, given: (keep(given[0]),))
    else:
        handle = place.module.register_forward_hook(lambda _, __, output: keep(output))
    try:
        yield maps
    finally:
        handle.remove()
