"""SmoothGrad: the mean saliency of many noisy copies of the input."""

from collections.abc import Iterator
from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional

from lantern.lab.attributions._slices import gradients, is_due, last_scores, per_pass
from lantern.lab.kinds import Attribution
from lantern.lab.questions import Explanation, Question
from lantern.lab.randomness import generator_for
from lantern.lab.subject import Progress
from lantern.protocol.model import control


class SmoothGrad(Attribution, name="smooth_grad", title="SmoothGrad"):
    """The saliency of many noisy copies of the input, averaged with its sign.

    Noise makes the gradient's own flicker cancel out and leaves what stays. Smilkov and others
    (2017), arXiv:1706.03825.
    """

    order = 12
    tags = ("long",)
    long = True
    samples: Annotated[int, control(ge=2, le=500)] = 50
    """Noisy copies."""
    sigma: Annotated[float, control(ge=0, le=1, step=0.01)] = 0.15
    """Standard deviation of the noise as a share of the input's range (the paper: 0.1 to 0.2)."""
    seed: Annotated[int, control(ge=0, le=1_000_000)] = 0
    """Of the noise."""

    def attribute(self, question: Question) -> Tensor:
        """Return the mean of d score / dx over the noisy copies, (b, c, h, w)."""
        return last_scores(self.progressive(question))

    def progressive(self, question: Question) -> Iterator[Progress | Explanation]:
        """Yield Progress and the mean so far, then the mean of all."""
        inputs = question.inputs
        size = per_pass(inputs)
        half = max(1, self.samples // 2)
        total, first = torch.zeros_like(inputs), torch.zeros_like(inputs)
        for start, noise in self._noise(inputs, size):
            yield Progress(start / self.samples, f"{start} of {self.samples} noisy copies")
            found = self._noisy_gradients(question, noise)  # (n, b, c, h, w)
            total = total + found.sum(0)
            first = first + found[: max(0, half - start)].sum(0)
            done = start + len(noise)
            if is_due(done, size, self.samples):
                yield Explanation(total / done)
        alike = functional.cosine_similarity(first.flatten(), (total - first).flatten(), dim=0)
        checks = {"likeness of the two halves (cosine)": float(alike)}
        yield Explanation(total / self.samples, checks)

    def _noise(self, inputs: Tensor, size: int) -> Iterator[tuple[int, Tensor]]:
        # The same noise for all inputs, so that one's scores do not depend on the others.
        by = generator_for(self.seed, "attribution/smooth_grad")
        noise = torch.randn(self.samples, *inputs.shape[1:], generator=by).to(inputs)
        for start in range(0, self.samples, size):
            yield start, noise[start : start + size]

    def _noisy_gradients(self, question: Question, noise: Tensor) -> Tensor:
        inputs = question.inputs
        span = inputs.amax((1, 2, 3), keepdim=True) - inputs.amin((1, 2, 3), keepdim=True)
        points = inputs + self.sigma * span * noise[:, None]  # (n, b, c, h, w)
        return gradients(question, points.flatten(0, 1)).reshape(points.shape)
