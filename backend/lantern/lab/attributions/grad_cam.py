"""Grad-CAM: where a convolution saw what speaks for a class."""

from captum.attr import LayerGradCam
from torch import Tensor, nn

from lantern.lab.capture import convolution_call, settled, traced
from lantern.lab.kinds import Attribution


class GradCam(Attribution, name="grad_cam", title="Grad-CAM"):
    """Where a convolution saw what speaks for a class, at the resolution of that layer.

    The layer's maps (after their non-linearity), each weighed by the mean gradient of the score
    over it, added up; what is negative is cut off. Selvaraju and others (2017), arXiv:1610.02391.
    """

    order = 40
    tags = ("needs-conv",)
    signed = False
    layered = True

    def attribute(self, model: nn.Module, inputs: Tensor, target: int, layer: str | None) -> Tensor:
        """Return relu(sum over channels of mean gradient x map), (b, 1, h', w')."""
        calls, _ = traced(model, inputs[:1])
        place = settled(calls, convolution_call(calls, layer)).module
        scores = LayerGradCam(model, place).attribute(
            inputs.detach().clone().requires_grad_(), target=target, relu_attributions=True
        )
        assert isinstance(scores, Tensor)
        return scores.detach()
