"""SE-ResNet-50."""

from dataclasses import replace
from typing import Annotated

from torch import nn

from lantern.lab.building.convolution import Style
from lantern.lab.building.initial import initialise_deep, suited_to
from lantern.lab.building.residual import Plan, residual_network, sized
from lantern.lab.building.sizes import BatchNorm, NonLinearity, Size, Skips, Width, front
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture
from lantern.protocol.model import control

PUBLISHED = Plan((3, 4, 6, 3), (64, 128, 256, 512), bottleneck=True, reduction=16, large_stem=True)


def published(classes: int = 1000) -> nn.Sequential:
    """Return the network of the paper for images (b, 3, 224, 224)."""
    return nn.Sequential(residual_network(3, classes, PUBLISHED))


class SeResNet(Architecture, name="se_resnet", title="SE-ResNet-50"):
    """A ResNet that weighs its channels by what is in the image: Hu, Shen and Sun, 2018.

    In each block, before the sum, the means of all maps go through two small layers that give
    each map a gate within 0-1. 28 088 024 parameters for 1000 classes, a tenth more than
    ResNet-50. The small size has three stages of two blocks.
    """

    tags = ("images", "needs-conv")
    order = 44
    size: Size = "small"
    reduction: Annotated[int, control(ge=1, le=32, scale="log")] = 16
    """By how much the gates' inner layer is narrower than the maps are many."""
    width: Width = 1.0
    activation: NonLinearity = "relu"
    batch_norm: BatchNorm = True
    skips: Skips = True

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain normalise, stem, block1, block2, ..., average, flatten, output."""
        chain, _ = front(data, self.size)
        plan = replace(
            sized(PUBLISHED, self.size, width=self.width),
            reduction=self.reduction,
            style=Style(self.activation, self.batch_norm),
            skips=self.skips,
        )
        module = nn.Sequential(chain | residual_network(data.shape[0], outputs, plan))
        initialise_deep(module, suited_to(self.activation))
        return module
