"""ResNet-18, 34, 50 and 101."""

from typing import Literal

from torch import nn

from lantern.lab.building.activations import ActivationName
from lantern.lab.building.convolution import Style
from lantern.lab.building.initial import initialise_deep, suited_to
from lantern.lab.building.residual import Plan, residual_network
from lantern.lab.building.sizes import BatchNorm, Size, Skips, Width, front, scaled
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture

Depth = Literal[18, 34, 50, 101]
BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3)}
"""In each stage, by depth (table 1 of the paper)."""
BOTTLENECK_FROM = 50
"""Depth from which blocks are 1x1, 3x3 and 1x1 convolutions."""
PUBLISHED_WIDTHS = (64, 128, 256, 512)
SMALL_WIDTHS = (8, 16, 32, 64)


def published(classes: int = 1000, depth: Depth = 50) -> nn.Sequential:
    """Return the network of the paper for images (b, 3, 224, 224)."""
    return nn.Sequential(residual_network(3, classes, plan_of(depth, "published")))


def plan_of(
    depth: Depth, size: Size, *, width: float = 1.0, style: Style | None = None, skips: bool = True
) -> Plan:
    """Return the plan of a depth and size."""
    widths = PUBLISHED_WIDTHS if size == "published" else SMALL_WIDTHS
    return Plan(
        blocks=BLOCKS[depth],
        widths=tuple(scaled(channels, width) for channels in widths),
        bottleneck=depth >= BOTTLENECK_FROM,
        large_stem=size == "published",
        style=style or Style(),
        skips=skips,
    )


class ResNet(Architecture, name="resnet", title="ResNet-18 to 101"):
    """The networks that won ImageNet in 2015: He, Zhang, Ren and Sun, 2016, table 1.

    18 and 34 have blocks of two 3x3 convolutions, 50 and 101 bottlenecks of 1x1, 3x3 and 1x1 whose
    stride lies in the 3x3, as is common now. The published size has a 7x7 stem and 64 to 512
    channels: 11 689 512, 21 797 672, 25 557 032 and 44 549 160 parameters for 1000 classes. The
    small one has as many layers, an eighth of the channels and a 3x3 stem.
    """

    tags = ("images", "needs-conv")
    order = 41
    depth: Depth = 18
    """Layers with weights on the longest way through."""
    size: Size = "small"
    width: Width = 1.0
    activation: ActivationName = "relu"
    """The non-linearity within and behind each block."""
    batch_norm: BatchNorm = True
    skips: Skips = True

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain normalise, stem, block1, block2, ..., average, flatten, output."""
        chain, _ = front(data, self.size)
        style = Style(self.activation, self.batch_norm)
        plan = plan_of(self.depth, self.size, width=self.width, style=style, skips=self.skips)
        module = nn.Sequential(chain | residual_network(data.shape[0], outputs, plan))
        initialise_deep(module, suited_to(self.activation))
        return module
