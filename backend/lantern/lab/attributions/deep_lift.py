"""DeepLIFT: differences from a blank input, shared out layer by layer."""

from typing import Annotated

from torch import Tensor

from lantern.lab.attributions._rectifiers import quiet, require_own_modules
from lantern.lab.attributions._rescale import HANDLED, Rescaled
from lantern.lab.attributions._slices import against_blank
from lantern.lab.capture import traced
from lantern.lab.functions import BENDING
from lantern.lab.kinds import Attribution
from lantern.lab.questions import Question
from lantern.protocol.model import control


class DeepLift(Attribution, name="deep_lift", title="DeepLIFT"):
    """What each pixel adds to the score, compared with a blank input, by the rescale rule.

    Every non-linearity's slope is replaced by the ratio of what goes out to what comes in, as
    differences from the blank input; the shares add up to the difference of the two scores.
    Shrikumar, Greenside and Kundaje (2017), arXiv:1704.02685.
    """

    order = 32
    baseline: Annotated[float, control(ge=0, le=1)] = 0.0
    """Brightness of the blank input it compares with."""

    def attribute(self, question: Question) -> Tensor:
        """Return multiplier x (x - baseline), (b, c, h, w)."""
        require_own_modules(question, HANDLED, BENDING)
        free = question.inputs.detach().clone().requires_grad_()
        with quiet():
            found = Rescaled(question.model).attribute(
                free, baselines=self.baseline, target=question.target
            )
        return found.detach()

    def checks(self, question: Question, scores: Tensor) -> dict[str, float]:
        """Return the sum of the shares and the score difference that it ought to be."""
        return against_blank(question, scores, self.baseline)

    def cautions(self, question: Question) -> tuple[str, ...]:
        """Return which non-linearities are not handled by the rescale rule."""
        calls, _ = traced(question.model, question.inputs[:1])
        others = {
            type(call.module).__name__
            for call in calls
            if call.kind == "activation" and type(call.module) not in HANDLED
        }
        if not others:
            return ()
        return (f"The rescale rule knows nothing of {', '.join(sorted(others))}: see the gap.",)
