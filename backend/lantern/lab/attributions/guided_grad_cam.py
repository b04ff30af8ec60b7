"""Guided Grad-CAM: the edges of guided backpropagation where Grad-CAM points."""

from captum.attr import LayerGradCam
from torch import Tensor
from torch.nn import functional

from lantern.lab.attributions._guided import GuidedModules, guided_by, rectified
from lantern.lab.kinds import Attribution
from lantern.lab.places import place_of
from lantern.lab.questions import Question


class GuidedGradCam(Attribution, name="guided_grad_cam", title="Guided Grad-CAM"):
    """Guided backpropagation times the enlarged Grad-CAM: fine like one, by class like the other.

    Its edges come from guided backpropagation, so they depend only weakly on the weights.
    Selvaraju and others (2017), arXiv:1610.02391, section 3.2.
    """

    order = 44
    tags = ("needs-conv",)
    layered = True

    def attribute(self, question: Question) -> Tensor:
        """Return guided gradient x Grad-CAM (bilinear, align_corners=False), (b, c, h, w)."""
        place = place_of(question.model, question.inputs, question.layer)
        coarse = LayerGradCam(question.model, place.module).attribute(
            question.inputs.detach().clone().requires_grad_(),
            target=question.target,
            attribute_to_layer_input=place.at_input,
            relu_attributions=True,
        )
        assert isinstance(coarse, Tensor)
        size = question.inputs.shape[2:]
        fine = functional.interpolate(coarse.detach(), size=size, mode="bilinear")
        return guided_by(GuidedModules, question) * fine

    def cautions(self, question: Question) -> tuple[str, ...]:
        """Return that it hardly depends on the weights, and which non-linearities it leaves."""
        return rectified(question)
