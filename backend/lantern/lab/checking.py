"""Shapes, parameters and work of a model that is being put together, without any memory for it."""

import math
from collections.abc import Sequence

import torch
from pydantic import JsonValue
from torch import nn

from lantern.lab.building.features import Features
from lantern.lab.building.layers.base import LayerBase, Shape
from lantern.lab.building.layers.chain import Link, fitting_links, named
from lantern.lab.building.layers.reading import layers_of
from lantern.lab.building.resize import Resize
from lantern.lab.construction import check_count
from lantern.lab.data import Data, Split
from lantern.lab.kinds import Architecture, Loss
from lantern.lab.models.sequential import Sequential
from lantern.lab.summary import summarise
from lantern.protocol.checking import CheckedLayer, CheckedModel, CheckModel
from lantern.protocol.experiment import Part
from lantern.protocol.problems import ProblemError

HE = "he_normal"
WITH_OWN = {"lenet5": "xavier_uniform"}
"""How models draw their first weights, where it is not by He's rule."""


def checked(asked: CheckModel) -> CheckedModel:
    """Return what the model would be, with its layers one by one if it is a list of layers.

    What does not fit is said in the answer. Everything happens on torch's meta device.
    """
    try:
        data = stand_in(asked)
        outputs = Loss.make(asked.loss).outputs(asked.classes)
        plugin = Architecture.make(asked.model)
        with torch.device("meta"):
            if isinstance(plugin, Sequential):
                found = _checked_chain(plugin, data, outputs)
            else:
                found = _checked_whole(plugin, data, outputs)
    except ProblemError as error:
        return CheckedModel(problem=error.problem)
    except RuntimeError as error:  # what torch says of a shape that a plugin did not look at
        sentence = f"model: {asked.model.name!r} does not fit these data ({error})."[:300]
        return CheckedModel(problem=ProblemError(sentence, field="model.params").problem)
    return _measured(found, plugin)


def _measured(found: CheckedModel, model: Architecture) -> CheckedModel:
    """Return the answer with the problem that the model is too large, if it is."""
    try:
        check_count(found.parameters, model)
    except ProblemError as error:
        return found.model_copy(update={"problem": error.problem})
    return found


def stand_in(asked: CheckModel) -> Data:
    """Return data of that shape without any content."""
    split = Split(torch.zeros(2, *asked.shape, device="meta"), torch.zeros(2, dtype=torch.int64))
    is_image = asked.kind == "images"
    if len(asked.shape) != (3 if is_image else 1):
        raise ProblemError(
            f"shape: {asked.kind} have {3 if is_image else 1} lengths, not {len(asked.shape)}.",
            field="shape",
        )
    channels = asked.shape[0] if is_image else 0
    return Data(
        kind=asked.kind,
        train=split,
        validation=split,
        classes=tuple(str(number) for number in range(asked.classes)),
        mean=(0.0,) * channels,
        deviation=(1.0,) * channels,
    )


def _checked_chain(plugin: Sequential, data: Data, outputs: int) -> CheckedModel:
    """Return the layers up to the first that does not fit."""
    layers, (_, shape) = plugin.chosen(data), plugin.first(data)
    links, problem = fitting_links(layers, shape)
    cards = _cards(links)
    if problem is not None:
        return CheckedModel(layers=cards, problem=problem.problem)
    width = math.prod(links[-1].after if links else shape)
    output = _card("output", "output layer", nn.Linear(width, outputs), (outputs,))
    return CheckedModel(
        layers=cards,
        output=output,
        parameters=sum(card.parameters for card in (*cards, output)),
        macs=sum(card.macs for card in (*cards, output)),
        chain=_chain(layers, plugin),
    )


def _checked_whole(plugin: Architecture, data: Data, outputs: int) -> CheckedModel:
    """Return what another model would be, and the list of layers that it is equal to."""
    module = plugin.build(data, outputs)
    card = summarise(module, data.shape)
    known = CheckedModel(parameters=card.parameters, macs=card.macs)
    try:
        chain = as_chain(plugin, module, data, outputs)
    except ProblemError as error:
        return known.model_copy(update={"no_chain": error.problem})
    return known.model_copy(update={"chain": chain})


def as_chain(plugin: Architecture, module: nn.Module, data: Data, outputs: int) -> Part:
    """Return the list of layers that a module is equal to, with names under which it keeps weights.

    A ProblemError says why there is none.
    """
    layers = layers_of(module)
    params: dict[str, JsonValue] = {
        "layers": [layer.plain() for layer in layers],
        "initialisation": getattr(plugin, "initialisation", None) or WITH_OWN.get(plugin.name, HE),
    }
    for child in module.children():
        if isinstance(child, Resize):
            params["size"] = child.target
        if isinstance(child, Features):
            params["features"] = list(child.names)
    again = Sequential.model_validate(params).build(data, outputs)
    if _shapes(again) != _shapes(module):
        raise ProblemError(
            "This model does not come out the same as a list of layers.", field="model.name"
        )
    return Part(name=Sequential.name, params=params)


def _chain(layers: Sequence[LayerBase], plugin: Sequential) -> Part:
    """Return the same list with every name written out, so that each finds its weights again."""
    params = plugin.model_dump(mode="json", exclude_defaults=True)
    params["layers"] = [layer.plain() for layer in named(layers)]
    return Part(name=plugin.name, params=params)


def _cards(links: Sequence[Link]) -> tuple[CheckedLayer, ...]:
    return tuple(
        _card(link.name, link.layer.words, link.layer.module(link.before), link.after)
        for link in links
    )


def _card(name: str, words: str, module: nn.Module, after: Shape) -> CheckedLayer:
    """Return what is to be said of a layer.

    All convolutions of one layer put out maps of the same size, so that its work is their weights
    times the places of a map.
    """
    weights = [
        part.weight.numel() for part in module.modules() if isinstance(part, nn.Conv2d | nn.Linear)
    ]
    return CheckedLayer(
        name=name,
        words=words,
        output_shape=after,
        parameters=sum(parameter.numel() for parameter in module.parameters()),
        macs=sum(weights) * math.prod(after[1:]),
    )


def _shapes(module: nn.Module) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in module.state_dict().items()}
