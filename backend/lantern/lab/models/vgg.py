"""VGG-11, 16 and 19."""

from typing import Annotated, Literal

from torch import nn

from lantern.lab.building.activations import ActivationName
from lantern.lab.building.convolution import Layers, Style, convolution
from lantern.lab.building.dropout import Dropout, set_dropout
from lantern.lab.building.initial import initialise_deep, suited_to
from lantern.lab.building.sizes import (
    PUBLISHED_SIDE,
    Size,
    Width,
    front,
    scaled,
)
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture
from lantern.protocol.model import control

Depth = Literal[11, 16, 19]
CONVOLUTIONS = {11: (1, 1, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""In each block, by depth: configurations A, D and E of the paper's table 1."""
CHANNELS = (64, 128, 256, 512, 512)
SMALL_CHANNELS = (12, 24, 48, 64, 64)
NEURONS, SMALL_NEURONS = 4096, 64
BARE = Style(normalised=False)


def published(classes: int = 1000, depth: Depth = 16) -> nn.Sequential:
    """Return the network of the paper for images (b, 3, 224, 224)."""
    return nn.Sequential(network(3, classes, side=PUBLISHED_SIDE, depth=depth, size="published"))


def network(
    channels: int,
    outputs: int,
    *,
    side: int,
    depth: Depth,
    size: Size,
    width: float = 1.0,
    style: Style = BARE,
    dropout: float = 0.5,
) -> Layers:
    """Return block1 to block5, flatten, fc1, relu1, dropout1, fc2, relu2, dropout2, output."""
    layers, is_small = Layers(), size == "small"
    counts = zip(CONVOLUTIONS[depth], SMALL_CHANNELS if is_small else CHANNELS, strict=True)
    for number, (count, maps) in enumerate(counts, start=1):
        after = scaled(maps, width)
        layers[f"block{number}"] = _block(count, channels, after, style=style)
        channels = after
    layers["flatten"] = nn.Flatten()
    before = channels * (side // 2 ** len(CHANNELS)) ** 2
    neurons = scaled(SMALL_NEURONS if is_small else NEURONS, width)
    for number in ("1", "2"):
        layers[f"fc{number}"] = nn.Linear(before, neurons)
        layers |= style.non_linearity(number)
        layers[f"dropout{number}"] = Dropout(dropout)
        before = neurons
    layers["output"] = nn.Linear(before, outputs)
    return layers


def _block(count: int, before: int, after: int, *, style: Style) -> nn.Sequential:
    layers = Layers()
    for number in range(1, count + 1):
        layers |= convolution(str(number), before, after, style=style)
        before = after
    layers["pool"] = nn.MaxPool2d(2)
    return nn.Sequential(layers)


class Vgg(Architecture, name="vgg", title="VGG-11 to 19"):
    """Nothing but 3x3 convolutions, ever deeper: Simonyan and Zisserman, 2015.

    Five blocks, each with 2x2 max pooling at its end, then two hidden layers with dropout:
    132 863 336, 138 357 544 and 143 667 240 parameters for 1000 classes, most of them in the first
    hidden layer. The small size has as many layers and an eighth to a fifth of the channels.
    """

    tags = ("images", "needs-conv")
    order = 32
    depth: Depth = 11
    """Layers with weights."""
    size: Size = "small"
    width: Width = 1.0
    activation: ActivationName = "relu"
    """The non-linearity behind each layer."""
    batch_norm: Annotated[
        bool,
        control(
            description="Normalise each channel over the batch, behind every convolution; the "
            "paper has none, and trained the deep ones from the weights of shallower ones."
        ),
    ] = False
    dropout: Annotated[float, control(live=True, ge=0, le=0.9, step=0.05)] = 0.2
    """Share of the numbers behind each hidden layer that is set to zero while training; half in
    the paper, too much for the small size."""

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain normalise, block1, ..., block5, flatten, fc1, ..., output."""
        chain, side = front(data, self.size)
        module = nn.Sequential(
            chain
            | network(
                data.shape[0],
                outputs,
                side=side,
                depth=self.depth,
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
