"""The network of an image problem: what every layer or block makes of one picture."""

from collections.abc import Sequence

from torch import Tensor

from lantern.lab.arrays import array_of, images_of
from lantern.lab.capture import Call
from lantern.lab.graph.catching import caught
from lantern.lab.inspectors._judgement import Judgement, judgement_of
from lantern.lab.inspectors._network_plan import NEVER_NEGATIVE, Column, Wish, plan_of
from lantern.lab.subject import Subject
from lantern.lab.wording import sized
from lantern.protocol.figures import FigureScale, NetworkFigure, NetworkLayer, NetworkLink

VALUES_AT_MOST = 4096
"""Units of a layer without maps whose numbers are sent."""


def network_of_images(subject: Subject, slot: int, units: int, wish: Wish) -> NetworkFigure:
    """Return the input and what each layer (or block), after its non-linearity, makes of it."""
    inputs, truth = subject.resolve(slot)
    plan = plan_of(subject.module, inputs, wish)
    *hidden, last = plan.columns
    found, outputs = caught(subject.module, inputs, [column.use for column in hidden])
    judgement = judgement_of(subject, inputs, truth, outputs)
    columns = [_layer(column, found[column.use], units) for column in hidden]
    layers = (_input(inputs), *columns, _output(last, judgement, outputs.shape[-1]))
    names = ", ".join(f"{layer.title} {sized(layer.shape)}" for layer in layers)
    skips = sum(skip for _, _, skip in plan.links)
    beside = f"; {skips} connections go past layers" if skips else ""
    return NetworkFigure(
        title="Network",
        caption=judgement.sentence,
        alt=f"Network of {len(layers)} columns looking at one picture: {names}{beside}; "
        f"{judgement.sentence}.",
        facts={"step": subject.step, "level": plan.level, **judgement.facts},
        layers=layers,
        links=tuple(
            NetworkLink(source=source, target=target, skip=skip)
            for source, target, skip in plan.links
        ),
    )


def scale_of(call: Call, calls: Sequence[Call] = ()) -> FigureScale:
    """Return the scale for a layer's numbers: `magnitude` where they cannot be negative.

    What is pooled or dropped is as the layer among the calls says that it comes from.
    """
    while call.kind in {"pool", "dropout"}:
        before = next((other for other in calls if other.passed is call.source), None)
        if before is None or before is call:
            break
        call = before
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


def _layer(column: Column, caught: Tensor, units: int) -> NetworkLayer:
    output = caught[0]  # (1, channels, h, w) or (1, units) -> without the batch
    spread = output.dim() == 3 and output[0].numel() > 1
    count = min(len(output), units if spread else VALUES_AT_MOST)
    part = output[:count]
    scale: FigureScale = "magnitude" if column.is_positive else "signed"
    return NetworkLayer(
        path=column.path,
        title=column.title,
        kind=column.kind,
        shape=tuple(output.shape),
        units=len(output),
        shown=tuple(range(count)) if count < len(output) else (),
        maps=images_of(part.unsqueeze(1), scale=scale) if spread else None,
        values=None if spread else array_of(part.flatten().nan_to_num()),
        parameters=column.parameters,
        block=column.block,
        opens=column.opens,
    )


def _output(column: Column, judgement: Judgement, outputs: int) -> NetworkLayer:
    count = len(judgement.probabilities)
    return NetworkLayer(
        path=column.path,
        title="softmax" if outputs > 1 else "output",
        kind="output",
        shape=(count,),
        units=count,
        names=judgement.classes,
        values=array_of(judgement.probabilities),
        parameters=column.parameters,
        block=column.block,
    )
