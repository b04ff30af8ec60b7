"""A picture that excites a unit more than any of the data: made by gradient ascent, as a film."""

from collections.abc import Callable, Generator, Iterator
from typing import Annotated, Literal

import torch
from torch import Tensor

from lantern.lab.features import Place, output_of, parts_of, place_of
from lantern.lab.inspectors._dreaming import (
    Ascent,
    Motion,
    Penalty,
    Pixels,
    Spectrum,
    Written,
    colours_of,
)
from lantern.lab.inspectors._film import Aim, Story, film, note, shown
from lantern.lab.inspectors._judgement import only_for
from lantern.lab.kinds import Inspector
from lantern.lab.randomness import generator_for
from lantern.lab.subject import Progress, Subject
from lantern.lab.wording import class_name
from lantern.protocol.figures import ImagesFigure, LinesFigure
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

FILM_BYTES = 6_000_000
"""A film of large pictures has fewer frames."""
BACKWARD_COST = 4
"""What one step costs beside one look at a sample."""


class FeatureVisualisation(Inspector, name="feature_visualisation", title="Feature visualisation"):
    """Pictures that excite units of a layer as much as can be, made from grey by gradient ascent.

    Erhan, Bengio, Courville and Vincent (2009); Olah, Mordvintsev and Schubert (2017),
    doi:10.23915/distill.00007. Before each step the picture is shifted and turned a little, less
    and less until the last quarter, so that what is found is more than noise. Measured before the
    non-linearity.
    """

    tags = ("images", "long")
    order = 105
    long = True
    live = False
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The layer; the last convolution where none is named. The output layer's units are classes."""
    first: Annotated[int, control(ge=0, le=100_000)] = 0
    """The first channel or class that is shown."""
    channels: Annotated[int, control(ge=1, le=36)] = 6
    """How many."""
    objective: Literal["unit", "channel"] = "unit"
    """The unit in the middle of the map, or the mean of the whole channel."""
    steps: Annotated[int, control(ge=1, le=1024, scale="log")] = 128
    """Steps of Adam."""
    rate: Annotated[float, control(ge=0.001, le=0.5, scale="log")] = 0.05
    """Learning rate."""
    jitter: Annotated[int, control(ge=0, le=16, unit="px")] = 2
    """How far the picture is shifted before each step, at most and at first."""
    rotate: Annotated[float, control(ge=0, le=45, unit="°")] = 5.0
    """How far it is turned, at most and at first."""
    variation: Annotated[float, control(ge=0, le=100)] = 5.0
    """Weight against noise: total variation."""
    contrast: Annotated[float, control(ge=0, le=100)] = 0.0
    """Weight against everything but grey: L2."""
    parametrisation: Literal["pixels", "spectrum"] = "pixels"
    """What is changed: the pixels, or Fourier coefficients in colours that do not correlate."""
    frames: Annotated[int, control(ge=2, le=64)] = 24
    """Pictures of the film that are kept."""
    compare: Annotated[int, control(ge=1, le=10_000, scale="log")] = 256
    """Training pictures whose strongest answer is to be beaten."""
    seed: Annotated[int, control(ge=0, le=2**31 - 1)] = 0
    """Of the noise it begins with, and of the shifts and turns."""

    def figures(self, subject: Subject) -> Iterator[ImagesFigure | LinesFigure | Progress]:
        """Yield the pictures as they grow and the answers over the steps; at last the film too."""
        only_for(subject, "images", "feature visualisation")
        aim, colours = yield from self._aim(subject)
        ascents = self._ascents(aim, colours)
        story = Story()
        due = self._frame_steps(subject, len(aim.units))
        at_once = max(1, aim.place.at_once // (BACKWARD_COST * len(aim.units)))
        by = generator_for(self.seed, "feature visualisation")
        pictures = note(story, ascents, 0, due)
        for step in range(1, self.steps + 1):
            state = by.get_state()
            for number, ascent in enumerate(ascents):
                by.set_state(state)  # every picture is moved in the same way
                ascent.step(by, (step - 1) / self.steps)
                if number + 1 < len(ascents):
                    yield self._progress(step - 1)
            if step % at_once == 0 or step in due:
                pictures = note(story, ascents, step, due)
                yield from shown(aim, story, pictures)
                yield self._progress(step)
        yield from shown(aim, story, pictures)
        yield film(aim, story)

    def _progress(self, step: int) -> Progress:
        return Progress(0.1 + 0.9 * step / self.steps, f"step {step} of {self.steps}")

    def _frame_steps(self, subject: Subject, units: int) -> set[int]:
        one = units * torch.Size(subject.data.shape).numel()
        frames = max(2, min(self.frames, self.steps + 1, FILM_BYTES // one))
        return {round(self.steps * frame / (frames - 1)) for frame in range(frames)}

    def _aim(self, subject: Subject) -> Generator[Progress, None, tuple[Aim, Tensor]]:
        """Yield progress, and return what to excite and the colours (c, c) of the data."""
        (part,) = parts_of(subject.data, "train", self.compare)
        _, example, _ = next(iter(part.batches(1)))
        place = place_of(subject.module, example.to(subject.device), self.layer, "norm")
        units = self._units(place)
        records, colours = [], torch.eye(subject.data.shape[0])
        for first, inputs, _ in part.batches(place.at_once):
            yield Progress(0.1 * first / part.count, f"{first} of {part.count} training pictures")
            with torch.no_grad():
                output = output_of(subject.module, inputs.to(subject.device), place.seen)
            records.append(self._answers(output.cpu(), best=True)[:, units])
            if first == 0:
                colours = colours_of(inputs)
        record = torch.cat(records).amax(0)
        names = self._names(subject, place, units)
        settings = self.model_dump(exclude={"layer", "first", "channels", "frames"})
        aim = Aim(subject, place, units, names, record, part.count, self.steps, settings)
        return aim, colours

    def _units(self, place: Place) -> Tensor:
        if self.first >= place.shape[0]:
            raise ProblemError(
                f"first: {place.path} has {place.shape[0]} units, so there is no {self.first}.",
                field="first",
            )
        return torch.arange(self.first, min(self.first + self.channels, place.shape[0]))

    def _names(self, subject: Subject, place: Place, units: Tensor) -> tuple[str, ...]:
        classes = subject.data.classes
        last = [path for path, part in subject.module.named_modules() if not part._modules][-1]
        if len(place.shape) == 1 and place.seen == last and len(classes) == place.shape[0]:
            return tuple(class_name(classes, int(unit)) for unit in units)
        return tuple(f"{int(unit)}" for unit in units)

    def _answers(self, output: Tensor, *, best: bool = False) -> Tensor:
        """Return (b, channels) of what a layer says; `best` of all positions instead of the middle.

        output: (b, channels, h, w) or (b, units).
        """
        if output.dim() == 2:
            return output
        if self.objective == "channel":
            return output.flatten(2).mean(2)
        if best:
            return output.flatten(2).amax(2)
        return output.flatten(2)[:, :, middle(output.shape[2:])]

    def _ascents(self, aim: Aim, colours: Tensor) -> list[Ascent]:
        device = aim.subject.device
        noise = torch.stack([self._noise(aim.subject, int(unit)) for unit in aim.units]).to(device)
        size = max(1, aim.place.at_once // BACKWARD_COST)
        return [
            Ascent(
                self._written(noise[first : first + size], colours),
                self._asked(aim, aim.units[first : first + size].to(device)),
                module=aim.subject.module,
                motion=Motion(self.jitter, self.rotate),
                penalty=Penalty(self.variation, self.contrast),
                rate=self.rate,
            )
            for first in range(0, len(noise), size)
        ]

    def _noise(self, subject: Subject, unit: int) -> Tensor:
        by = generator_for(self.seed, f"feature visualisation/{unit}")
        return torch.randn(subject.data.shape, generator=by)

    def _written(self, noise: Tensor, colours: Tensor) -> Written:
        return Pixels(noise) if self.parametrisation == "pixels" else Spectrum(noise, colours)

    def _asked(self, aim: Aim, units: Tensor) -> Callable[[Tensor], Tensor]:
        module, seen = aim.subject.module, aim.place.seen
        each = torch.arange(len(units), device=units.device)
        return lambda pictures: self._answers(output_of(module, pictures, seen))[each, units]


def middle(size: torch.Size) -> int:
    """Return the flat position of the middle of a map (h, w)."""
    height, width = size
    return height // 2 * width + width // 2
