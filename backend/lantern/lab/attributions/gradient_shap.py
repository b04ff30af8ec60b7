"""GradientSHAP: integrated gradients from many other inputs instead of one blank one."""

from collections.abc import Iterator
from typing import Annotated, Literal

import torch
from torch import Tensor

from lantern.lab.attributions._slices import (
    completeness,
    gradients,
    is_due,
    last_scores,
    per_pass,
)
from lantern.lab.kinds import Attribution
from lantern.lab.questions import Explanation, Question
from lantern.lab.randomness import generator_for
from lantern.lab.subject import Progress
from lantern.protocol.model import control


class GradientShap(Attribution, name="gradient_shap", title="GradientSHAP"):
    """What each pixel adds to the score, compared with other inputs of the data.

    The mean of gradient x (x - other) at random places between the input and random others: an
    estimate of expected gradients, and so of Shapley values. Lundberg and Lee (2017),
    arXiv:1705.07874; Erion and others (2021), arXiv:1906.10670.
    """

    order = 34
    tags = ("long",)
    long = True
    contrasted = True
    samples: Annotated[int, control(ge=2, le=1000)] = 50
    """Random places at which the gradient is taken."""
    baselines: Literal["data", "blank"] = "data"
    """What it compares with: samples of the data (where there are some), or a black input."""
    sigma: Annotated[float, control(ge=0, le=1, step=0.01)] = 0.0
    """Standard deviation of noise on the input, where black is 0 and white is 1."""
    seed: Annotated[int, control(ge=0, le=1_000_000)] = 0
    """Of places and others."""

    def attribute(self, question: Question) -> Tensor:
        """Return the mean of gradient x (x - other), (b, c, h, w)."""
        return last_scores(self.progressive(question))

    def progressive(self, question: Question) -> Iterator[Progress | Explanation]:
        """Yield Progress and the mean so far, then the mean of all."""
        places, others, noise = self._draws(question)
        inputs, size = question.inputs, per_pass(question.inputs)
        total = torch.zeros_like(inputs)
        for start in range(0, self.samples, size):
            yield Progress(start / self.samples, f"{start} of {self.samples} places")
            part = slice(start, start + size)
            way = inputs + noise[part, None] - others[part, None]  # (n, b, c, h, w)
            points = others[part, None] + places[part, None] * way
            slopes = gradients(question, points.flatten(0, 1)).reshape(points.shape)
            total = total + (slopes * way).sum(0)
            done = min(start + size, self.samples)
            if is_due(done, size, self.samples):
                yield Explanation(total / done)
        yield self._explained(question, total / self.samples, others)

    def _draws(self, question: Question) -> tuple[Tensor, Tensor, Tensor]:
        """Return places 0-1 (n, 1, 1, 1), other inputs and noise, both (n, c, h, w)."""
        inputs, by = question.inputs, generator_for(self.seed, "attribution/gradient_shap")
        places = torch.rand(self.samples, 1, 1, 1, generator=by).to(inputs)
        noise = self.sigma * torch.randn(self.samples, *inputs.shape[1:], generator=by)
        background = self._background(question)
        chosen = torch.randint(len(background), (self.samples,), generator=by)
        return places, background[chosen], noise.to(inputs)

    def _background(self, question: Question) -> Tensor:
        if self.baselines == "data" and question.background is not None:
            return question.background.to(question.inputs)
        return torch.zeros_like(question.inputs[:1])

    def _explained(self, question: Question, scores: Tensor, others: Tensor) -> Explanation:
        distinct, counts = others.unique(dim=0, return_counts=True)
        there = question.scores(distinct) @ counts.to(scores) / len(others)
        wanted = question.scores(question.inputs).sum() - len(scores) * there
        return Explanation(
            scores, completeness(float(scores.sum()), float(wanted)), self.cautions(question)
        )

    def cautions(self, question: Question) -> tuple[str, ...]:
        """Return that there was nothing but black to compare with, where that is so."""
        if self.baselines == "data" and question.background is None:
            return ("There is no data to compare with, so it compares with a black input.",)
        return ()
