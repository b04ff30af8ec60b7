"""Input x gradient: saliency weighed by the input itself."""

from captum.attr import InputXGradient as CaptumInputXGradient
from torch import Tensor

from lantern.lab.kinds import Attribution
from lantern.lab.questions import Question


class InputXGradient(Attribution, name="input_x_gradient", title="Input × gradient"):
    """The gradient of a class's score, times the input: black pixels never count.

    On a linear model it is exactly what each pixel adds to the score. Shrikumar, Greenside,
    Shcherbina and Kundaje (2016), arXiv:1605.01713.
    """

    order = 20

    def attribute(self, question: Question) -> Tensor:
        """Return x * d score / dx, (b, c, h, w)."""
        free = question.inputs.detach().clone().requires_grad_()
        return CaptumInputXGradient(question.model).attribute(free, target=question.target).detach()
