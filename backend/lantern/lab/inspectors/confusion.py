"""The confusion matrix: what was taken for what."""

import time
from collections.abc import Iterator
from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.arrays import array_of
from lantern.lab.chunks import samples_at_once
from lantern.lab.inspectors._class_scores import scores_figure
from lantern.lab.inspectors._judgement import is_worth_showing
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Progress, Subject
from lantern.lab.wording import percent
from lantern.protocol.figures import Axis, HeatmapFigure, TableFigure
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

CHUNK = 512
"""Samples per forward pass, of points."""
IMAGES = 32
"""Samples per forward pass, of images: few, so that a slice of a large network stays short."""
SLICE_S = 0.015
"""Processor time of one slice; a small network judges many chunks in it."""


class Confusion(Inspector, name="confusion", title="Confusion"):
    """How many validation samples of each class were taken for which class.

    Rows are the true classes, columns the predicted ones; the diagonal is right. A table holds
    precision, recall and F1 of each class.
    """

    tags = ("points", "images", "long")
    order = 50
    long = True
    samples: Annotated[int, control(ge=1, le=1_000_000, scale="log")] = 10_000
    """How many validation samples are judged at most."""

    def figures(self, subject: Subject) -> Iterator[HeatmapFigure | TableFigure | Progress]:
        """Yield the matrix so far, every 512 samples or sooner, with the scores of each class."""
        classes = len(subject.data.classes)
        if not classes:
            raise ProblemError(
                "task: this is regression, and a confusion matrix needs classes.",
                field="task.name",
                hint="Predicted and true values are compared in the view of that name.",
            )
        counts = torch.zeros(classes * classes, dtype=torch.int64)
        total = min(self.samples, len(subject.data.validation))
        most = IMAGES if subject.data.kind == "images" else CHUNK
        chunk = samples_at_once(subject.data.kind, subject.card, most=most)
        yield Progress(0.0, f"0 of {total} samples judged")
        begun_s = time.thread_time()
        for start in range(0, total, chunk):
            end = min(start + chunk, total)
            counts += _counted(subject, start, end)
            is_due = is_worth_showing(end, total)
            if is_due:
                matrix = counts.reshape(classes, classes)
                yield _figure(subject, matrix, end)
                yield scores_figure(matrix, subject.data.classes, subject.step)
            if end < total and (is_due or time.thread_time() - begun_s > SLICE_S):
                yield Progress(end / total, f"{end} of {total} samples judged")
                begun_s = time.thread_time()


def _counted(subject: Subject, start: int, end: int) -> Tensor:
    split, classes = subject.data.validation, len(subject.data.classes)
    inputs, targets = split.batch(torch.arange(start, end, device=split.targets.device))
    with torch.no_grad():
        said = subject.loss.probabilities(subject.module(inputs.to(subject.device))).argmax(1)
    pairs = targets.cpu().long() * classes + said.cpu()  # (b,): row-major cell of the matrix
    return torch.bincount(pairs, minlength=classes * classes)


def _spaced(count: int) -> str:
    """Return 10000 as `10 000`, with a space that no line breaks at."""
    return f"{count:,}".replace(",", "\u202f")


def _figure(subject: Subject, counts: Tensor, judged: int) -> HeatmapFigure:
    right = int(counts.diagonal().sum())
    worst = (counts - torch.diag(counts.diagonal())).flatten()
    row, column = divmod(int(worst.argmax()), len(counts))
    names = subject.data.classes
    often = ""
    if int(worst.max()):
        often = f" Most often {names[row]} was taken for {names[column]}, {int(worst.max())} times."
    return HeatmapFigure(
        title="Confusion",
        caption=f"{percent(right / judged)} of {_spaced(judged)} right",
        alt=f"{right} of {judged} validation samples were judged rightly.{often}",
        facts={"step": subject.step, "samples": judged, "accuracy": right / judged},
        values=array_of(counts, "i4"),
        low=0,
        high=float(max(1, int(counts.max()))),
        scale="counts",
        x=Axis(label="predicted"),
        y=Axis(label="true"),
        x_labels=names,
        y_labels=names,
    )
