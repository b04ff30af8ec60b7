"""What a channel likes best: the pieces of pictures that excite it most."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Literal

import torch
from torch import Tensor

from lantern.lab.arrays import images_of
from lantern.lab.features import Part, Place, output_of, parts_of, place_of
from lantern.lab.inspectors._judgement import only_for
from lantern.lab.kinds import Inspector
from lantern.lab.receptive import Fields, Window, fields_of
from lantern.lab.subject import Progress, Subject
from lantern.lab.wording import class_name
from lantern.protocol.figures import ImagesFigure
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

OUTSIDE = 0.5
"""What lies beyond the border of a picture is shown in grey."""
SHOWN_EVERY = 4
"""Slices between two partial walls."""


@dataclass
class Best:
    """The strongest answers so far, one for each picture at most."""

    values: Tensor
    """(channels, up to top) float32, strongest first."""
    samples: Tensor
    """(channels, up to top) indices of pictures."""
    places: Tensor
    """(channels, up to top) row * width + column in the layer's map."""
    seen: int = 0
    top: int = field(default=9)

    @classmethod
    def of(cls, channels: int, top: int) -> "Best":
        """Return none yet."""
        none = torch.empty(channels, 0, dtype=torch.int64)
        return cls(torch.empty(channels, 0), none, none.clone(), top=top)

    def add(self, output: Tensor, first: int) -> None:
        """Take in what the layer says (b, channels, h * w) of pictures from the index on."""
        values, places = output.max(dim=2)  # (b, channels): each picture's best position
        count = len(values)
        samples = torch.arange(first, first + count).expand(values.shape[1], -1)
        values = torch.cat([self.values, values.t()], dim=1)  # (channels, kept + b)
        samples = torch.cat([self.samples, samples], dim=1)
        places = torch.cat([self.places, places.t()], dim=1)
        # Stable: of equals the earlier picture stays.
        order = values.argsort(dim=1, descending=True, stable=True)[:, : self.top]
        self.values, self.samples = values.gather(1, order), samples.gather(1, order)
        self.places = places.gather(1, order)
        self.seen += count


class Patches(Inspector, name="patches", title="Patches"):
    """The pieces of pictures that excite each channel of a layer most, one of each picture.

    Each piece is what the unit at that place can see at all, its receptive field; grey lies beyond
    the picture's border. Zeiler and Fergus (2014), arXiv:1311.2901; Girshick and others (2014),
    arXiv:1311.2524. Measured before the non-linearity, so that silent channels have favourites too.
    """

    tags = ("images", "long")
    order = 104
    long = True
    live = False
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The layer; the last convolution where none is named."""
    first: Annotated[int, control(ge=0, le=100_000)] = 0
    """The first channel that is shown."""
    channels: Annotated[int, control(ge=1, le=64)] = 8
    """How many channels."""
    top: Annotated[int, control(ge=1, le=25)] = 9
    """How many pieces for each."""
    samples: Annotated[int, control(ge=10, le=100_000, scale="log")] = 1000
    """How many pictures are searched, from the first."""
    split: Literal["validation", "train"] = "train"
    """Which part of the data."""

    def figures(self, subject: Subject) -> Iterator[ImagesFigure | Progress]:
        """Yield one wall for each channel, filling up."""
        only_for(subject, "images", "patches")
        (part,) = parts_of(subject.data, self.split, self.samples)
        _, example, _ = next(iter(part.batches(1)))
        place = place_of(subject.module, example.to(subject.device), self.layer, "norm")
        chosen = self._chosen(place)
        fields = yield from fields_of(subject.module, place, subject.data.shape, until=0.1)
        best = Best.of(len(chosen), self.top)
        for turn, (first, inputs, _) in enumerate(part.batches(place.at_once), start=1):
            with torch.no_grad():
                output = output_of(subject.module, inputs.to(subject.device), place.seen)
            best.add(_rows(output)[:, chosen], first)
            if turn % SHOWN_EVERY == 0:
                yield from self._walls(subject, place, part, fields, best)
            sentence = f"{place.path}: {best.seen} of {part.count} pictures"
            yield Progress(0.1 + 0.9 * best.seen / part.count, sentence)
        yield from self._walls(subject, place, part, fields, best)

    def _chosen(self, place: Place) -> Tensor:
        """Return the indices of the channels asked for, (channels,)."""
        there = place.shape[0]
        if self.first >= there:
            raise ProblemError(
                f"first: {place.path} has {there} channels, so there is no {self.first}.",
                field="first",
            )
        return torch.arange(self.first, min(self.first + self.channels, there))

    def _walls(
        self, subject: Subject, place: Place, part: Part, fields: Fields, best: Best
    ) -> Iterator[ImagesFigure]:
        for row in range(len(best.values)):
            yield self._wall(subject, place, part, fields, best, row)

    def _wall(
        self,
        subject: Subject,
        place: Place,
        part: Part,
        fields: Fields,
        best: Best,
        row: int,
    ) -> ImagesFigure:
        samples, values = best.samples[row], best.values[row].nan_to_num(0, 0, 0)
        pictures, targets = part.split.batch(samples.to(part.split.targets.device))
        windows = windows_of(place, fields, best.places[row])
        names = [class_name(subject.data.classes, int(target)) for target in targets]
        height, width = fields.size
        strongest = float(values[0])
        return ImagesFigure(
            title=f"channel {self.first + row}",
            caption=f"up to {strongest:.3g}",
            alt=f"The {len(samples)} pieces of {best.seen} {self.split} pictures that excite "
            f"channel {self.first + row} of {place.path} most, {height} × {width} pixels each: "
            f"{', '.join(names)}.",
            facts={
                "step": subject.step,
                "layer": place.path,
                "channel": self.first + row,
                "split": self.split,
                "searched": best.seen,
                "indices": " ".join(str(int(index)) for index in samples),
                "values": " ".join(f"{float(value):.6g}" for value in values),
                "windows": " ".join(
                    f"{each.top},{each.bottom},{each.left},{each.right}" for each in windows
                ),
                "receptive field": f"{height} × {width}",
            },
            images=images_of(cropped(pictures.cpu(), windows, fields.size), scale="pixels"),
            labels=tuple(f"{name} · {float(v):.3g}" for name, v in zip(names, values, strict=True)),
            columns=3,
        )


def _rows(output: Tensor) -> Tensor:
    """Return what a layer says as (b, channels, positions) on the CPU."""
    output = output.float().cpu()
    return output.flatten(2) if output.dim() > 2 else output.unsqueeze(2)


def windows_of(place: Place, fields: Fields, places: Tensor) -> list[Window]:
    """Return what the units at (n,) flat positions of the layer's map see."""
    width = place.shape[2] if len(place.shape) == 3 else 1
    if len(fields.rows) == 1 and len(fields.columns) == 1:
        return [fields.window(0, 0) for _ in places]
    return [fields.window(int(at) // width, int(at) % width) for at in places]


def cropped(pictures: Tensor, windows: list[Window], size: tuple[int, int]) -> Tensor:
    """Return (n, c, *size), each window of (n, c, h, w) in its corner of a grey ground.

    A window that a border cut lies where it would, had the picture gone on.
    """
    count, channels, full_height, full_width = pictures.shape
    found = torch.full((count, channels, *size), OUTSIDE)
    for index, window in enumerate(windows):
        height, width = window.bottom - window.top, window.right - window.left
        down = size[0] - height if window.top == 0 and window.bottom < full_height else 0
        right = size[1] - width if window.left == 0 and window.right < full_width else 0
        piece = pictures[index, :, window.top : window.bottom, window.left : window.right]
        found[index, :, down : down + height, right : right + width] = piece
    return found
