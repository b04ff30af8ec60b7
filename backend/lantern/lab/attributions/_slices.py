"""Work in slices: as many inputs per pass as a look may take, and what there is so far."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from lantern.lab.questions import Explanation, Question
from lantern.lab.subject import Progress

NUMBERS_PER_PASS = 50_000
"""Pixel values of all the inputs of one pass: 64 of 28 x 28, 16 of 3 x 32 x 32."""
MOST_PER_PASS = 64
SHOWN_SO_FAR = 5
"""How often a long method shows what it has so far."""


def per_pass(inputs: Tensor) -> int:
    """Return how many variants of inputs (b, c, h, w) go through the network at once."""
    fitting = NUMBERS_PER_PASS // max(1, inputs.numel())
    return max(1, min(fitting, MOST_PER_PASS // len(inputs)))


def last_scores(steps: Iterator[Progress | Explanation]) -> Tensor:
    """Return the scores of the last explanation."""
    found = [step for step in steps if isinstance(step, Explanation)]
    return found[-1].scores


def is_due(done: int, step: int, total: int) -> bool:
    """Return whether it is time to show what there is after `done` of `total`, by steps."""
    every = max(step, math.ceil(total / SHOWN_SO_FAR))
    return done < total and done // every > (done - step) // every


def gradients(question: Question, points: Tensor) -> Tensor:
    """Return d score / d point at each of the points (n, c, h, w)."""
    free = points.detach().clone().requires_grad_()
    with torch.enable_grad():
        total = question.model(free)[:, question.target].sum()
        (found,) = torch.autograd.grad(total, free)
    return found.detach()


def completeness(found: float, wanted: float) -> dict[str, float]:
    """Return by how much shares miss the difference of scores that they ought to add up to."""
    return {
        "sum of attributions": found,
        "score difference": wanted,
        "completeness gap (%)": 100 * abs(found - wanted) / max(abs(wanted), 1e-12),
    }


def against_blank(question: Question, scores: Tensor, baseline: float) -> dict[str, float]:
    """Return the completeness of scores that compare with an input of one brightness."""
    here = question.scores(question.inputs).sum()
    there = question.scores(torch.full_like(question.inputs, baseline)).sum()
    return completeness(float(scores.sum()), float(here - there))
