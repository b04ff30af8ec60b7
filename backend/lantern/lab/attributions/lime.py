"""LIME: a linear model of what the network says of a picture with pieces left out."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

import torch
from torch import Tensor

from lantern.lab.attributions._segments import grid, painted, superpixels
from lantern.lab.attributions._slices import is_due, last_scores, per_pass
from lantern.lab.attributions._surrogate import Fit, Pieces, doubts, ridge_fit
from lantern.lab.kinds import Attribution
from lantern.lab.questions import Explanation, Question
from lantern.lab.randomness import generator_for
from lantern.lab.subject import Progress
from lantern.protocol.model import control

WIDE = 25.0
"""A spread over the draws above it, in percent, is worth a warning."""


class Lime(Attribution, name="lime", title="LIME"):
    """How much each piece of the input adds, by a linear model of many partly covered copies.

    Copies that show more count more (cosine distance, exponential kernel). A poor R² or a wide
    spread between independent draws says not to trust it. Ribeiro, Singh and Guestrin (2016),
    arXiv:1602.04938.
    """

    order = 60
    tags = ("long",)
    long = True
    joint = True
    samples: Annotated[int, control(ge=10, le=5000)] = 500
    """Partly covered copies of each draw."""
    segments: Literal["grid", "superpixels"] = "grid"
    """Pieces that are covered as a whole: square cells, or areas of similar colour."""
    side: Annotated[int, control(ge=2, le=16)] = 7
    """Pieces along each side of the picture."""
    baseline: Annotated[float, control(ge=0, le=1)] = 0.0
    """Brightness it covers with."""
    width: Annotated[float, control(ge=0.05, le=10, scale="log")] = 0.25
    """Of the kernel: how fast copies that show less count less."""
    ridge: Annotated[float, control(ge=0, le=100)] = 1.0
    """Strength of the ridge penalty; 0 for ordinary least squares."""
    draws: Annotated[int, control(ge=1, le=10)] = 3
    """Independent repetitions, of which the mean is shown and the spread is told."""
    seed: Annotated[int, control(ge=0, le=1_000_000)] = 0
    """Of the draws."""

    def attribute(self, question: Question) -> Tensor:
        """Return each piece's coefficient at its pixels, (b, c, h, w)."""
        return last_scores(self.progressive(question))

    def progressive(self, question: Question) -> Iterator[Progress | Explanation]:
        """Yield Progress and the mean of the draws so far, then the mean of all."""
        inputs, results = question.inputs, []
        for index in range(len(inputs)):
            pieces = self._pieces(replace(question, inputs=inputs[index : index + 1]))
            fits: list[Fit] = []
            for draw in range(self.draws):
                done = (index + draw / self.draws) / len(inputs)
                yield from self._drawn(pieces, draw, fits, (done, 1 / self.draws / len(inputs)))
                if len(inputs) == 1 and draw + 1 < self.draws:
                    yield self._explained(pieces, fits)
            results.append(self._explained(pieces, fits))
        scores = torch.cat([result.scores for result in results])
        yield replace(results[0], scores=scores)

    def _pieces(self, question: Question) -> Pieces:
        image = question.inputs[0]
        if self.segments == "grid":
            labels = grid(image.shape[1], image.shape[2], self.side)
        else:
            labels = superpixels(image, self.side)
        return Pieces(question, labels, self.baseline)

    def _drawn(
        self, pieces: Pieces, draw: int, fits: list[Fit], done: tuple[float, float]
    ) -> Iterator[Progress | Explanation]:
        by = generator_for(self.seed, "attribution/lime", draw)
        shown = torch.rand(self.samples, pieces.count, generator=by) < 0.5
        shown[0] = True
        size, answers = per_pass(pieces.question.inputs), []
        for start in range(0, self.samples, size):
            sentence = f"{start} of {self.samples} copies, draw {draw + 1} of {self.draws}"
            yield Progress(done[0] + done[1] * start / self.samples, sentence)
            answers.append(pieces.answers(shown[start : start + size]))
            reached = min(start + size, self.samples)
            if not fits and reached > pieces.count and is_due(reached, size, self.samples):
                fit = self._fitted(shown[:reached], torch.cat(answers))
                yield self._explained(pieces, [fit])
        fits.append(self._fitted(shown, torch.cat(answers)))

    def _fitted(self, shown: Tensor, answers: Tensor) -> Fit:
        # Cosine distance to the whole picture: 1 - k / sqrt(k m) for k of m pieces.
        distance = 1 - shown.double().mean(1).sqrt()
        weights = (-distance.square() / self.width**2).exp().sqrt()
        return ridge_fit(shown, answers, weights, self.ridge)

    def _explained(self, pieces: Pieces, fits: list[Fit]) -> Explanation:
        values = torch.stack([fit.values for fit in fits])  # (draws, pieces)
        quality = sum(fit.determination for fit in fits) / len(fits)
        checks = {"R²": quality, "pieces": float(pieces.count)}
        cautions = list(doubts(quality))
        if len(fits) > 1:
            largest = float(values.mean(0).abs().amax())
            checks["spread over draws (%)"] = spread = (
                100 * float(values.std(0).mean()) / max(largest, 1e-12)
            )
            if spread > WIDE:
                cautions.append(f"Draws differ by {spread:.0f} %: take more copies.")
        shape = pieces.question.inputs.shape
        scores = painted(values.mean(0), pieces.labels, shape).to(pieces.question.inputs.device)
        return Explanation(scores, checks, tuple(cautions))
