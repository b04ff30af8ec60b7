"""Deconvnet: what is positive on the way back, whatever the units put out on the way there."""

from torch import Tensor

from lantern.lab.attributions._guided import DeconvolvedModules, guided_by, rectified
from lantern.lab.kinds import Attribution
from lantern.lab.questions import Question


class Deconvnet(Attribution, name="deconvnet", title="Deconvnet"):
    """The gradient of which every ReLU passes on what is positive, whether it was open or not.

    Depends only weakly on the weights: compare with the sanity check. Zeiler and Fergus (2013),
    arXiv:1311.2901.
    """

    order = 24

    def attribute(self, question: Question) -> Tensor:
        """Return the gradient with relu(g) at every ReLU, without the mask, (b, c, h, w)."""
        return guided_by(DeconvolvedModules, question)

    def cautions(self, question: Question) -> tuple[str, ...]:
        """Return that it hardly depends on the weights, and which non-linearities it leaves."""
        return rectified(question)
