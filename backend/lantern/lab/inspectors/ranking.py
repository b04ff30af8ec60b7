"""The samples that a network judges worst, best or with the most doubt."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from torch import Tensor

from lantern.lab.arrays import images_of
from lantern.lab.chunks import samples_at_once
from lantern.lab.data import Split
from lantern.lab.inspectors._judgement import is_worth_showing, only_for
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Progress, Subject
from lantern.lab.wording import class_name, percent
from lantern.protocol.figures import ImagesFigure
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

Order = Literal["loss", "mistakes", "confident", "uncertain"]
ClassChoice = Annotated[int | None, control(ge=0, le=10_000, widget="class")]

CHUNK = 32
"""Samples per forward pass: few, so that a slice of a large network stays short."""
SLICE_S = 0.015
"""Processor time of one slice; a small network judges many chunks in it."""
WORDS: dict[Order, str] = {
    "loss": "highest loss",
    "mistakes": "worst mistakes",
    "confident": "most confident",
    "uncertain": "most uncertain",
}


class Ranking(Inspector, name="ranking", title="Ranking"):
    """The samples that stand out: the worst mistakes, the surest answers, the closest calls.

    `mistakes` are wrong answers, the highest loss first; `loss` the same whether right or wrong;
    `confident` are right answers, the highest probability first; `uncertain` are those whose two
    most probable classes lie closest. Each picture says `true → predicted` and the probability of
    that answer. Equal ones stay in the order of the data.
    """

    tags = ("images", "long")
    order = 55
    long = True
    by: Order = "mistakes"
    """What is shown first."""
    true_class: ClassChoice = None
    """Only samples of this class; all where none is given."""
    predicted_class: ClassChoice = None
    """Only samples that are taken for this class; all where none is given."""
    split: Literal["train", "validation"] = "validation"
    """Which part of the data."""
    count: Annotated[int, control(ge=1, le=200)] = 24
    """How many pictures are shown at most."""
    samples: Annotated[int, control(ge=1, le=1_000_000, scale="log")] = 2000
    """How many samples are judged at most, from the first on."""

    def figures(self, subject: Subject) -> Iterator[ImagesFigure | Progress]:
        """Yield the pictures so far, every 512 samples or sooner; `samples` says which they are."""
        self._check(subject)
        split = subject.data.validation if self.split == "validation" else subject.data.train
        total = min(self.samples, len(split))
        best: Judged | None = None
        found = 0
        yield Progress(0.0, f"0 of {total} samples judged")
        begun_s = time.thread_time()
        chunk = samples_at_once("images", subject.card, most=CHUNK)
        for start in range(0, total, chunk):
            end = min(start + chunk, total)
            fitting = self._fitting(_judged(subject, split, start, end))
            found += len(fitting)
            together = fitting if best is None else best.joined(fitting)
            best = together.first(self.count, self._keys)
            is_due = is_worth_showing(end, total)
            if is_due:
                yield self._figure(subject, split, best, found=found, judged=end)
            if end < total and (is_due or time.thread_time() - begun_s > SLICE_S):
                yield Progress(end / total, f"{end} of {total} samples judged")
                begun_s = time.thread_time()

    def _check(self, subject: Subject) -> None:
        only_for(subject, "images", "ranking")
        classes = len(subject.data.classes)
        for field in ("true_class", "predicted_class"):
            chosen: int | None = getattr(self, field)
            if chosen is not None and chosen >= classes:
                raise ProblemError(
                    f"{field}: there are {classes} classes, so there is no {chosen}.", field=field
                )

    def _fitting(self, judged: "Judged") -> "Judged":
        """Return those that the order and the two classes let through."""
        fits = torch.ones(len(judged), dtype=torch.bool)
        if self.by == "mistakes":
            fits &= judged.truths != judged.said
        if self.by == "confident":
            fits &= judged.truths == judged.said
        if self.true_class is not None:
            fits &= judged.truths == self.true_class
        if self.predicted_class is not None:
            fits &= judged.said == self.predicted_class
        return judged.at(fits)

    def _keys(self, judged: "Judged") -> Tensor:
        """Return what sorts them, (n,): the greatest comes first."""
        match self.by:
            case "loss" | "mistakes":
                return judged.losses
            case "confident":
                return judged.probabilities
            case "uncertain":
                return -judged.margins

    def _figure(
        self, subject: Subject, split: Split, best: "Judged", *, found: int, judged: int
    ) -> ImagesFigure:
        names = subject.data.classes
        labels = tuple(
            f"{class_name(names, truth)} → {class_name(names, said)}: {percent(probability)}"
            for truth, said, probability in best.rows()
        )
        pictures, _ = split.batch(best.indices.to(split.targets.device))
        what = WORDS[self.by]
        first = f" The first: {labels[0]}." if labels else ""
        return ImagesFigure(
            title=what.capitalize(),
            caption=f"{len(best)} of {found} found among {judged}",
            alt=f"{len(best)} pictures, {what} of {judged} {self.split} samples.{first}",
            facts={
                "step": subject.step,
                "split": self.split,
                "by": self.by,
                "judged": judged,
                "found": found,
            },
            images=images_of(pictures, scale="pixels"),
            labels=labels,
            samples=tuple(best.indices.tolist()),
        )


@dataclass(frozen=True)
class Judged:
    """What a network said of n samples, on the CPU."""

    indices: Tensor
    """(n,): which samples of the split."""
    truths: Tensor
    """(n,): their classes."""
    said: Tensor
    """(n,): the classes that they were taken for."""
    probabilities: Tensor
    """(n,): of the classes said."""
    margins: Tensor
    """(n,): the probability of the class said minus that of the next."""
    losses: Tensor
    """(n,); infinite where the loss is no number."""

    def __len__(self) -> int:
        """Return n."""
        return len(self.indices)

    def at(self, which: Tensor) -> "Judged":
        """Return those at indices (m,) or where a mask (n,) is true."""
        return Judged(*(values[which] for values in self._columns))

    def joined(self, other: "Judged") -> "Judged":
        """Return these and then the others."""
        pairs = zip(self._columns, other._columns, strict=True)
        return Judged(*(torch.cat(pair) for pair in pairs))

    def first(self, count: int, keys: "Keys") -> "Judged":
        """Return the `count` with the greatest keys; equal ones stay in order."""
        order = keys(self).argsort(descending=True, stable=True)
        return self.at(order[:count])

    def rows(self) -> Iterator[tuple[int, int, float]]:
        """Yield class, class said and its probability of each."""
        yield from zip(
            self.truths.tolist(), self.said.tolist(), self.probabilities.tolist(), strict=True
        )

    @property
    def _columns(self) -> tuple[Tensor, ...]:
        return (
            self.indices,
            self.truths,
            self.said,
            self.probabilities,
            self.margins,
            self.losses,
        )


Keys = Callable[[Judged], Tensor]
"""What sorts judged samples, (n,): the greatest comes first."""


def _judged(subject: Subject, split: Split, start: int, end: int) -> Judged:
    """Return what is said of the samples from `start` to before `end`."""
    indices = torch.arange(start, end)
    inputs, targets = split.batch(indices.to(split.targets.device))
    with torch.no_grad():
        outputs = subject.module(inputs.to(subject.device))
        losses = subject.loss.values(outputs, targets.to(subject.device))  # (b,)
        shares = subject.loss.probabilities(outputs).float().nan_to_num(0.0, 0.0, 0.0)
    top, which = shares.cpu().topk(2, dim=1)  # (b, 2): the two most probable classes
    infinite = float("inf")
    return Judged(
        indices=indices,
        truths=targets.cpu().long(),
        said=which[:, 0],
        probabilities=top[:, 0],
        margins=top[:, 0] - top[:, 1],
        losses=losses.float().cpu().nan_to_num(infinite, infinite),
    )
