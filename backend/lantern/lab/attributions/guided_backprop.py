"""Guided backpropagation: only what is positive all the way back to the input."""

from torch import Tensor

from lantern.lab.attributions._guided import GuidedModules, guided_by, rectified
from lantern.lab.kinds import Attribution
from lantern.lab.questions import Question


class GuidedBackpropagation(Attribution, name="guided_backprop", title="Guided backpropagation"):
    """The gradient of which every ReLU passes on only what is positive, where it was open.

    Crisp edges that depend only weakly on the weights: compare with the sanity check. Springenberg
    and others (2014), arXiv:1412.6806.
    """

    order = 22

    def attribute(self, question: Question) -> Tensor:
        """Return the gradient with relu(g) (x > 0) at every ReLU, (b, c, h, w)."""
        return guided_by(GuidedModules, question)

    def cautions(self, question: Question) -> tuple[str, ...]:
        """Return that it hardly depends on the weights, and which non-linearities it leaves."""
        return rectified(question)
