"""Where a number stopped being finite: a second look at a copy of the model."""

import copy

import torch
from torch import Tensor, nn

from lantern.lab.errors import NonFiniteError
from lantern.protocol.ids import LayerPath


def non_finite_error(module: nn.Module, inputs: Tensor, step: int) -> NonFiniteError:
    """Return the error for a step whose loss is not finite, naming the first layer to blame."""
    found = first_non_finite(module, inputs)
    what = "all layers put out finite numbers, but the loss of them is not"
    layer, what = found or (LayerPath("loss"), what)
    sentence = f"The loss of step {step} is not finite: {what}."
    return NonFiniteError(step, layer, sentence)


def first_non_finite(module: nn.Module, inputs: Tensor) -> tuple[LayerPath, str] | None:
    """Return the first layer whose weights or output are not finite, in the order of computing."""
    found: list[tuple[LayerPath, str]] = []
    twin = copy.deepcopy(module)

    def look(layer: nn.Module, path: str, output: Tensor) -> None:
        if any(not parameter.isfinite().all() for parameter in layer.parameters()):
            found.append((LayerPath(path), f"layer {path} has infinite weights or NaN"))
        elif not output.isfinite().all():
            found.append((LayerPath(path), f"layer {path} puts out infinite numbers or NaN"))

    for path, layer in twin.named_modules():
        if not list(layer.children()):
            layer.register_forward_hook(
                lambda layer, _, output, path=path: look(layer, path, output)
            )
    with torch.no_grad():
        twin(inputs)
    return found[0] if found else None
