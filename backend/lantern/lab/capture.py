"""What each layer puts out, caught by hooks that are gone afterwards whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeGuard

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from lantern.lab.building.activations import NON_LINEARITIES
from lantern.protocol.problems import ProblemError

LayerKind = Literal["conv", "linear", "pool", "activation", "norm", "dropout", "other"]


@dataclass(frozen=True)
class Call:
    """One leaf module that was called, in the order of the calls."""

    path: str
    module: nn.Module
    kind: LayerKind
    source: Tensor
    """What it was given."""
    passed: Tensor
    """What it handed on: the very tensor, which a later in-place layer may overwrite."""
    output: Tensor
    """What it put out, (b, ...)."""


def kind_of(module: nn.Module) -> LayerKind:
    """Return what sort of layer a leaf module is."""
    if isinstance(module, nn.modules.conv._ConvNd):
        return "conv"
    if isinstance(module, nn.Linear):
        return "linear"
    if isinstance(module, nn.modules.dropout._DropoutNd):
        return "dropout"
    if isinstance(module, NON_LINEARITIES):
        return "activation"
    home = type(module).__module__
    if home == "torch.nn.modules.pooling":
        return "pool"
    if home in {"torch.nn.modules.activation", "lantern.lab.building.activations"}:
        return "activation"
    if home in {"torch.nn.modules.batchnorm", "torch.nn.modules.normalization"}:
        return "norm"
    return "other"


@contextmanager
def recording(module: nn.Module, *, linked: bool = False) -> Iterator[list[Call]]:
    """Collect the calls of all leaf modules made inside the `with` block.

    An output is kept as it was. Where it is `linked` it is the very tensor that later layers
    depend on, so that gradients reach it: an in-place layer is then handed the copy.
    """
    calls: list[Call] = []
    handles: list[RemovableHandle] = []
    # An in-place layer overwrites what the layer before it put out, so copy where there is one.
    copies = any(getattr(part, "inplace", False) for part in module.modules())

    def hook_for(path: str, part: nn.Module) -> RemovableHandle:
        kind = kind_of(part)

        def note(_: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> Tensor | None:
            if not isinstance(output, Tensor) or not given:
                return None
            copied = output.clone() if copies else output
            passed, kept = (copied, output) if linked else (output, copied)
            calls.append(Call(path, part, kind, given[0], passed, kept))
            return passed if linked else None

        return part.register_forward_hook(note)

    try:
        for path, part in module.named_modules():
            if not part._modules:
                handles.append(hook_for(path, part))
        yield calls
    finally:
        for handle in handles:
            handle.remove()


def traced(module: nn.Module, inputs: Tensor) -> tuple[list[Call], Tensor]:
    """Return the calls of one forward pass without gradients, and the module's outputs."""
    if _is_plain_chain(module):
        return _followed(module, inputs)
    with torch.no_grad(), recording(module) as calls:
        outputs = module(inputs)
    return calls, outputs


def _is_plain_chain(module: nn.Module) -> TypeGuard[nn.Sequential]:
    return type(module) is nn.Sequential and not any(
        part._modules or getattr(part, "inplace", False) for part in module.children()
    )


def _followed(chain: nn.Sequential, value: Tensor) -> tuple[list[Call], Tensor]:
    # Calling link by link says the same as hooks, which cost more than a small network does.
    calls: list[Call] = []
    with torch.no_grad():
        for path, part in chain._modules.items():
            assert part is not None
            source, value = value, part(value)
            calls.append(Call(path, part, kind_of(part), source, value, value))
    return calls, value


def settled(calls: list[Call], index: int) -> Call:
    """Return the call whose output is that layer's after its normalisation and non-linearity.

    It follows the tensor itself, so a sum of two branches ends the chain.
    """
    found = calls[index]
    for call in calls[index + 1 :]:
        if call.source is not found.passed or call.kind not in {"norm", "activation", "dropout"}:
            break
        found = call
        if call.kind == "activation":
            break
    return found


def convolution_call(calls: list[Call], layer: str | None) -> int:
    """Return the index of the convolution named, or of the last whose map has more than one cell.

    A layer's own non-linearity stands for the layer too. Without any it is a ProblemError.
    """
    convolutions = [i for i, call in enumerate(calls) if call.kind == "conv"]
    if not convolutions:
        raise ProblemError(
            "layer: this network has no convolution, so there is no map of a layer to explain.",
            field="layer",
            hint="Take a method that works on the input, such as saliency.",
        )
    if not layer:
        return last_map(calls, convolutions)
    for index in convolutions:
        if layer in {calls[index].path, settled(calls, index).path}:
            return index
    known = ", ".join(calls[index].path for index in convolutions)
    raise ProblemError(f"layer: {layer!r} is not a convolution; there are {known}.", field="layer")


def last_map(calls: list[Call], convolutions: list[int]) -> int:
    """Return the last of the convolutions that has a map to show, more than 1 x 1."""
    spread = [index for index in convolutions if calls[index].output[0, 0].numel() > 1]
    return (spread or convolutions)[-1]


def layer_call(calls: list[Call], layer: str | None) -> int:
    """Return the index of the layer named, or of the last convolution or hidden linear layer."""
    if layer:
        for index, call in enumerate(calls):
            if call.path == layer:
                return index
        known = ", ".join(call.path for call in calls)
        raise ProblemError(f"layer: there is no layer {layer!r}; there are {known}.", field="layer")
    weighted = [i for i, call in enumerate(calls) if call.kind in {"conv", "linear"}]
    convolutions = [i for i in weighted if calls[i].kind == "conv"]
    if convolutions:
        return last_map(calls, convolutions)
    if weighted:
        return weighted[-2] if len(weighted) > 1 else weighted[-1]
    raise ProblemError("layer: this network has no layer to look at.", field="layer")
