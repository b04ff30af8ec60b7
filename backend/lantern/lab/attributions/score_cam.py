"""Score-CAM: maps weighed by what the network says when it sees only what they show."""

from collections.abc import Iterator
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from lantern.lab.attributions._maps import maps_of, weighed
from lantern.lab.attributions._slices import is_due, last_scores, per_pass
from lantern.lab.kinds import Attribution
from lantern.lab.questions import Explanation, Question
from lantern.lab.subject import Progress


class ScoreCam(Attribution, name="score_cam", title="Score-CAM"):
    """Where a layer saw what speaks for a class, found without gradients.

    Each map is enlarged, brought to 0-1 and multiplied with the input; the score that is left is
    the map's weight. Wang and others (2020), arXiv:1910.01279. A softmax over all channels, as in
    the paper's algorithm, is often nearly one-hot.
    """

    order = 42
    tags = ("needs-conv", "long")
    signed = False
    layered = True
    long = True
    weights: Literal["softmax", "increase"] = "softmax"
    """The scores' softmax over the channels, or how far each rises above that of a blank input."""

    def attribute(self, question: Question) -> Tensor:
        """Return relu(sum over channels of weight x map), (b, 1, h', w')."""
        return last_scores(self.progressive(question))

    def progressive(self, question: Question) -> Iterator[Progress | Explanation]:
        """Yield Progress and the map so far, by channels, then the whole map."""
        maps = maps_of(question)
        total, size = maps.shape[1], per_pass(question.inputs)
        found: list[Tensor] = []
        for start in range(0, total, size):
            yield Progress(start / total, f"{start} of {total} channels tried")
            found.append(_masked(question, maps[:, start : start + size]))
            done = min(start + size, total)
            if is_due(done, size, total):
                yield Explanation(self._weighed(question, maps[:, :done], torch.cat(found, 1)))
        yield Explanation(self._weighed(question, maps, torch.cat(found, 1)))

    def _weighed(self, question: Question, maps: Tensor, scores: Tensor) -> Tensor:
        if self.weights == "softmax":
            weights = scores.softmax(1)  # (b, k); a baseline's score would cancel out here
        else:
            weights = scores - question.scores(torch.zeros_like(question.inputs))[:, None]
        return weighed(maps, weights[:, :, None, None])


def _masked(question: Question, maps: Tensor) -> Tensor:
    """Return the score of the input under each of the maps (b, k, h', w'), (b, k)."""
    inputs, count = question.inputs, maps.shape[1]
    large = functional.interpolate(maps, size=inputs.shape[2:], mode="bilinear", align_corners=True)
    low, high = large.amin((2, 3), keepdim=True), large.amax((2, 3), keepdim=True)
    masks = (large - low) / (high - low + 1e-8)  # (b, k, h, w)
    masked = inputs[:, None] * masks[:, :, None]  # (b, k, c, h, w)
    return question.scores(masked.flatten(0, 1)).reshape(len(inputs), count)  # (b k,) -> (b, k)
