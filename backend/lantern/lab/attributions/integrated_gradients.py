"""Integrated gradients: gradients summed along the way from a blank input."""

from typing import Annotated

from captum.attr import IntegratedGradients as CaptumIntegratedGradients
from torch import Tensor

from lantern.lab.attributions._slices import against_blank, per_pass
from lantern.lab.kinds import Attribution
from lantern.lab.questions import Question
from lantern.protocol.model import control


class IntegratedGradients(Attribution, name="integrated_gradients", title="Integrated gradients"):
    """What each pixel adds to the score on the way from a blank input to this one.

    The pixels' shares add up to the difference of the two scores; the completeness gap tells how
    far the sum of `steps` gradients (Gauss-Legendre nodes) misses it. Sundararajan, Taly and Yan
    (2017), arXiv:1703.01365.
    """

    order = 30
    steps: Annotated[int, control(ge=2, le=300)] = 50
    """Gradients taken along the way."""
    baseline: Annotated[float, control(ge=0, le=1)] = 0.0
    """Brightness of the blank input it starts from."""

    def attribute(self, question: Question) -> Tensor:
        """Return (x - baseline) times the mean gradient on the way, (b, c, h, w)."""
        free = question.inputs.detach().clone().requires_grad_()
        scores = CaptumIntegratedGradients(question.model).attribute(
            free,
            baselines=self.baseline,
            target=question.target,
            n_steps=self.steps,
            method="gausslegendre",
            internal_batch_size=len(question.inputs) * per_pass(question.inputs),
        )
        return scores.detach().float()

    def checks(self, question: Question, scores: Tensor) -> dict[str, float]:
        """Return the sum of the shares and the score difference that it ought to be."""
        return against_blank(question, scores, self.baseline)
