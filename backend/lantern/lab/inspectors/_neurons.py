"""One pass through linear layers: what every neuron says, and what it is blamed for."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lantern.lab.building.dropout import Dropout
from lantern.lab.capture import Call, recording
from lantern.lab.rehearsal import as_trained, stand_ins
from lantern.lab.subject import Subject
from lantern.protocol.problems import ProblemError


@dataclass(frozen=True)
class Layer:
    """A linear layer in a pass of b samples: z = W a + b, and its part in the loss."""

    path: str
    weight: Tensor
    """(units, inputs)."""
    bias: Tensor | None
    """(units,)."""
    inputs: Tensor
    """(b, inputs), the activations of the layer before."""
    z: Tensor
    """(b, units)."""
    a: Tensor
    """(b, units), behind the non-linearity; z itself where there is none."""
    slope: Tensor
    """(b, units), the derivative of the non-linearity at z."""
    kept: Tensor
    """(b, units), what dropout and the switches of units make of 1: mostly 1."""
    activation: str
    """Class of the module behind it, in lower case; `identity` for the last layer."""
    delta: Tensor
    """(b, units), dC/dz of each sample's own loss C."""

    def gradient(self, unit: int) -> Tensor:
        """Return dC/dw of a unit's weights, (b, inputs)."""
        return self.delta[:, unit : unit + 1] * self.inputs  # (b, 1) x (b, inputs)


def pass_through(
    subject: Subject, inputs: Tensor, targets: Tensor, *, noisy: bool
) -> tuple[list[Layer], Tensor]:
    """Return the linear layers in order and the loss of each sample, (b,).

    The deltas are the gradients of each sample's own loss; `noisy` is with dropout, as trained.
    """
    with torch.enable_grad(), as_trained(subject, noisy=noisy), recording(subject.module) as calls:
        outputs = torch.func.functional_call(subject.module, stand_ins(subject), (inputs,))
        losses = subject.loss.values(outputs, targets)
        linear = [index for index, call in enumerate(calls) if call.kind == "linear"]
        wanted = [calls[index].passed for index in linear]
        deltas = torch.autograd.grad(losses.sum(), wanted, materialize_grads=True)
    layers = [
        _layer(calls, index, following, delta)
        for index, following, delta in zip(linear, [*linear[1:], None], deltas, strict=True)
    ]
    return layers, losses.detach()


def _layer(calls: list[Call], index: int, following: int | None, delta: Tensor) -> Layer:
    call = calls[index]
    z = call.output.detach()
    part = None if following is None else _activation_behind(calls, index)
    a, slope = (z, torch.ones_like(z)) if part is None else _through(part, z)
    handed_on = a if following is None else calls[following].source.detach()
    bias = getattr(call.module, "bias", None)
    return Layer(
        path=call.path,
        weight=call.module.get_parameter("weight").detach(),
        bias=None if bias is None else bias.detach(),
        inputs=call.source.detach(),
        z=z,
        a=a,
        slope=slope,
        kept=_kept(a, handed_on),
        activation="identity" if part is None else type(part).__name__.lower(),
        delta=delta,
    )


def _activation_behind(calls: list[Call], index: int) -> nn.Module | None:
    following = calls[index + 1 : index + 2]
    if not following or following[0].source is not calls[index].passed:
        return None
    part = following[0].module
    return None if isinstance(part, Dropout | nn.Linear) else part


def _through(part: nn.Module, z: Tensor) -> tuple[Tensor, Tensor]:
    with torch.enable_grad():
        free = z.clone().requires_grad_()
        a: Tensor = part(free)
        (slope,) = torch.autograd.grad(a.sum(), free)
    return a.detach(), slope


def _kept(a: Tensor, handed_on: Tensor) -> Tensor:
    if a.shape != handed_on.shape or torch.equal(a, handed_on):
        return torch.ones_like(a)
    return torch.where(a == 0, torch.zeros_like(a), handed_on / a)


def place_of(layers: list[Layer], path: str, unit: int) -> int:
    """Return which layer is meant (the last but one by default); ProblemError if there is none."""
    if not layers:
        raise ProblemError("layer: this network has no layer of neurons.", field="layer")
    known = [layer.path for layer in layers]
    if path and path not in known:
        raise ProblemError(
            f"layer: there is no layer of neurons {path!r}; there are {', '.join(known)}.",
            field="layer",
        )
    place = known.index(path) if path else max(0, len(known) - 2)
    units = layers[place].z.shape[1]
    if unit >= units:
        raise ProblemError(
            f"unit: {known[place]} has {units} neurons, numbered from 0; there is no {unit}.",
            field="unit",
        )
    return place
