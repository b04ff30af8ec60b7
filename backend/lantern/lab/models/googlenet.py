"""GoogLeNet, with its auxiliary heads."""

from typing import Annotated

from torch import Tensor, nn

from lantern.lab.building.convolution import Layers, Style, convolution
from lantern.lab.building.dropout import Dropout, set_dropout
from lantern.lab.building.heads import WithHeads
from lantern.lab.building.initial import initialise_deep, suited_to
from lantern.lab.building.joins import Concat
from lantern.lab.building.sizes import (
    PUBLISHED_SIDE,
    BatchNorm,
    NonLinearity,
    Size,
    Width,
    front,
    pooled_head,
    scaled,
)
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture
from lantern.protocol.model import control

Ways = tuple[int, int, int, int, int, int]
MODULES: dict[str, Ways] = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""Channels of each module: 1x1; reduced for and behind 3x3; the same for 5x5; behind the pooling
(table 1 of the paper)."""
HEADS = {"head1": "4a", "head2": "4d"}
"""Auxiliary heads, by the module whose output they get."""
AUXILIARY_WEIGHT = 0.3
HEAD_DROPOUT = 0.7
SMALL = 1 / 8
"""Of the published channels."""
EPSILON = 1e-3
STYLE = Style(epsilon=EPSILON)


class Inception(nn.Module):
    """Four ways of looking at the same maps, side by side, laid behind each other."""

    def __init__(self, before: int, ways: Ways, style: Style) -> None:
        super().__init__()
        one, before3, three, before5, five, pooled = ways
        self.branch1 = _chain(before, (one, 1), style=style)
        self.branch2 = _chain(before, (before3, 1), (three, 3), style=style)
        self.branch3 = _chain(before, (before5, 1), (five, 3), style=style)
        self.branch4 = nn.Sequential(
            Layers(pool=nn.MaxPool2d(3, stride=1, padding=1))
            | convolution("", before, pooled, kernel=1, style=style)
        )
        self.concat = Concat()
        self.channels = one + three + five + pooled

    def forward(self, maps: Tensor) -> Tensor:
        """Return (b, channels, h, w)."""
        return self.concat(
            self.branch1(maps), self.branch2(maps), self.branch3(maps), self.branch4(maps)
        )


def published(classes: int = 1000, *, auxiliary: float = AUXILIARY_WEIGHT) -> nn.Module:
    """Return the network for images (b, 3, 224, 224); without heads where `auxiliary` is 0."""
    return network(Layers(), 3, classes, size="published", auxiliary=auxiliary)


def network(
    chain: Layers,
    channels: int,
    outputs: int,
    *,
    size: Size,
    side: int = PUBLISHED_SIDE,
    width: float = 1.0,
    dropout: float = 0.2,
    auxiliary: float = AUXILIARY_WEIGHT,
    style: Style = STYLE,
) -> nn.Module:
    """Return chain, stem, block3a, ..., block5b, average, flatten, dropout, output."""
    share, side = (width, side // 16) if size == "published" else (width * SMALL, side // 4)
    chain["stem"], before = _stem(channels, share, size=size, style=style), scaled(192, share)
    heads: dict[str, tuple[str, nn.Module]] = {}
    behind = {module: name for name, module in HEADS.items()}
    for place, ways in MODULES.items():
        if place in {"4a", "5a"}:
            kernel = 3 if place == "4a" else 2
            chain[f"pool{place[0]}"] = nn.MaxPool2d(kernel, stride=2, ceil_mode=True)
        one, two, three, four, five, six = (scaled(count, share) for count in ways)
        module = Inception(before, (one, two, three, four, five, six), style)
        chain[f"block{place}"], before = module, module.channels
        if place in behind and auxiliary > 0:
            head = _head(before, outputs, share=share, side=side, style=style)
            heads[behind[place]] = (f"block{place}", head)
    ends = pooled_head(before, outputs)
    chain |= Layers(average=ends["average"], flatten=ends["flatten"])
    chain |= Layers(dropout=Dropout(dropout), output=ends["output"])
    return WithHeads(chain, heads, weight=auxiliary) if heads else nn.Sequential(chain)


def _chain(before: int, *steps: tuple[int, int], style: Style) -> nn.Sequential:
    """Return convolutions of (channels, kernel)."""
    layers = Layers()
    for number, (after, kernel) in enumerate(steps, start=1):
        layers |= convolution(str(number), before, after, kernel=kernel, style=style)
        before = after
    return nn.Sequential(layers)


def _stem(channels: int, share: float, *, size: Size, style: Style) -> nn.Sequential:
    first, last = scaled(64, share), scaled(192, share)
    if size == "small":
        layers = convolution("1", channels, last, style=style)
        return nn.Sequential(layers | Layers(pool1=nn.MaxPool2d(2)))
    layers = convolution("1", channels, first, kernel=7, stride=2, style=style)
    layers["pool1"] = nn.MaxPool2d(3, stride=2, ceil_mode=True)
    layers |= convolution("2", first, first, kernel=1, style=style)
    layers |= convolution("3", first, last, style=style)
    return nn.Sequential(layers | Layers(pool2=nn.MaxPool2d(3, stride=2, ceil_mode=True)))


def _head(before: int, outputs: int, *, share: float, side: int, style: Style) -> nn.Sequential:
    maps, neurons, stride = scaled(128, share), scaled(1024, share), side // 4
    # 4x4 from any side: 5x5 with stride 3 from the paper's 14x14.
    layers = Layers(average=nn.AvgPool2d(side - 3 * stride, stride=stride))
    layers |= convolution("", before, maps, kernel=1, style=style)
    layers |= Layers(flatten=nn.Flatten(), fc=nn.Linear(maps * 16, neurons))
    layers |= style.non_linearity("2")
    return nn.Sequential(
        layers | Layers(dropout=Dropout(HEAD_DROPOUT), output=nn.Linear(neurons, outputs))
    )


class GoogLeNet(Architecture, name="googlenet", title="GoogLeNet"):
    """Inception modules, and two heads in the middle that help training: Szegedy et al., 2015.

    Each module looks at its maps in four ways: 1x1, 3x3 and, for the paper's 5x5, another 3x3
    convolution, and max pooling, each narrowed by 1x1. As is common there is batch normalisation.
    13 004 888 parameters for 1000 classes, 6 624 904 without the heads, whose losses are added
    with weight 0.3 while training and which are gone otherwise. The small size has an eighth of
    the channels and a stem of one convolution.
    """

    tags = ("images", "needs-conv")
    order = 33
    size: Size = "small"
    width: Width = 1.0
    activation: NonLinearity = "relu"
    batch_norm: BatchNorm = True
    auxiliary: Annotated[float, control(ge=0, le=1, step=0.1)] = AUXILIARY_WEIGHT
    """Weight of the losses of the two heads in the middle; 0 leaves the heads out."""
    dropout: Annotated[float, control(live=True, ge=0, le=0.9, step=0.05)] = 0.2
    """Share of the numbers before the output layer that is set to zero while training."""

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return normalise, stem, block3a, ..., block5b, average, ..., output."""
        chain, side = front(data, self.size)
        module = network(
            chain,
            data.shape[0],
            outputs,
            size=self.size,
            side=side,
            width=self.width,
            dropout=self.dropout,
            auxiliary=self.auxiliary,
            style=Style(self.activation, self.batch_norm, EPSILON),
        )
        initialise_deep(module, suited_to(self.activation))
        return module

    def adjust(self, module: nn.Module) -> None:
        """Set the dropout rate before the output layer; that of the heads stays."""
        set_dropout(module.get_submodule("dropout"), self.dropout)
