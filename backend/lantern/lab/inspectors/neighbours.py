"""Which training samples lie nearest to an input: by pixels, and as a layer sees them."""

import hashlib
import math
from collections.abc import Generator, Iterator
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from lantern.lab.arrays import images_of
from lantern.lab.features import (
    Features,
    Part,
    features_of,
    last_hidden,
    output_of,
    parts_of,
    place_of,
)
from lantern.lab.inspectors._judgement import only_for
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Progress, Subject
from lantern.lab.wording import class_name, percent
from lantern.protocol.figures import ImagesFigure
from lantern.protocol.model import control
from lantern.protocol.views import SampleInput

Metric = Literal["euclidean", "cosine"]
KEPT_NUMBERS = 16_000_000
"""Features with more numbers than this are not kept for the next look."""
_kept: dict[tuple[str, str, str], Features] = {}
"""The features of the last look, by (weights, layer, data): a new input needs no others."""


class Neighbours(Inspector, name="neighbours", title="Neighbours"):
    """The training samples nearest to the input in a slot, in pixel space and in a layer's space.

    In pixel space near means the same ink at the same place; the deeper the layer, the more it
    means the same thing (Papernot and McDaniel 2018, arXiv:1803.04765, judge predictions by that).
    """

    tags = ("images", "long")
    order = 103
    long = True
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The layer; the last hidden one where none is named."""
    metric: Metric = "euclidean"
    """Distance as the crow flies, or 1 - cosine: the angle alone, whatever the length."""
    neighbours: Annotated[int, control(ge=1, le=50)] = 8
    """How many are shown."""
    samples: Annotated[int, control(ge=10, le=20_000, scale="log")] = 1000
    """How many training samples are searched, from the first."""
    slot: Annotated[int, control(ge=0, le=63, widget="input")] = 0
    """The input whose neighbours are looked for."""

    def figures(self, subject: Subject) -> Iterator[ImagesFigure | Progress]:
        """Yield the input, the nearest by pixels, then the nearest by the layer."""
        only_for(subject, "images", "neighbours")
        inputs, truth = subject.resolve(self.slot)
        place = place_of(subject.module, inputs, self.layer or last_hidden(subject.module, inputs))
        (part,) = parts_of(subject.data, "train", self.samples)
        with torch.no_grad():
            own = output_of(subject.module, inputs, place.seen).flatten(1).float().cpu()
        pixels = yield from _from_pixels(part, inputs.cpu(), self.metric)
        key = (fingerprint(subject.module), place.seen, f"{id(part.split.inputs)}/{part.count}")
        features = _kept.get(key)
        if features is None:
            features = yield from features_of(subject, place, (part,), until=0.98)
            _keep(key, features)
        layer = distances_to(own.nan_to_num(0, 0, 0), features.values, self.metric)
        yield _own(subject, inputs, truth)
        yield self._figure(subject, pixels, "pixel space", truth, part)
        yield self._figure(subject, layer, place.path, truth, part)

    def _figure(
        self, subject: Subject, distances: Tensor, space: str, truth: int | None, part: Part
    ) -> ImagesFigure:
        distances = _without_itself(subject, self.slot, distances)
        count = min(self.neighbours, int(distances.isfinite().sum()))
        near, indices = distances.topk(count, largest=False, sorted=True)
        pictures, targets = part.split.batch(indices.to(part.split.targets.device))
        names = [class_name(subject.data.classes, int(target)) for target in targets]
        same = None if truth is None else float((targets == truth).double().mean())
        of_same = "" if same is None else f"{percent(same)} of the same class"
        facts: dict[str, str | float | int] = {
            "step": subject.step,
            "space": space,
            "metric": self.metric,
            "searched": part.count,
            "indices": " ".join(str(int(index)) for index in indices),
            "distances": " ".join(f"{float(each):.6g}" for each in near),
            "classes": " ".join(str(int(target)) for target in targets),
        }
        if same is not None:
            facts["same class"] = same
            facts["true class"] = class_name(subject.data.classes, truth or 0)
        return ImagesFigure(
            title=f"nearest in {space}" if space == "pixel space" else f"nearest as {space} sees",
            caption=of_same or "the input's class is not known",
            alt=f"The {count} of {part.count} training samples nearest in {space}: "
            f"{', '.join(names)}. {of_same}".strip(" .")
            + ".",
            facts=facts,
            images=images_of(pictures, scale="pixels"),
            labels=tuple(
                f"{name} · {float(each):.3g}" for name, each in zip(names, near, strict=True)
            ),
        )


def _own(subject: Subject, inputs: Tensor, truth: int | None) -> ImagesFigure:
    name = "class not known" if truth is None else class_name(subject.data.classes, truth)
    return ImagesFigure(
        title="input",
        caption=name,
        alt=f"The 1 input whose neighbours are looked for: {name}.",
        facts={"step": subject.step},
        images=images_of(inputs, scale="pixels"),
        labels=(name,),
    )


def distances_to(query: Tensor, rows: Tensor, metric: Metric) -> Tensor:
    """Return (n,) distances of rows (n, width) from a query (1, width); zeros have no direction."""
    if metric == "cosine":
        return 1 - nn.functional.cosine_similarity(rows, query, dim=1, eps=1e-12)
    return (rows - query).square().sum(1).sqrt()


def fingerprint(module: nn.Module) -> str:
    """Return a digest of all weights and buffers."""
    found = hashlib.blake2b(digest_size=16)
    for tensor in module.state_dict().values():
        found.update(tensor.detach().cpu().contiguous().numpy().data)
    return found.hexdigest()


def _from_pixels(part: Part, query: Tensor, metric: Metric) -> Generator[Progress, None, Tensor]:
    found = []
    for first, inputs, _ in part.batches(max(1, 500_000 // math.prod(query.shape))):
        yield Progress(0.02 * first / part.count, "pixels")
        found.append(distances_to(query.flatten(1), inputs.cpu().flatten(1), metric))
    return torch.cat(found)


def _without_itself(subject: Subject, slot: int, distances: Tensor) -> Tensor:
    ref = subject.inputs.get(slot, SampleInput())
    if isinstance(ref, SampleInput) and ref.split == "train" and ref.index < len(distances):
        distances = distances.clone()
        distances[ref.index] = torch.inf
    return distances


def _keep(key: tuple[str, str, str], features: Features) -> None:
    _kept.clear()
    if features.values.numel() <= KEPT_NUMBERS:
        _kept[key] = features
