"""Training pictures before and after the augmentation."""

from collections.abc import Iterator
from typing import Annotated

import torch

from lantern.lab.arrays import images_of
from lantern.lab.inspectors._judgement import only_for
from lantern.lab.kinds import Augmentation, Inspector
from lantern.lab.randomness import generator_for
from lantern.lab.subject import Subject
from lantern.lab.wording import class_name
from lantern.protocol.figures import ImagesFigure
from lantern.protocol.model import control


class Augmented(Inspector, name="augmented", title="Augmentation"):
    """The same training pictures before and after the session's augmentation.

    The network never sees the first row while it trains, and the second row only once: every time
    a picture comes up, it is changed anew.
    """

    tags = ("images",)
    live = False
    order = 41
    start: Annotated[int, control(ge=0, le=10_000_000)] = 0
    """How many training pictures are passed over first."""
    count: Annotated[int, control(ge=1, le=64)] = 8
    """How many are shown."""
    draw: Annotated[int, control(ge=0, le=1_000_000)] = 0
    """Another number draws other changes."""

    def figures(self, subject: Subject) -> Iterator[ImagesFigure]:
        """Yield the pictures as they are, then the same ones changed."""
        only_for(subject, "images", "augmented")
        split = subject.data.train
        start = min(self.start, max(0, len(split) - self.count))
        chosen = torch.arange(start, min(start + self.count, len(split)))
        before, labels = split.batch(chosen.to(split.targets.device))
        names = tuple(class_name(subject.data.classes, int(label)) for label in labels)
        augmentation = Augmentation.make(subject.experiment.augmentation)
        by = generator_for(subject.experiment.seed, "look/augmented", self.draw)
        after = augmentation.apply(before, by)
        for title, pictures in (("Before", before), ("After", after)):
            yield ImagesFigure(
                title=title,
                caption=augmentation.title,
                alt=f"{title} the augmentation {augmentation.title}: {', '.join(names)}.",
                facts={"indices": " ".join(str(int(index)) for index in chosen)},
                images=images_of(pictures, scale="pixels"),
                labels=names,
            )
