"""Occlusion: what the score loses when a patch of the input is covered."""

import math
from collections.abc import Iterator
from itertools import product
from typing import Annotated

import torch
from torch import Tensor, nn

from lantern.lab.kinds import Attribution
from lantern.lab.subject import Progress
from lantern.protocol.model import control

CHUNK = 64
"""Covered inputs per pass."""


class Occlusion(Attribution, name="occlusion", title="Occlusion"):
    """How much of a class's score goes when a window of the input is covered.

    The window slides over the input; each pixel gets the mean loss over the windows that cover it,
    the same numbers as captum's. Zeiler and Fergus (2013), arXiv:1311.2901.
    """

    order = 50
    tags = ("long",)
    long = True
    window: Annotated[int, control(ge=1, le=32, unit="px")] = 4
    """Side of the square that covers the input."""
    stride: Annotated[int, control(ge=1, le=16, unit="px")] = 2
    """How far the window moves."""
    baseline: Annotated[float, control(ge=0, le=1)] = 0.0
    """Brightness it covers with."""

    def attribute(self, model: nn.Module, inputs: Tensor, target: int, layer: str | None) -> Tensor:
        """Return the mean of f(x) - f(covered) over the windows on a pixel, (b, c, h, w)."""
        for found in self.progressive(model, inputs, target, layer):
            if isinstance(found, Tensor):
                return found
        raise AssertionError("progressive ends with the scores")

    def progressive(
        self, model: nn.Module, inputs: Tensor, target: int, layer: str | None
    ) -> Iterator[Progress | Tensor]:
        """Yield Progress after every chunk of windows, then the scores."""
        masks = self._masks(inputs.shape[2], inputs.shape[3]).to(inputs)
        with torch.no_grad():
            whole = model(inputs)[:, target]  # (b,)
        total = torch.zeros_like(inputs[:, :1])
        done = 0
        for chunk in masks.split(max(1, CHUNK // len(inputs))):
            yield Progress(done / len(masks), f"{done} of {len(masks)} windows covered")
            covered = self._covered(model, inputs, chunk, target)  # (windows, b)
            total += torch.einsum("nb,nhw->bhw", whole - covered, chunk).unsqueeze(1)
            done += len(chunk)
        # A stride larger than the window leaves pixels that nothing ever covers.
        scores = total / masks.sum(0).clamp_min(1)
        yield scores.expand_as(inputs).contiguous()

    def _covered(self, model: nn.Module, inputs: Tensor, masks: Tensor, target: int) -> Tensor:
        cover = masks[:, None, None]  # (n, h, w) -> (n, 1, 1, h, w)
        covered = inputs * (1 - cover) + self.baseline * cover  # (n, b, c, h, w)
        with torch.no_grad():
            scores = model(covered.flatten(0, 1))[:, target]  # (n * b,)
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
