"""What making pictures by gradient ascent shows: the pictures, the answers, the film."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from lantern.lab.arrays import array_of, images_of
from lantern.lab.features import Place
from lantern.lab.inspectors._dreaming import Ascent
from lantern.lab.subject import Subject
from lantern.lab.wording import finite
from lantern.protocol.figures import Axis, ImagesFigure, LinesFigure, Series


@dataclass
class Story:
    """What happened on the way."""

    steps: list[int] = field(default_factory=list)
    answers: list[Tensor] = field(default_factory=list)
    """(units,) at each of the steps."""
    frames: list[Tensor] = field(default_factory=list)
    """(units, c, h, w) u1 at each frame."""
    frame_steps: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Aim:
    """What is to be excited."""

    subject: Subject
    place: Place
    units: Tensor
    """(units,) channels of the layer."""
    names: tuple[str, ...]
    record: Tensor
    """(units,) the most that the data excite them."""
    compared: int
    """Number of pictures that the record is of."""
    steps: int
    settings: dict[str, str | float | int]


def note(story: Story, ascents: list[Ascent], step: int, due: set[int]) -> Tensor:
    """Write down how the pictures stand, and return them (units, c, h, w)."""
    seen = [ascent.seen() for ascent in ascents]
    pictures = torch.cat([found for found, _ in seen]).cpu()
    story.steps.append(step)
    story.answers.append(torch.cat([answers for _, answers in seen]).detach().cpu())
    if step in due:
        story.frames.append(pictures.clamp(0, 1).mul(255).round().to(torch.uint8))
        story.frame_steps.append(step)
    return pictures


def shown(aim: Aim, story: Story, pictures: Tensor) -> Iterator[ImagesFigure | LinesFigure]:
    """Yield the pictures as they are, and the answers so far."""
    yield _pictures(aim, story, pictures)
    yield _curve(aim, story)


def _facts(aim: Aim, story: Story) -> dict[str, str | float | int]:
    found, record = story.answers[-1], aim.record
    return {
        "step": aim.subject.step,
        "layer": aim.place.path,
        "measured after": aim.place.seen,
        "units": " ".join(str(int(unit)) for unit in aim.units),
        "answers": " ".join(f"{float(each):.6g}" for each in found),
        "data maximum": " ".join(f"{float(each):.6g}" for each in record),
        "beats the data": f"{int((found > record).sum())} of {len(record)}",
        "done": story.steps[-1],
        **aim.settings,
    }


def _pictures(aim: Aim, story: Story, pictures: Tensor) -> ImagesFigure:
    found = story.answers[-1].nan_to_num(0, 0, 0).tolist()
    record = aim.record.nan_to_num(0, 0, 0).tolist()
    count = len(found)
    better = sum(one > other for one, other in zip(found, record, strict=True))
    labels = tuple(
        f"{name}: {one:.3g} (data {other:.3g})"
        for name, one, other in zip(aim.names, found, record, strict=True)
    )
    return ImagesFigure(
        title=f"{aim.place.path}, step {story.steps[-1]}",
        caption=f"{better} of {count} above all of {aim.compared} training pictures",
        alt=f"Pictures made to excite {count} units of {aim.place.path} after "
        f"{story.steps[-1]} steps: {', '.join(labels)}.",
        facts=_facts(aim, story),
        warnings=_warnings(count - better, done=story.steps[-1] == aim.steps),
        images=images_of(pictures.cpu(), scale="pixels"),
        labels=labels,
    )


def _warnings(behind: int, *, done: bool) -> tuple[str, ...]:
    """Return what is to be said of units whose pictures, when done, excite less than the data."""
    if behind == 0 or not done:
        return ()
    whose = "1 unit is" if behind == 1 else f"{behind} units are each"
    return (
        f"{whose} excited less by its picture than by some training picture: the search did not "
        "get there. Take more steps, a higher learning rate or another seed.",
    )


def _curve(aim: Aim, story: Story) -> LinesFigure:
    steps = array_of(torch.tensor(story.steps, dtype=torch.float32))
    answers = torch.stack(story.answers).nan_to_num(0, 0, 0)  # (steps, units)
    lines = [
        Series(label=name, x=steps, y=array_of(answers[:, column]))
        for column, name in enumerate(aim.names)
    ]
    if len(lines) == 1:
        limit = finite(float(aim.record[0]), 0.0)
        ends = torch.tensor([0.0, float(aim.steps)])
        flat = array_of(torch.full((2,), limit))
        lines.append(Series(label="most the data excite it", x=array_of(ends), y=flat))
    return LinesFigure(
        title="Answer over the steps",
        alt=f"The answers of {len(aim.names)} units over {story.steps[-1]} steps.",
        facts={"step": aim.subject.step, "layer": aim.place.path},
        x=Axis(label="step"),
        y=Axis(label="answer"),
        series=tuple(lines),
    )


def film(aim: Aim, story: Story) -> ImagesFigure:
    """Return all frames, those of one moment side by side."""
    frames = torch.stack(story.frames).float() / 255  # (frames, units, c, h, w)
    count = len(story.frames)
    return ImagesFigure(
        title="Film",
        caption=f"{count} frames",
        alt=f"How the pictures came to be, {count} frames of {len(aim.units)} units each.",
        facts={
            "step": aim.subject.step,
            "layer": aim.place.path,
            "frames": count,
            "units": len(aim.units),
            "frame steps": " ".join(map(str, story.frame_steps)),
        },
        images=images_of(frames.flatten(0, 1), scale="pixels"),
        columns=len(aim.units),
    )
