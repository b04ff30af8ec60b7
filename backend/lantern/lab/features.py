"""What a layer makes of many samples: rows of numbers, computed a few samples at a time."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from lantern.lab.capture import Call, layer_call, settled, traced
from lantern.lab.data import Data, Split
from lantern.lab.subject import Progress, Subject

Which = Literal["validation", "train", "both"]
Stop = Literal["activation", "norm"]

NUMBERS_AT_ONCE = 2_000_000
"""How many numbers all layers together may put out in one slice."""
MOST_AT_ONCE = 128


class _Reached(Exception):
    def __init__(self, output: Tensor) -> None:
        super().__init__()
        self.output = output


@dataclass(frozen=True)
class Place:
    """A layer, and the module whose output stands for it."""

    path: str
    """As it was asked for."""
    seen: str
    """Of the module whose output is taken: the layer's own normalisation or non-linearity."""
    shape: tuple[int, ...]
    """Of the output for one sample: (units,) or (channels, height, width)."""
    at_once: int
    """How many samples make one slice; a pure function of the model."""

    @property
    def is_map(self) -> bool:
        """Whether each unit is a map of more than one cell."""
        return len(self.shape) == 3 and self.shape[1] * self.shape[2] > 1


def place_of(module: nn.Module, inputs: Tensor, layer: str, stop: Stop = "activation") -> Place:
    """Return where a layer is read, behind its non-linearity or before it; inputs (1, *shape)."""
    calls, _ = traced(module, inputs)
    index = layer_call(calls, layer)
    call = settled(calls, index) if stop == "activation" else before_activation(calls, index)
    numbers = inputs.numel() + sum(each.output[0].numel() for each in calls)
    return Place(
        path=calls[index].path,
        seen=call.path,
        shape=tuple(call.output.shape[1:]),
        at_once=max(1, min(MOST_AT_ONCE, NUMBERS_AT_ONCE // numbers)),
    )


def last_hidden(module: nn.Module, inputs: Tensor) -> str:
    """Return the path of the last layer with weights but one, or of the only one."""
    calls, _ = traced(module, inputs)
    weighted = [call.path for call in calls if call.kind in {"conv", "linear"}]
    return (weighted[-2:] or [""])[0]


def before_activation(calls: list[Call], index: int) -> Call:
    """Return the call whose output is the layer's after its normalisation alone."""
    found = calls[index]
    for call in calls[index + 1 :]:
        if call.source is not found.passed or call.kind != "norm":
            break
        found = call
    return found


def output_of(module: nn.Module, inputs: Tensor, path: str) -> Tensor:
    """Return what the module at a path puts out for inputs (b, ...); layers behind it do not run.

    Gradients flow where they are on. The module is left as it was.
    """

    def stop(_: nn.Module, __: tuple[Tensor, ...], output: Tensor) -> None:
        raise _Reached(output)

    handle = module.get_submodule(path).register_forward_hook(stop)
    try:
        module(inputs)
    except _Reached as reached:
        return reached.output
    finally:
        handle.remove()
    raise AssertionError(f"{path!r} was not called")


@dataclass(frozen=True)
class Part:
    """The first samples of a split."""

    split: Split
    name: Literal["validation", "train"]
    count: int

    def batches(self, size: int) -> Iterator[tuple[int, Tensor, Tensor]]:
        """Yield the index of the first sample, inputs (b, *shape) and targets (b,) in order."""
        device = self.split.targets.device
        for first in range(0, self.count, size):
            last = min(first + size, self.count)
            inputs, targets = self.split.batch(torch.arange(first, last, device=device))
            yield first, inputs, targets


def parts_of(data: Data, which: Which, count: int) -> tuple[Part, ...]:
    """Return the first samples of a split, or as even a number of both, training first."""
    halves = {"validation": 0, "train": count, "both": count - count // 2}
    train = min(halves[which], len(data.train))
    validation = min(count - train, len(data.validation)) if which != "train" else 0
    parts = (Part(data.train, "train", train), Part(data.validation, "validation", validation))
    return tuple(part for part in parts if part.count > 0)


@dataclass(frozen=True)
class Features:
    """Samples as a layer sees them."""

    values: Tensor
    """(n, features) float32 on the CPU, finite."""
    targets: Tensor
    """(n,) on the CPU."""
    held_out: Tensor
    """(n,) u1: 1 where the sample belongs to the validation set."""
    pictures: Tensor | None
    """(n, channels, h, w) float32 0-1, no larger than asked for; None for points."""


def features_of(
    subject: Subject, place: Place, parts: tuple[Part, ...], *, side: int = 0, until: float = 1.0
) -> Generator[Progress, None, Features]:
    """Yield progress up to `until`, and return the features with pictures of a side, if any."""
    total, done = sum(part.count for part in parts), 0
    found: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []
    for part in parts:
        for _, inputs, targets in part.batches(place.at_once):
            yield Progress(until * done / total, f"{place.path}: {done} of {total} samples")
            with torch.no_grad():
                seen = output_of(subject.module, inputs.to(subject.device), place.seen)
            values = seen.flatten(1).float().cpu().nan_to_num(0, 0, 0)  # (b, ...) -> (b, features)
            held = torch.full((len(values),), int(part.name == "validation"), dtype=torch.uint8)
            small = _small(inputs, side) if side and inputs.dim() == 4 else inputs[:, :0]
            found.append((values, targets.cpu(), held, small.cpu()))
            done += len(values)
    values, targets, held, small = (torch.cat(each) for each in zip(*found, strict=True))
    return Features(values, targets, held, small if small.dim() == 4 and side else None)


def _small(pictures: Tensor, side: int) -> Tensor:
    longest = max(pictures.shape[2:])
    if longest <= side:
        return pictures
    return nn.functional.interpolate(pictures, scale_factor=side / longest, mode="area")


def scaled(features: Tensor, how: Literal["none", "deviation", "length"]) -> Tensor:
    """Return features (n, width) as they are, each of deviation 1, or each row of length 1."""
    if how == "deviation":
        deviation, mean = torch.std_mean(features, dim=0, keepdim=True, correction=0)
        return (features - mean) / torch.where(deviation > 0, deviation, 1.0)
    if how == "length":
        return nn.functional.normalize(features, dim=1)
    return features
