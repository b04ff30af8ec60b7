"""The network of a small problem in the plane: what every unit says of every place."""

import re
from itertools import accumulate, pairwise

import numpy as np
from torch import Tensor, nn

from lantern.lab.arrays import array_of
from lantern.lab.building.features import Features
from lantern.lab.plane import extent_of, target_range
from lantern.lab.subject import Subject
from lantern.lab.walk import Head, Raster, walk
from lantern.protocol.figures import (
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
    walked = walk(subject.module, Raster(extent, side))
    # What a layer hands on, after non-linearity, gate and the rest, is what the next is given.
    output = signed_output(subject, walked.outputs).numpy().T
    images = _images_of([*(head.given for head in walked.heads), output], side)
    hidden = map(_layer, walked.heads[:-1], images[1:-1])
    last = _output(subject, walked.heads[-1], images[-1])
    layers = (_features(subject.module, images[0]), *hidden, last)
    sizes = " - ".join(str(layer.units) for layer in layers)
    return NetworkFigure(
        title="Network",
        caption=sizes,
        alt=f"Network of {len(layers)} columns with {sizes} units, each a map of the plane.",
        facts={"step": subject.step, "parameters": sum(layer.parameters for layer in layers)},
        layers=layers,
        links=tuple(_link(place, head) for place, head in enumerate(walked.heads)),
        extent=extent,
    )


def fitting_resolution(module: nn.Module) -> int:
    """Return the cells along one side of each map: fewer where there are many maps to draw."""
    layers = (part for part in module.children() if isinstance(part, nn.Linear))
    units = sum(layer.out_features for layer in layers)
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


def _images_of(maps: list[np.ndarray], side: int) -> list[Images]:
    # All layers, (units, b) each, are quantised in one go: the calls are what costs.
    flat = np.concatenate(maps).astype(np.float32, copy=False)
    high = np.maximum(flat.max(1), -flat.min(1))
    high[-len(maps[-1]) :] = 1.0  # so that an undecided output looks undecided
    low = -high
    values = _levels(flat, high).reshape(-1, 1, side, side)
    ends = list(accumulate((len(each) for each in maps), initial=0))
    return [
        Images(
            values=array_of(values[start:end], "u1"),
            low=array_of(low[start:end]),
            high=array_of(high[start:end]),
            smooth=True,
        )
        for start, end in pairwise(ends)
    ]


def _levels(flat: np.ndarray, high: np.ndarray) -> np.ndarray:
    # (units, b) from -high to high become 0-255, in place; adding a half before cutting off rounds.
    with np.errstate(invalid="ignore"):
        flat *= (127.5 / np.maximum(high, 1e-12))[:, None]
    flat += 128
    if not np.isfinite(high).all():
        np.nan_to_num(flat, copy=False, nan=0.0)
    return flat.astype(np.uint8)


def _features(module: nn.Module, images: Images) -> NetworkLayer:
    # What the first layer is given; scaled inputs keep the names of the features they were.
    units = images.values.shape[0]
    maker = next(((path, part) for path, part in module.named_children() if _names(part)), None)
    path = "input" if maker is None else maker[0]
    return NetworkLayer(
        path=path,
        title=path,
        kind="input" if maker is None else "feature",
        shape=(units,),
        units=units,
        names=_names(maker[1]) if maker else tuple(f"x{n}" for n in range(1, units + 1)),
        maps=images,
    )


def _names(part: nn.Module) -> tuple[str, ...]:
    return tuple(part.names) if isinstance(part, Features) else ()


def _layer(head: Head, images: Images) -> NetworkLayer:
    units = images.values.shape[0]
    return NetworkLayer(
        path=head.path,
        title=re.sub(r"^hidden(\d+)$", r"hidden \1", head.path),
        kind="linear",
        shape=(units,),
        units=units,
        maps=images,
        parameters=_parameters(head),
    )


def _output(subject: Subject, head: Head, images: Images) -> NetworkLayer:
    classes = subject.data.classes
    units = images.values.shape[0]
    return NetworkLayer(
        path=head.path,
        title="output",
        kind="output",
        shape=(units,),
        units=units,
        names=classes if len(classes) > 2 else (),
        maps=images,
        parameters=_parameters(head),
    )


def _parameters(head: Head) -> int:
    weight, bias = head.layer.weight, head.layer.bias
    return weight.numel() + (0 if bias is None else bias.numel())


def _link(source: int, head: Head) -> NetworkLink:
    weight, bias = head.layer.weight, head.layer.bias
    return NetworkLink(
        source=source,
        target=source + 1,
        weight=array_of(weight),
        bias=None if bias is None else array_of(bias),
        weight_name=f"{head.path}.weight",
        bias_name=None if bias is None else f"{head.path}.bias",
    )
