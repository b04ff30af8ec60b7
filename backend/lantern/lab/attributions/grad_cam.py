"""Grad-CAM: where a convolution saw what speaks for a class."""

from captum.attr import LayerGradCam
from torch import Tensor

from lantern.lab.kinds import Attribution
from lantern.lab.places import place_of
from lantern.lab.questions import Question


class GradCam(Attribution, name="grad_cam", title="Grad-CAM"):
    """Where a convolution saw what speaks for a class, at the resolution of that layer.

    The layer's maps (after their non-linearity), each weighed by the mean gradient of the score
    over it, added up; what is negative is cut off. Selvaraju and others (2017), arXiv:1610.02391.
    """

    order = 40
    tags = ("needs-conv",)
    signed = False
    layered = True

    def attribute(self, question: Question) -> Tensor:
        """Return relu(sum over channels of mean gradient x map), (b, 1, h', w')."""
        place = place_of(question.model, question.inputs, question.layer)
        scores = LayerGradCam(question.model, place.module).attribute(
            question.inputs.detach().clone().requires_grad_(),
            target=question.target,
            attribute_to_layer_input=place.at_input,
            relu_attributions=True,
        )
        assert isinstance(scores, Tensor)
        return scores.detach()
