"""Pixels that are replaced in an order, and what the network says after each part."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from lantern.lab.chunks import samples_at_once
from lantern.lab.subject import Subject

PER_PASS = 32


@dataclass(frozen=True)
class Game:
    """A network, a class, and the number of parts in which pixels are replaced."""

    subject: Subject
    target: int
    steps: int

    def played(self, before: Tensor, after: Tensor, order: Tensor) -> Tensor:
        """Return the class's probability while one picture turns into another, (steps + 1,).

        Both are (1, c, h, w), `order` (h w,) gives the pixels, first to last.
        """
        count = len(order)
        ranks = torch.empty_like(order)
        ranks[order] = torch.arange(count)
        reached = torch.linspace(0, count, self.steps + 1).round()  # (steps + 1,)
        masks = (ranks[None] < reached[:, None]).reshape(-1, 1, *before.shape[2:])
        found = []
        per_pass = samples_at_once("images", self.subject.card, most=PER_PASS)
        for part in masks.to(before).split(per_pass):
            pictures = before * (1 - part) + after * part  # (n, c, h, w)
            with torch.no_grad():
                outputs = self.subject.module(pictures)
            found.append(self.subject.loss.probabilities(outputs)[:, self.target].detach().cpu())
        return torch.cat(found).float().nan_to_num(0)


def area(curve: Tensor) -> float:
    """Return the area under a curve over 0-1, by trapezoids."""
    return float(torch.trapezoid(curve) / (len(curve) - 1))


def random_order(subject: Subject, inputs: Tensor, number: int) -> Tensor:
    """Return the pixels of inputs (1, c, h, w) in a random order, (h w,)."""
    by = subject.generator(f"deletion/{number}")
    return torch.randperm(inputs.shape[2] * inputs.shape[3], generator=by)


def blurred(inputs: Tensor, deviation: float) -> Tensor:
    """Return the inputs (b, c, h, w) under a Gaussian blur, its edge pixels repeated."""
    reach = max(1, round(2 * deviation))
    places = torch.arange(-reach, reach + 1).to(inputs)
    weights = (-places.square() / (2 * deviation**2)).exp()
    weights = weights / weights.sum()
    channels = inputs.shape[1]
    row = weights.reshape(1, 1, 1, -1).expand(channels, 1, 1, -1)
    wide = functional.pad(inputs, (reach, reach, reach, reach), mode="replicate")
    across = functional.conv2d(wide, row, groups=channels)
    return functional.conv2d(across, row.transpose(2, 3), groups=channels)
