"""Layer-CAM: each cell of a map weighed by its own gradient."""

from torch import Tensor

from lantern.lab.attributions._maps import slope_of, weighed
from lantern.lab.kinds import Attribution
from lantern.lab.questions import Question


class LayerCam(Attribution, name="layer_cam", title="Layer-CAM"):
    """Where a layer saw what speaks for a class, cell by cell, so that early layers work too.

    Each cell of each map is weighed by its own positive gradient, not by the map's mean one. Jiang
    and others (2021), IEEE Transactions on Image Processing 30, 5875-5888.
    """

    order = 43
    tags = ("needs-conv",)
    signed = False
    layered = True

    def attribute(self, question: Question) -> Tensor:
        """Return relu(sum over channels of relu(gradient) x map), (b, 1, h', w')."""
        slope = slope_of(question)
        return weighed(slope.maps, slope.gradient.relu())
