"""Layers put in a row: their names, their shapes, and the first one that does not fit."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from torch import nn

from lantern.lab.building.layers.base import LayerBase, MisfitError, Shape
from lantern.lab.building.layers.convolutions import Conv, Depthwise
from lantern.lab.building.layers.norms import Norm
from lantern.lab.building.layers.pooling import GlobalAverage, Pool
from lantern.lab.building.layers.residual import Residual
from lantern.lab.building.layers.rows import Activation, DropoutLayer, Flatten, Linear
from lantern.protocol.problems import ProblemError

Layer = Annotated[
    Conv
    | Depthwise
    | Residual
    | Pool
    | GlobalAverage
    | Norm
    | Activation
    | DropoutLayer
    | Flatten
    | Linear,
    Field(discriminator="type"),
]
FIELD = "model.params.layers"
MOST_LAYERS = 64
FIRST, LAST = ("features", "resize", "normalise"), ("to_row", "output")
"""Names of the layers that a chain gets by itself."""
PLAIN = nn.Sequential()
"""What PyTorch has names of its own in: those of the class, and those of each module."""


@dataclass(frozen=True)
class Link:
    """One layer in its place."""

    number: int
    """From 1."""
    name: str
    layer: LayerBase
    before: Shape
    after: Shape


def links_of(layers: Sequence[LayerBase], shape: Shape) -> list[Link]:
    """Return the layers with their shapes; a ProblemError names the first that does not fit."""
    links, problem = fitting_links(layers, shape)
    if problem is not None:
        raise problem
    return links


def fitting_links(
    layers: Sequence[LayerBase], shape: Shape
) -> tuple[list[Link], ProblemError | None]:
    """Return the layers up to the first that does not fit, and what is wrong with that one."""
    links: list[Link] = []
    for number, (name, layer) in enumerate(zip(names_of(layers), layers, strict=True), start=1):
        try:
            after = layer.after(shape)
        except MisfitError as error:
            sentence = f"{_who(number, layer)}{error.joint}{error.text}"
            return links, ProblemError(sentence, field=_field(number), hint=error.hint)
        links.append(Link(number, name, layer, shape, after))
        shape = after
    return links, None


def modules_of(links: Sequence[Link]) -> OrderedDict[str, nn.Module]:
    """Return the modules by name, in order."""
    return OrderedDict((link.name, link.layer.module(link.before)) for link in links)


def names_of(layers: Sequence[LayerBase]) -> list[str]:
    """Return the names of all layers: those given, and generated ones such as `conv1`.

    A ProblemError names the layer whose name another one has.
    """
    taken: dict[str, int] = {}
    for number, layer in enumerate(layers, start=1):
        if not layer.name:
            continue
        if layer.name in taken:
            raise _bad_name(number, layer, f"is that of layer {taken[layer.name]} as well")
        if layer.name in FIRST + LAST:
            raise _bad_name(number, layer, "is that of a layer which every model gets by itself")
        if hasattr(PLAIN, layer.name):
            raise _bad_name(number, layer, "means something else to PyTorch")
        taken[layer.name] = number
    return [layer.name or _generated(layer.stem, taken) for layer in layers]


def named(layers: Sequence[LayerBase]) -> tuple[LayerBase, ...]:
    """Return the layers with the generated names written into them."""
    pairs = zip(layers, names_of(layers), strict=True)
    return tuple(layer.model_copy(update={"name": name}) for layer, name in pairs)


def _generated(stem: str, taken: dict[str, int]) -> str:
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    name = f"{stem}{number}"
    taken[name] = 0
    return name


def _who(number: int, layer: LayerBase) -> str:
    return f"Layer {number} ({layer.words})"


def _field(number: int) -> str:
    return f"{FIELD}.{number - 1}"


def _bad_name(number: int, layer: LayerBase, fact: str) -> ProblemError:
    return ProblemError(
        f"{_who(number, layer)}: its name {layer.name!r} {fact}.",
        field=_field(number),
        hint="Give it another name, or none at all.",
    )
