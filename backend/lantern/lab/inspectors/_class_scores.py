"""Precision, recall and F1 of every class, from a confusion matrix."""

from collections.abc import Sequence

import torch
from torch import Tensor

from lantern.protocol.figures import TableFigure


def class_scores(counts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return precision, recall and F1, (classes,) each, of counts (true, predicted).

    A class that is never predicted, or never there, counts as 0 (as in scikit-learn).
    """
    right = counts.diagonal().double()
    precision = right / counts.sum(0).clamp_min(1)
    recall = right / counts.sum(1).clamp_min(1)
    f1 = 2 * right / (counts.sum(0) + counts.sum(1)).clamp_min(1)
    return precision, recall, f1


def scores_figure(counts: Tensor, names: Sequence[str], step: int) -> TableFigure:
    """Return a row for each class and one for their plain mean."""
    columns = torch.stack(class_scores(counts))  # (3, classes)
    there = counts.sum(1)
    rows = [
        (name, *(float(value) for value in columns[:, index]), int(there[index]))
        for index, name in enumerate(names)
    ]
    means = columns.mean(1).tolist()
    return TableFigure(
        title="Scores of each class",
        caption=f"macro F1 {means[2]:.3f}",
        alt=f"Precision, recall and F1 of {len(names)} classes; their mean F1 is {means[2]:.3f}.",
        facts={"step": step, "macro F1": means[2]},
        columns=("class", "precision", "recall", "F1", "samples"),
        rows=(*rows, ("mean", *means, int(there.sum()))),
    )
