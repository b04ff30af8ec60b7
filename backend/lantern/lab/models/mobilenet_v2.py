"""MobileNet v2."""

from dataclasses import replace
from typing import Annotated

from torch import nn

from lantern.lab.building.activations import AnyActivation
from lantern.lab.building.convolution import Style
from lantern.lab.building.dropout import set_dropout
from lantern.lab.building.initial import initialise_deep, suited_to
from lantern.lab.building.inverted import Plan, Stage, inverted_network
from lantern.lab.building.sizes import BatchNorm, Size, Skips, Width, front
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture
from lantern.protocol.model import control

PUBLISHED = Plan(
    stages=(
        Stage(expansion=1, channels=16, blocks=1, stride=1),
        Stage(expansion=6, channels=24, blocks=2, stride=2),
        Stage(expansion=6, channels=32, blocks=3, stride=2),
        Stage(expansion=6, channels=64, blocks=4, stride=2),
        Stage(expansion=6, channels=96, blocks=3, stride=1),
        Stage(expansion=6, channels=160, blocks=3, stride=2),
        Stage(expansion=6, channels=320, blocks=1, stride=1),
    ),
    stem=32,
    stem_stride=2,
    last=1280,
    style=Style("relu6"),
)
"""Table 2 of the paper."""
SMALL = Plan(
    stages=(
        Stage(expansion=1, channels=8, blocks=1, stride=1),
        Stage(expansion=4, channels=12, blocks=2, stride=2),
        Stage(expansion=4, channels=16, blocks=2, stride=2),
        Stage(expansion=4, channels=32, blocks=2, stride=2),
    ),
    stem=12,
    stem_stride=1,
    last=160,
    style=Style("relu6"),
)


def published(classes: int = 1000) -> nn.Sequential:
    """Return the network of the paper for images (b, 3, 224, 224)."""
    return nn.Sequential(inverted_network(3, classes, PUBLISHED))


class MobileNetV2(Architecture, name="mobilenet_v2", title="MobileNet v2"):
    """Inverted residuals with linear bottlenecks: Sandler, Howard, Zhu, Zhmoginov and Chen, 2018.

    Each block widens its channels (1x1), filters each by itself (depthwise, 3x3), and narrows them
    again with no non-linearity behind; shortcuts join the narrow ends. 3 504 872 parameters and
    301 million multiplications for 1000 classes. The small size has seven blocks.
    """

    tags = ("images", "needs-conv")
    order = 47
    size: Size = "small"
    width: Width = 1.0
    activation: AnyActivation = "relu6"
    """The non-linearity behind each convolution but the last of a block; relu6 is ReLU that goes
    no higher than 6."""
    batch_norm: BatchNorm = True
    skips: Skips = True
    dropout: Annotated[float, control(live=True, ge=0, le=0.9, step=0.05)] = 0.2
    """Share of the numbers before the output layer that is set to zero while training."""

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain normalise, stem, block1, ..., last, average, ..., output."""
        chain, _ = front(data, self.size)
        plan = replace(
            SMALL if self.size == "small" else PUBLISHED,
            style=Style(self.activation, self.batch_norm),
            width=self.width,
            skips=self.skips,
            dropout=self.dropout,
        )
        module = nn.Sequential(chain | inverted_network(data.shape[0], outputs, plan))
        initialise_deep(module, suited_to(self.activation))
        return module

    def adjust(self, module: nn.Module) -> None:
        """Set the dropout rate."""
        set_dropout(module, self.dropout)
