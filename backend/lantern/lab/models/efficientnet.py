"""EfficientNet-B0."""

from dataclasses import replace
from typing import Annotated

from torch import nn

from lantern.lab.building.convolution import Style
from lantern.lab.building.dropout import set_dropout, set_survival
from lantern.lab.building.initial import initialise_deep, suited_to
from lantern.lab.building.inverted import Plan, Stage, inverted_network
from lantern.lab.building.sizes import BatchNorm, NonLinearity, Size, Skips, Width, front
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture
from lantern.protocol.model import control

PUBLISHED = Plan(
    stages=(
        Stage(expansion=1, kernel=3, channels=16, blocks=1, stride=1),
        Stage(expansion=6, kernel=3, channels=24, blocks=2, stride=2),
        Stage(expansion=6, kernel=5, channels=40, blocks=2, stride=2),
        Stage(expansion=6, kernel=3, channels=80, blocks=3, stride=2),
        Stage(expansion=6, kernel=5, channels=112, blocks=3, stride=1),
        Stage(expansion=6, kernel=5, channels=192, blocks=4, stride=2),
        Stage(expansion=6, kernel=3, channels=320, blocks=1, stride=1),
    ),
    stem=32,
    stem_stride=2,
    last=1280,
    style=Style("silu"),
    excited=True,
    survival=0.8,
)
"""Table 1 of the paper."""
SMALL = replace(
    PUBLISHED,
    stages=(
        Stage(expansion=1, kernel=3, channels=8, blocks=1, stride=1),
        Stage(expansion=4, kernel=3, channels=12, blocks=2, stride=2),
        Stage(expansion=4, kernel=5, channels=16, blocks=2, stride=2),
        Stage(expansion=4, kernel=3, channels=32, blocks=2, stride=2),
    ),
    stem=12,
    stem_stride=1,
    last=160,
)


def published(classes: int = 1000) -> nn.Sequential:
    """Return the network of the paper for images (b, 3, 224, 224)."""
    return nn.Sequential(inverted_network(3, classes, PUBLISHED))


class EfficientNet(Architecture, name="efficientnet", title="EfficientNet-B0"):
    """A network found by search, of MobileNet's blocks with gates: Tan and Le, 2019.

    Inverted residuals with 3x3 and 5x5 kernels, squeeze and excitation, SiLU, and stochastic depth
    while training. 5 288 548 parameters and 386 million multiplications for 1000 classes. The small
    size has seven blocks.
    """

    tags = ("images", "needs-conv")
    order = 49
    size: Size = "small"
    width: Width = 1.0
    activation: NonLinearity = "silu"
    batch_norm: BatchNorm = True
    excitation: bool = True
    """Squeeze and excitation in each block."""
    skips: Skips = True
    survival: Annotated[float, control(live=True, ge=0.1, le=1, step=0.05)] = 0.8
    """Stochastic depth: how likely the last block is gone through, and not its shortcut alone,
    while training; for those before it likelier, the nearer they are to the input. 1 is always."""
    dropout: Annotated[float, control(live=True, ge=0, le=0.9, step=0.05)] = 0.2
    """Share of the numbers before the output layer that is set to zero while training."""

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain normalise, stem, block1, ..., last, average, ..., output."""
        chain, _ = front(data, self.size)
        plan = replace(
            SMALL if self.size == "small" else PUBLISHED,
            width=self.width,
            style=Style(self.activation, self.batch_norm),
            excited=self.excitation,
            skips=self.skips,
            survival=self.survival,
            dropout=self.dropout,
        )
        module = nn.Sequential(chain | inverted_network(data.shape[0], outputs, plan))
        initialise_deep(module, suited_to(self.activation))
        return module

    def adjust(self, module: nn.Module) -> None:
        """Set the dropout rate and how likely blocks are gone through."""
        set_dropout(module, self.dropout)
        set_survival(module, self.survival)
