"""KernelSHAP: Shapley values of the cells of a picture."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from lantern.lab.attributions._segments import grid, painted
from lantern.lab.attributions._slices import completeness, is_due, last_scores, per_pass
from lantern.lab.attributions._surrogate import Fit, Pieces, doubts, shapley_fit
from lantern.lab.kinds import Attribution
from lantern.lab.questions import Explanation, Question
from lantern.lab.randomness import generator_for
from lantern.lab.subject import Progress
from lantern.protocol.model import control


class KernelShap(Attribution, name="kernel_shap", title="KernelSHAP"):
    """What each cell adds on average, over all orders in which cells may be uncovered.

    Random groups of cells are shown, drawn by the Shapley kernel and each with its complement; the
    values that fit best and add up to the difference of the two scores are taken. Lundberg and Lee
    (2017), arXiv:1705.07874, section 4.1.
    """

    order = 62
    tags = ("long",)
    long = True
    joint = True
    samples: Annotated[int, control(ge=10, le=5000)] = 200
    """Groups of cells that are shown."""
    side: Annotated[int, control(ge=2, le=16)] = 7
    """Cells along each side of the picture."""
    baseline: Annotated[float, control(ge=0, le=1)] = 0.0
    """Brightness it covers with."""
    seed: Annotated[int, control(ge=0, le=1_000_000)] = 0
    """Of the groups."""

    def attribute(self, question: Question) -> Tensor:
        """Return each cell's value at its pixels, (b, c, h, w)."""
        return last_scores(self.progressive(question))

    def progressive(self, question: Question) -> Iterator[Progress | Explanation]:
        """Yield Progress and the values so far, then the values of all groups."""
        inputs, results = question.inputs, []
        labels = grid(inputs.shape[2], inputs.shape[3], self.side)
        for index in range(len(inputs)):
            pieces = Pieces(
                replace(question, inputs=inputs[index : index + 1]), labels, self.baseline
            )
            for step in self._one(pieces, show=len(inputs) == 1):
                if isinstance(step, Progress):
                    yield replace(step, fraction=(index + step.fraction) / len(inputs))
                elif step.checks:
                    results.append(step)
                else:
                    yield step
        yield replace(results[0], scores=torch.cat([result.scores for result in results]))

    def _one(self, pieces: Pieces, *, show: bool) -> Iterator[Progress | Explanation]:
        ends = pieces.answers(torch.tensor([[0.0], [1.0]]).expand(2, pieces.count))
        blank, total = ends[0], float(ends[1] - ends[0])
        shown, size = self._groups(pieces.count), per_pass(pieces.question.inputs)
        gains: list[Tensor] = []
        for start in range(0, self.samples, size):
            yield Progress(start / self.samples, f"{start} of {self.samples} groups shown")
            gains.append(pieces.answers(shown[start : start + size]) - blank)
            done = min(start + size, self.samples)
            if show and done > pieces.count and is_due(done, size, self.samples):
                fit = shapley_fit(shown[:done], torch.cat(gains), total)
                yield Explanation(_scores(pieces, fit))
        fit = shapley_fit(shown, torch.cat(gains), total)
        checks = completeness(float(fit.values.sum()), total) | {"R²": fit.determination}
        cautions = list(doubts(fit.determination))
        if self.samples < 2 * pieces.count:
            cautions.append(f"{self.samples} groups are few for {pieces.count} cells: take more.")
        yield Explanation(_scores(pieces, fit), checks, tuple(cautions))

    def _groups(self, cells: int) -> Tensor:
        """Return which cells each group shows, (samples, cells), each group with its complement."""
        by = generator_for(self.seed, "attribution/kernel_shap")
        sizes = torch.arange(1, cells, dtype=torch.float64)
        pairs = (self.samples + 1) // 2
        chosen = torch.multinomial(1 / (sizes * (cells - sizes)), pairs, True, generator=by) + 1
        ranks = torch.rand(pairs, cells, generator=by).argsort(1).argsort(1)
        half = ranks < chosen[:, None]  # (pairs, cells)
        return torch.stack([half, ~half], 1).flatten(0, 1)[: self.samples]


def _scores(pieces: Pieces, fit: Fit) -> Tensor:
    inputs = pieces.question.inputs
    return painted(fit.values, pieces.labels, inputs.shape).to(inputs.device)
