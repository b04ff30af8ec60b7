"""The network of a small problem in the plane: what every unit says of every place."""

import re

import numpy as np
import torch
from torch import Tensor, nn

from lantern.lab.arrays import array_of, quantised
from lantern.lab.capture import Call, settled, traced
from lantern.lab.plane import extent_of, grid
from lantern.lab.subject import Subject
from lantern.protocol.figures import (
    Array,
    Images,
    NetworkFigure,
    NetworkLayer,
    NetworkLink,
)


def network_of_points(subject: Subject, resolution: int) -> NetworkFigure:
    """Return features, hidden units and output as maps over the plane, and the weights between."""
    extent = extent_of(subject.data)
    places = grid(extent, resolution, subject.device)
    calls, outputs = traced(subject.module, places)
    linear = [index for index, call in enumerate(calls) if call.kind == "linear"]
    maps = [calls[linear[0]].source, *(settled(calls, index).output for index in linear[:-1])]
    maps.append(signed_output(subject, outputs))
    images = _images_of(maps, resolution)
    heads = [calls[index] for index in linear]
    layers = (_features(calls, heads[0], images[0]), *map(_layer, heads, images[1:]))
    layers = (*layers[:-1], layers[-1].model_copy(update=_as_output(subject)))
    sizes = " - ".join(str(layer.units) for layer in layers)
    return NetworkFigure(
        title="Network",
        caption=sizes,
        alt=f"Network of {len(layers)} columns with {sizes} units, each a map of the plane.",
        facts={"step": subject.step, "parameters": sum(layer.parameters for layer in layers)},
        layers=layers,
        links=tuple(_link(place, head) for place, head in enumerate(heads)),
        extent=extent,
    )


def signed_output(subject: Subject, outputs: Tensor) -> Tensor:
    """Return (b, 1), -1 where sure of class 0 and 1 of class 1; (b, classes) for more classes."""
    probabilities = subject.loss.probabilities(outputs)  # (b, classes)
    if probabilities.shape[1] == 2:
        probabilities = probabilities[:, 1:]
    return 2 * probabilities - 1


def _images_of(maps: list[Tensor], resolution: int) -> list[Images]:
    # All layers are quantised in one go: with nets this small the calls are what costs.
    flat = torch.cat(maps, dim=1).t().contiguous()  # (b, units) -> (units, b)
    high = flat.abs().amax(1)
    side = resolution
    values = quantised(flat, low=-high, high=high).reshape(-1, 1, side, side).cpu().numpy()
    highs = high.cpu().numpy()
    found, start = [], 0
    for each in maps:
        part = slice(start, start + each.shape[1])
        start = part.stop
        found.append(_signed_images(values[part], highs[part]))
    return found


def _signed_images(values: np.ndarray, high: np.ndarray) -> Images:
    return Images(
        values=array_of(values, "u1"), low=array_of(-high), high=array_of(high), smooth=True
    )


def _features(calls: list[Call], first: Call, images: Images) -> NetworkLayer:
    maker = next((call for call in calls if call.passed is first.source), None)
    units = images.values.shape[0]
    names = tuple(getattr(maker.module, "names", ())) if maker else ()
    return NetworkLayer(
        path=maker.path if maker else "input",
        title=maker.path if maker else "input",
        kind="feature" if maker else "input",
        shape=(units,),
        units=units,
        names=names or tuple(f"x{number}" for number in range(1, units + 1)),
        maps=images,
    )


def _layer(head: Call, images: Images) -> NetworkLayer:
    units = images.values.shape[0]
    return NetworkLayer(
        path=head.path,
        title=re.sub(r"^hidden(\d+)$", r"hidden \1", head.path),
        kind="linear",
        shape=(units,),
        units=units,
        maps=images,
        parameters=sum(weight.numel() for weight in head.module.parameters()),
    )


def _as_output(subject: Subject) -> dict[str, object]:
    classes = subject.data.classes
    return {"kind": "output", "title": "output", "names": classes if len(classes) > 2 else ()}


def _link(source: int, head: Call) -> NetworkLink:
    bias = getattr(head.module, "bias", None)
    return NetworkLink(
        source=source,
        target=source + 1,
        weight=_array(head.module, "weight"),
        bias=None if bias is None else _array(head.module, "bias"),
        weight_name=f"{head.path}.weight",
        bias_name=None if bias is None else f"{head.path}.bias",
    )


def _array(module: nn.Module, name: str) -> Array:
    return array_of(module.get_parameter(name))
