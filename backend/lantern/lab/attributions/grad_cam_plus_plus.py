"""Grad-CAM++: Grad-CAM that counts every occurrence of what speaks for a class."""

from torch import Tensor

from lantern.lab.attributions._maps import slope_of, weighed
from lantern.lab.kinds import Attribution
from lantern.lab.questions import Question

EPSILON = 1e-6


class GradCamPlusPlus(Attribution, name="grad_cam_plus_plus", title="Grad-CAM++"):
    """Grad-CAM in which several objects of one class count fully, each on its own.

    Each cell's positive gradient g is weighed by alpha = g² / (2 g² + sum(A) g³): cells that matter
    count the same whether their object is large or small. Chattopadhay and others (2018),
    arXiv:1710.11063.
    """

    order = 41
    tags = ("needs-conv",)
    signed = False
    layered = True

    def attribute(self, question: Question) -> Tensor:
        """Return relu(sum over channels of sum(alpha relu(g)) x map), (b, 1, h', w')."""
        slope = slope_of(question)
        g, total = slope.gradient, slope.maps.sum((2, 3), keepdim=True)
        alpha = g.square() / (2 * g.square() + total * g.pow(3) + EPSILON)
        alpha = alpha.where(g != 0, alpha.new_zeros(()))
        return weighed(slope.maps, (alpha * g.relu()).sum((2, 3), keepdim=True))
