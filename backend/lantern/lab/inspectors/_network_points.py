"""The network of a small problem in the plane: what every unit says of every place."""

import re

import numpy as np
import torch
from torch import Tensor, nn

from lantern.lab.arrays import array_of
from lantern.lab.capture import Call, traced
from lantern.lab.plane import extent_of, grid, target_range
from lantern.lab.subject import Subject
from lantern.protocol.figures import (
    Array,
    Images,
    NetworkFigure,
    NetworkLayer,
    NetworkLink,
)

FEWEST, MOST = 20, 40
"""Cells along one side of a map, where the inspector chooses: many maps are small on the page."""
CELLS = 30_000
"""In all maps together, about, where the inspector chooses."""


def network_of_points(subject: Subject, resolution: int) -> NetworkFigure:
    """Return features, hidden units and output as maps over the plane, and the weights between.

    A resolution of 0 leaves it to the number of maps.
    """
    extent = extent_of(subject.data)
    side = resolution or fitting_resolution(subject.module)
    calls, outputs = traced(subject.module, grid(extent, side, subject.device))
    heads = [call for call in calls if call.kind == "linear"]
    # What a layer hands on, after non-linearity, gate and the rest, is what the next is given.
    maps = [*(head.source for head in heads), signed_output(subject, outputs)]
    images = _images_of(maps, side)
    layers = (_features(calls, images[0]), *map(_layer, heads, images[1:]))
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


def fitting_resolution(module: nn.Module) -> int:
    """Return the cells along one side of each map: fewer where there are many maps to draw."""
    units = sum(part.out_features for part in module.modules() if isinstance(part, nn.Linear))
    side = int((CELLS / max(1, units)) ** 0.5)
    return max(FEWEST, min(MOST, side // 4 * 4))


def signed_output(subject: Subject, outputs: Tensor) -> Tensor:
    """Return (b, 1) from -1 to 1: how sure of class 1, or the value over the targets' range.

    With more than two classes it is (b, classes), twice the probability of each, less one.
    """
    if not subject.data.classes:
        low, high = target_range(subject.data)
        values = subject.loss.prediction(outputs).unsqueeze(1)  # (b,) -> (b, 1)
        return (2 * (values - low) / (high - low) - 1).clamp(-1, 1)
    probabilities = subject.loss.probabilities(outputs)  # (b, classes)
    if probabilities.shape[1] == 2:
        probabilities = probabilities[:, 1:]
    return 2 * probabilities - 1


def _images_of(maps: list[Tensor], side: int) -> list[Images]:
    # All layers are quantised in one go: with nets this small the calls are what costs.
    flat = torch.cat(maps, dim=1).t().contiguous()  # (b, units) -> (units, b)
    high = flat.abs().amax(1)
    high[-maps[-1].shape[1] :] = 1.0  # so that an undecided output looks undecided
    # Levels 0-255 from -high to high; adding a half before cutting off rounds.
    flat.mul_(127.5 / high.clamp_min(1e-12).unsqueeze(1)).add_(128).nan_to_num_(0)
    values = flat.to(torch.uint8).reshape(-1, 1, side, side).cpu().numpy()
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


def _features(calls: list[Call], images: Images) -> NetworkLayer:
    # What the first layer is given; scaled inputs keep the names of the features they were.
    units = images.values.shape[0]
    maker = next((call for call in calls if hasattr(call.module, "names")), None)
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
