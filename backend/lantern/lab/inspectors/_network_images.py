"""The network of an image problem: what every layer makes of one picture."""

from torch import Tensor, nn

from lantern.lab.arrays import array_of, images_of
from lantern.lab.capture import Call, settled, traced
from lantern.lab.inspectors._judgement import Judgement, judgement_of
from lantern.lab.subject import Subject
from lantern.lab.wording import sized
from lantern.protocol.figures import FigureScale, NetworkFigure, NetworkLayer, NetworkLink

NEVER_NEGATIVE = (nn.ReLU, nn.ReLU6, nn.Sigmoid, nn.Softplus, nn.Hardsigmoid)
VALUES_AT_MOST = 4096
"""Units of a layer without maps whose numbers are sent."""


def network_of_images(
    subject: Subject, slot: int, units: int, *, with_pools: bool
) -> NetworkFigure:
    """Return the input and what each layer, after its non-linearity, makes of it."""
    inputs, truth = subject.resolve(slot)
    calls, outputs = traced(subject.module, inputs)
    judgement = judgement_of(subject, inputs, truth, outputs)
    kinds = {"conv", "linear", "pool"} if with_pools else {"conv", "linear"}
    heads = [index for index, call in enumerate(calls) if call.kind in kinds]
    last = heads.pop()
    hidden = [_layer(calls[index], settled(calls, index), units) for index in heads]
    layers = (_input(inputs), *hidden, _output(calls[last], judgement))
    names = ", ".join(f"{layer.title} {sized(layer.shape)}" for layer in layers)
    return NetworkFigure(
        title="Network",
        caption=judgement.sentence,
        alt=f"Network of {len(layers)} columns looking at one picture: {names}; "
        f"{judgement.sentence}.",
        facts={"step": subject.step, **judgement.facts},
        layers=layers,
        links=tuple(NetworkLink(source=at, target=at + 1) for at in range(len(layers) - 1)),
    )


def scale_of(call: Call) -> FigureScale:
    """Return the scale for a layer's numbers: `magnitude` where they cannot be negative."""
    return "magnitude" if isinstance(call.module, NEVER_NEGATIVE) else "signed"


def _input(inputs: Tensor) -> NetworkLayer:
    shape = tuple(inputs.shape[1:])
    return NetworkLayer(
        path="input",
        title="input",
        kind="input",
        shape=shape,
        units=shape[0],
        maps=images_of(inputs, scale="pixels"),
    )


def _layer(head: Call, shown: Call, units: int) -> NetworkLayer:
    output = shown.output[0]  # (1, channels, h, w) or (1, units) -> without the batch
    spread = output.dim() == 3 and output[0].numel() > 1
    count = min(len(output), units if spread else VALUES_AT_MOST)
    part = output[:count]
    return NetworkLayer(
        path=head.path,
        title=head.path,
        kind=head.kind,
        shape=tuple(output.shape),
        units=len(output),
        shown=tuple(range(count)) if count < len(output) else (),
        maps=images_of(part.unsqueeze(1), scale=scale_of(shown)) if spread else None,
        values=None if spread else array_of(part.flatten().nan_to_num()),
        parameters=sum(weight.numel() for weight in head.module.parameters()),
    )


def _output(head: Call, judgement: Judgement) -> NetworkLayer:
    count = len(judgement.probabilities)
    return NetworkLayer(
        path=head.path,
        title="softmax" if head.output.shape[-1] > 1 else "output",
        kind="output",
        shape=(count,),
        units=count,
        names=judgement.classes,
        values=array_of(judgement.probabilities),
        parameters=sum(weight.numel() for weight in head.module.parameters()),
    )
