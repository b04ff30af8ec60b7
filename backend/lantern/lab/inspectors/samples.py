"""The data, as small pictures."""

from collections.abc import Iterator
from typing import Annotated, Literal

import torch

from lantern.lab.arrays import images_of
from lantern.lab.inspectors._judgement import only_for
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.lab.wording import class_name
from lantern.protocol.figures import ImagesFigure
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError


class Samples(Inspector, name="samples", title="Samples"):
    """Pictures of the data with their classes, to look through and to pick an input from."""

    tags = ("images",)
    live = False
    order = 40
    split: Literal["train", "validation"] = "validation"
    """Which part of the data."""
    start: Annotated[int, control(ge=0, le=10_000_000)] = 0
    """How many are passed over first."""
    count: Annotated[int, control(ge=1, le=200)] = 24
    """How many are shown."""
    of_class: Annotated[int | None, control(alias="class", ge=0, le=10_000, widget="class")] = None
    """Only those of this class; all where none is given."""

    def figures(self, subject: Subject) -> Iterator[ImagesFigure]:
        """Yield the pictures; `indices` in the facts says which samples they are."""
        only_for(subject, "images", "samples")
        data, classes = subject.data, subject.data.classes
        if self.of_class is not None and self.of_class >= max(1, len(classes)):
            raise ProblemError(
                f"class: there are {len(classes)} classes, so there is no {self.of_class}.",
                field="class",
            )
        split = data.validation if self.split == "validation" else data.train
        targets = split.targets
        known = torch.arange(len(split), device=targets.device)
        if self.of_class is not None:
            known = known[targets == self.of_class]
        chosen = known[self.start : self.start + self.count]
        pictures, labels = split.batch(chosen)
        names = [class_name(classes, int(label)) for label in labels]
        yield ImagesFigure(
            title="Samples",
            caption=f"{len(chosen)} of {len(known)}",
            alt=f"{len(chosen)} {self.split} pictures of {', '.join(names) or 'nothing'}.",
            facts={
                "split": self.split,
                "total": len(known),
                "indices": " ".join(str(int(index)) for index in chosen),
            },
            images=images_of(pictures, scale="pixels"),
            labels=tuple(names),
            samples=tuple(chosen.tolist()),
        )
