"""A model in a list: its layers with shapes, parameters, work and receptive fields."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lantern.lab.building.activations import NON_LINEARITIES
from lantern.lab.building.features import Features
from lantern.lab.building.normalise import Normalise
from lantern.lab.building.resize import Resize
from lantern.lab.building.scaling import Scaling
from lantern.protocol.events import LayerCard, ModelCard

POOLS = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm, Normalise, Scaling)


@dataclass(frozen=True)
class _Field:
    """Receptive field and distance between neighbours, in input pixels along one side."""

    size: float = 1.0
    jump: float = 1.0


def summarise(module: nn.Module, shape: tuple[int, ...]) -> ModelCard:
    """Return the card of a model for one input of a shape, by one forward pass in eval mode.

    The module is left in the mode it was found in. A model that cannot take such an input raises
    torch's RuntimeError.
    """
    calls: list[tuple[str, nn.Module, Tensor, Tensor]] = []
    device = next(module.parameters()).device
    hooks = [
        layer.register_forward_hook(
            lambda layer, inputs, output, path=path: calls.append((path, layer, inputs[0], output))
        )
        for path, layer in module.named_modules()
        if not list(layer.children())
    ]
    was_training = module.training
    try:
        module.eval()
        with torch.no_grad():
            module(torch.zeros(1, *shape, device=device))
    finally:
        module.train(was_training)
        for hook in hooks:
            hook.remove()
    layers = _layer_cards(calls)
    return ModelCard(
        layers=layers,
        parameters=sum(parameter.numel() for parameter in module.parameters()),
        macs=sum(layer.macs for layer in layers),
        device=str(device),
    )


def kind_of(layer: nn.Module) -> str:
    """Return what sort of layer it is, in the words of a network figure."""
    kinds: tuple[tuple[str, tuple[type[nn.Module], ...]], ...] = (
        ("feature", (Features,)),
        ("linear", (nn.Linear,)),
        ("conv", (nn.Conv2d,)),
        ("pool", POOLS),
        ("activation", NON_LINEARITIES),
        ("norm", NORMS),
    )
    return next((kind for kind, types in kinds if isinstance(layer, types)), "other")


def title_of(path: str, layer: nn.Module) -> str:
    """Return a short name for people, such as `conv1 5×5` or `max pool 2`."""
    if isinstance(layer, nn.Conv2d):
        return f"{path} {'×'.join(map(str, layer.kernel_size))}"
    if isinstance(layer, nn.MaxPool2d):
        return f"max pool {layer.kernel_size}"
    if isinstance(layer, nn.AvgPool2d):
        return f"average pool {layer.kernel_size}"
    if isinstance(layer, nn.AdaptiveAvgPool2d):
        return "global average"
    return path


def macs_of(layer: nn.Module, output: Tensor) -> int:
    """Return the multiply-accumulate operations of one sample; only weights count."""
    if isinstance(layer, nn.Conv2d):
        per_output = layer.in_channels // layer.groups * math.prod(layer.kernel_size)
        return output[0].numel() * per_output
    if isinstance(layer, nn.Linear):
        return output[0].numel() * layer.in_features
    return 0


def _layer_cards(calls: list[tuple[str, nn.Module, Tensor, Tensor]]) -> tuple[LayerCard, ...]:
    cards: list[LayerCard] = []
    field: _Field | None = _Field()
    last = max((n for n, call in enumerate(calls) if kind_of(call[1]) == "linear"), default=-1)
    for number, (path, layer, inputs, output) in enumerate(calls):
        field = _grown(field, layer, inputs, output)
        cards.append(
            LayerCard(
                path=path,
                title=title_of(path, layer),
                kind="output" if number == last else kind_of(layer),
                output_shape=tuple(output.shape[1:]),
                parameters=sum(parameter.numel() for parameter in layer.parameters()),
                macs=macs_of(layer, output),
                receptive_field=None if field is None else math.ceil(field.size),
            )
        )
    return tuple(cards)


def _grown(field: _Field | None, layer: nn.Module, inputs: Tensor, output: Tensor) -> _Field | None:
    """Return the receptive field behind a layer of a chain; None where there is no map."""
    if field is None or output.dim() != 4:
        return None
    if isinstance(layer, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
        kernel, stride = _side(layer.kernel_size), _side(layer.stride)
        dilation = 1 if isinstance(layer, nn.AvgPool2d) else _side(layer.dilation)
        reach = dilation * (kernel - 1) * field.jump
        return _Field(field.size + reach, field.jump * stride)
    if isinstance(layer, Resize) and layer.scale != 1:
        return _Field(field.size + field.jump, field.jump / layer.scale)
    if isinstance(layer, nn.AdaptiveAvgPool2d):
        reach = (inputs.shape[-1] / output.shape[-1] - 1) * field.jump
        return _Field(field.size + reach, field.jump * inputs.shape[-1] / output.shape[-1])
    return field


def _side(size: int | tuple[int, ...] | str) -> int:
    return int(size if isinstance(size, int | str) else size[0])
