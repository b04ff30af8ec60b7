"""Saliency: the gradient of a class's score with respect to the input."""

from captum.attr import Saliency as CaptumSaliency
from torch import Tensor

from lantern.lab.kinds import Attribution
from lantern.lab.questions import Question


class Saliency(Attribution, name="saliency", title="Saliency"):
    """How the score of a class would change if a pixel grew a little brighter.

    The signed gradient of the score with respect to the input; its size alone is what the paper
    shows. Simonyan, Vedaldi and Zisserman (2013), arXiv:1312.6034.
    """

    order = 10

    def attribute(self, question: Question) -> Tensor:
        """Return d score / d pixel, (b, c, h, w)."""
        free = question.inputs.detach().clone().requires_grad_()
        return (
            CaptumSaliency(question.model)
            .attribute(free, target=question.target, abs=False)
            .detach()
        )
