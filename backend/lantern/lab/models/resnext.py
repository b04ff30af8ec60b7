"""ResNeXt-50 32x4d."""

from dataclasses import replace
from typing import Literal

from torch import nn

from lantern.lab.building.convolution import Style
from lantern.lab.building.initial import initialise_deep, suited_to
from lantern.lab.building.residual import Plan, residual_network, sized
from lantern.lab.building.sizes import BatchNorm, NonLinearity, Size, Skips, Width, front
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture

PUBLISHED = Plan(
    (3, 4, 6, 3), (64, 128, 256, 512), bottleneck=True, inner=2, groups=32, large_stem=True
)
SMALL_GROUPS = 4


def published(classes: int = 1000) -> nn.Sequential:
    """Return the network of the paper for images (b, 3, 224, 224)."""
    return nn.Sequential(residual_network(3, classes, PUBLISHED))


class ResNeXt(Architecture, name="resnext", title="ResNeXt-50 32x4d"):
    """Bottlenecks of many narrow ways side by side: Xie, Girshick, Dollar, Tu and He, 2017.

    The ways are the groups of one 3x3 convolution, each of which sees its own channels alone; 32
    groups of 4 channels in the first stage give the name. 25 028 904 parameters for 1000 classes,
    about those of ResNet-50. The small size has three stages of two blocks and 4 groups.
    """

    tags = ("images", "needs-conv")
    order = 43
    size: Size = "small"
    groups: Literal["as published", "one"] = "as published"
    """one: a 3x3 convolution sees all of its channels, as in a Wide ResNet."""
    width: Width = 1.0
    activation: NonLinearity = "relu"
    batch_norm: BatchNorm = True
    skips: Skips = True

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain normalise, stem, block1, block2, ..., average, flatten, output."""
        chain, _ = front(data, self.size)
        groups = SMALL_GROUPS if self.size == "small" else PUBLISHED.groups
        plan = replace(
            # The channels inside, twice these, must be shared out evenly among the groups.
            sized(PUBLISHED, self.size, width=self.width, multiple=groups // 2),
            groups=1 if self.groups == "one" else groups,
            style=Style(self.activation, self.batch_norm),
            skips=self.skips,
        )
        module = nn.Sequential(chain | residual_network(data.shape[0], outputs, plan))
        initialise_deep(module, suited_to(self.activation))
        return module
