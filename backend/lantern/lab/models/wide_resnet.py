"""Wide ResNet-50-2."""

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

PUBLISHED = Plan((3, 4, 6, 3), (64, 128, 256, 512), bottleneck=True, inner=2, large_stem=True)


def published(classes: int = 1000) -> nn.Sequential:
    """Return the network of the paper for images (b, 3, 224, 224)."""
    return nn.Sequential(residual_network(3, classes, PUBLISHED))


class WideResNet(Architecture, name="wide_resnet", title="Wide ResNet-50-2"):
    """Bottlenecks whose 3x3 convolution is twice as wide: Zagoruyko and Komodakis, 2016.

    Wider and not deeper: ResNet-50 with twice the channels inside each block has 68 883 240
    parameters for 1000 classes and is quicker than a ResNet as good with more layers. The small
    size has three stages of two blocks each, on maps of 32, 16 and 8 pixels.
    """

    tags = ("images", "needs-conv")
    order = 42
    size: Size = "small"
    inner: Annotated[int, control(ge=1, le=4)] = 2
    """How many times as wide as in a ResNet the 3x3 convolutions are."""
    width: Width = 1.0
    activation: NonLinearity = "relu"
    batch_norm: BatchNorm = True
    skips: Skips = True

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain normalise, stem, block1, block2, ..., average, flatten, output."""
        chain, _ = front(data, self.size)
        plan = replace(
            sized(PUBLISHED, self.size, width=self.width),
            inner=self.inner,
            style=Style(self.activation, self.batch_norm),
            skips=self.skips,
        )
        module = nn.Sequential(chain | residual_network(data.shape[0], outputs, plan))
        initialise_deep(module, suited_to(self.activation))
        return module
