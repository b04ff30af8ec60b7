"""AlexNet."""

from typing import Annotated

from torch import nn

from lantern.lab.building.activations import ActivationName
from lantern.lab.building.convolution import Layers, Style, convolution
from lantern.lab.building.dropout import Dropout, set_dropout
from lantern.lab.building.initial import initialise_deep, suited_to
from lantern.lab.building.sizes import (
    PUBLISHED_SIDE,
    BatchNorm,
    Size,
    Width,
    front,
    scaled,
)
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture
from lantern.protocol.model import control

CHANNELS = (64, 192, 384, 256, 256)
SMALL_CHANNELS = (24, 48, 64, 48, 48)
NEURONS, SMALL_NEURONS = 4096, 128
POOLED = {1, 2, 5}
"""Convolutions with 3x3 max pooling of stride 2 behind them."""
BARE = Style(normalised=False)


def published(classes: int = 1000) -> nn.Sequential:
    """Return the network for images (b, 3, 224, 224)."""
    return nn.Sequential(network(3, classes, side=PUBLISHED_SIDE, size="published"))


def network(
    channels: int,
    outputs: int,
    *,
    side: int,
    size: Size,
    width: float = 1.0,
    style: Style = BARE,
    dropout: float = 0.5,
) -> Layers:
    """Return conv1, relu1, pool1, ..., pool5, flatten, dropout6, fc6, ..., output."""
    layers = Layers()
    for number, count in enumerate(CHANNELS if size == "published" else SMALL_CHANNELS, start=1):
        after = scaled(count, width)
        if number == 1 and size == "published":
            layers |= _first(channels, after, style=style)
            side = (side + 2 * 2 - 11) // 4 + 1
        else:
            kernel = 5 if number == 1 or (number == 2 and size == "published") else 3
            layers |= convolution(str(number), channels, after, kernel=kernel, style=style)
        channels = after
        if number in POOLED:
            layers[f"pool{number}"] = nn.MaxPool2d(3, stride=2)
            side = (side - 3) // 2 + 1
    layers["flatten"] = nn.Flatten()
    before = channels * side * side
    neurons = scaled(NEURONS if size == "published" else SMALL_NEURONS, width)
    for number in (6, 7):
        layers[f"dropout{number}"] = Dropout(dropout)
        layers[f"fc{number}"] = nn.Linear(before, neurons)
        layers |= style.non_linearity(str(number))
        before = neurons
    layers["output"] = nn.Linear(before, outputs)
    return layers


def _first(before: int, after: int, *, style: Style) -> Layers:
    conv = nn.Conv2d(before, after, 11, stride=4, padding=2, bias=not style.normalised)
    return Layers(conv1=conv) | style.norm(after, "1") | style.non_linearity("1")


class AlexNet(Architecture, name="alexnet", title="AlexNet"):
    """The network that began it all: Krizhevsky, Sutskever and Hinton, 2012.

    Five convolutions with ReLU, overlapping 3x3 max pooling, two hidden layers with dropout. As
    is common, it is the version on one GPU (Krizhevsky, 2014), with 64 to 384 channels and no
    local response normalisation: 61 100 840 parameters for 1000 classes. The small size has fewer
    channels and smaller kernels with stride 1.
    """

    tags = ("images", "needs-conv")
    order = 31
    size: Size = "small"
    width: Width = 1.0
    activation: ActivationName = "relu"
    """The non-linearity behind each layer; the paper compares ReLU with tanh."""
    batch_norm: BatchNorm = False
    dropout: Annotated[float, control(live=True, ge=0, le=0.9, step=0.05)] = 0.5
    """Share of the numbers before each hidden layer that is set to zero while training."""

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain normalise, conv1, relu1, pool1, ..., fc6, relu6, ..., output."""
        chain, side = front(data, self.size)
        module = nn.Sequential(
            chain
            | network(
                data.shape[0],
                outputs,
                side=side,
                size=self.size,
                width=self.width,
                style=Style(self.activation, self.batch_norm),
                dropout=self.dropout,
            )
        )
        initialise_deep(module, suited_to(self.activation))
        return module

    def adjust(self, module: nn.Module) -> None:
        """Set the dropout rate."""
        set_dropout(module, self.dropout)
