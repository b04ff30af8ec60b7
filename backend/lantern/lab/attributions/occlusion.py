"""Occlusion: what the score loses when a patch of the input is covered."""

import math
from collections.abc import Iterator
from itertools import product
from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.attributions._slices import is_due, last_scores, per_pass
from lantern.lab.kinds import Attribution
from lantern.lab.questions import Explanation, Question
from lantern.lab.subject import Progress
from lantern.protocol.model import control


class Occlusion(Attribution, name="occlusion", title="Occlusion"):
    """How much of a class's score goes when a window of the input is covered.

    The window slides over the input; each pixel gets the mean loss over the windows that cover it,
    the same numbers as captum's. Zeiler and Fergus (2013), arXiv:1311.2901.
    """

    order = 50
    tags = ("long",)
    long = True
    joint = True
    window: Annotated[int, control(ge=1, le=32, unit="px")] = 4
    """Side of the square that covers the input."""
    stride: Annotated[int, control(ge=1, le=16, unit="px")] = 2
    """How far the window moves."""
    baseline: Annotated[float, control(ge=0, le=1)] = 0.0
    """Brightness it covers with."""

    def attribute(self, question: Question) -> Tensor:
        """Return the mean of f(x) - f(covered) over the windows on a pixel, (b, c, h, w)."""
        return last_scores(self.progressive(question))

    def progressive(self, question: Question) -> Iterator[Progress | Explanation]:
        """Yield Progress after every chunk of windows and the map so far, then the scores."""
        inputs = question.inputs
        masks = self._masks(inputs.shape[2], inputs.shape[3]).to(inputs)
        size, whole = per_pass(inputs), question.scores(inputs)  # (b,)
        total, covers = torch.zeros_like(inputs[:, :1]), torch.zeros_like(masks[0])
        done = 0
        for chunk in masks.split(size):
            yield Progress(done / len(masks), f"{done} of {len(masks)} windows covered")
            lost = whole - self._covered(question, chunk)  # (windows, b)
            total = total + torch.einsum("nb,nhw->bhw", lost, chunk).unsqueeze(1)
            covers = covers + chunk.sum(0)
            done += len(chunk)
            if is_due(done, size, len(masks)):
                yield Explanation((total / covers.clamp_min(1)).expand_as(inputs).contiguous())
        # A stride larger than the window leaves pixels that nothing ever covers.
        scores = (total / covers.clamp_min(1)).expand_as(inputs).contiguous()
        yield Explanation(scores, {"windows": float(len(masks))})

    def _covered(self, question: Question, masks: Tensor) -> Tensor:
        inputs, cover = question.inputs, masks[:, None, None]  # (n, h, w) -> (n, 1, 1, h, w)
        covered = inputs * (1 - cover) + self.baseline * cover  # (n, b, c, h, w)
        scores = question.scores(covered.flatten(0, 1))  # (n * b,)
        return scores.reshape(len(masks), len(inputs))

    def _masks(self, height: int, width: int) -> Tensor:
        tops, lefts = self._starts(height), self._starts(width)
        masks = torch.zeros(len(tops) * len(lefts), height, width)
        for mask, (top, left) in zip(masks, product(tops, lefts), strict=True):
            mask[top : top + self.window, left : left + self.window] = 1
        return masks

    def _starts(self, length: int) -> range:
        positions = max(0, math.ceil((length - self.window) / self.stride)) + 1
        return range(0, positions * self.stride, self.stride)
