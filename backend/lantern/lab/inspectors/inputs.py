"""All inputs that are pinned, and what the network says of each."""

from collections.abc import Iterator

import torch

from lantern.lab.arrays import images_of
from lantern.lab.inspectors._judgement import judgement_of, only_for
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.lab.wording import percent
from lantern.protocol.figures import ImagesFigure


class Inputs(Inspector, name="inputs", title="Inputs"):
    """The inputs in the session's slots, side by side, with the class that each is taken for.

    Slot 0 is there always; it holds the first validation sample until another is put there.
    """

    tags = ("images",)
    order = 45

    def looks_at(self, slot: int) -> bool:
        """Return that every slot counts."""
        return True

    def figures(self, subject: Subject) -> Iterator[ImagesFigure]:
        """Yield the pictures, from one forward pass; `slots` in the facts says where they lie."""
        only_for(subject, "images", "inputs")
        slots = sorted({0, *subject.inputs})
        inputs, truths = zip(*(subject.resolve(slot) for slot in slots), strict=True)
        pictures = torch.cat(inputs)  # (slots, channels, height, width)
        with torch.no_grad():
            outputs = subject.module(pictures)
        said = [
            judgement_of(subject, picture[None], truth, output[None])
            for picture, truth, output in zip(pictures, truths, outputs, strict=True)
        ]
        labels = tuple(f"{each.name}: {percent(max(each.probabilities.tolist()))}" for each in said)
        wrong = [each.truth is not None and each.truth != each.predicted for each in said]
        yield ImagesFigure(
            title="Inputs",
            caption=f"{len(slots)} pinned",
            alt=f"{len(slots)} inputs, taken for {', '.join(labels)}.",
            facts={
                "step": subject.step,
                "slots": " ".join(map(str, slots)),
                "wrong": " ".join(str(int(each)) for each in wrong),
            },
            images=images_of(pictures, scale="pixels"),
            labels=labels,
        )
