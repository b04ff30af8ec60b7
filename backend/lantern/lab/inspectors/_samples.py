"""The samples that inspectors judge a network by: the input in a slot, or the first of the set."""

import torch
from torch import Tensor

from lantern.lab.chunks import samples_kept
from lantern.lab.inspectors._judgement import judged
from lantern.lab.subject import Subject
from lantern.protocol.views import SampleInput

POINTS = 2000
IMAGES = 256
"""Training samples at most: all points there are, and enough images to tell."""


def first_of_training(subject: Subject, most: int | None = None) -> tuple[Tensor, Tensor]:
    """Return inputs (n, *shape) and targets (n,) of the first training samples.

    They are fewer than `most` where the model is so large that its memory would not hold them.
    """
    split = subject.data.train
    limit = most or (POINTS if subject.data.kind == "points" else IMAGES)
    limit = samples_kept(limit, subject.card)
    inputs, targets = split.batch(torch.arange(min(limit, len(split)), device=split.targets.device))
    return inputs.to(subject.device), targets.to(subject.device)


def in_slot(subject: Subject, slot: int) -> tuple[Tensor, Tensor, bool]:
    """Return inputs (1, *shape), the target (1,), and whether that is known.

    Where it is not, as for a drawing, the predicted class stands for it.
    """
    inputs, truth = subject.resolve(slot)
    ref = subject.inputs.get(slot, SampleInput())
    if isinstance(ref, SampleInput):
        split = subject.data.validation if ref.split == "validation" else subject.data.train
        return inputs, split.targets[ref.index : ref.index + 1].to(subject.device), True
    predicted = judged(subject, slot).predicted if truth is None else truth
    return inputs, torch.tensor([predicted], device=subject.device), False
