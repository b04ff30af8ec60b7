"""Input x gradient: saliency weighed by the input itself."""

from captum.attr import InputXGradient as CaptumInputXGradient
from torch import Tensor, nn

from lantern.lab.kinds import Attribution


class InputXGradient(Attribution, name="input_x_gradient", title="Input × gradient"):
    """The gradient of a class's score, times the input: black pixels never count.

    On a linear model it is exactly what each pixel adds to the score. Shrikumar, Greenside,
    Shcherbina and Kundaje (2016), arXiv:1605.01713.
    """

    order = 20

    def attribute(self, model: nn.Module, inputs: Tensor, target: int, layer: str | None) -> Tensor:
        """Return x * d score / dx, (b, c, h, w)."""
        free = inputs.detach().clone().requires_grad_()
        return CaptumInputXGradient(model).attribute(free, target=target).detach()
