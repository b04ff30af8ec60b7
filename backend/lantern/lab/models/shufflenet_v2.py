"""ShuffleNet v2."""

from torch import Tensor, nn

from lantern.lab.building.convolution import PLAIN, Layers, Style, convolution
from lantern.lab.building.initial import initialise_deep, suited_to
from lantern.lab.building.joins import ChannelShuffle, Concat, Half
from lantern.lab.building.sizes import (
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

PUBLISHED_STAGES = ((116, 4), (232, 8), (464, 4))
"""Channels and units of each stage (table 5 of the paper, x1.0)."""
SMALL_STAGES = ((32, 2), (64, 3), (128, 2))
PUBLISHED_ENDS, SMALL_ENDS = (24, 1024), (16, 128)
"""Channels of the stem and of the last convolution."""


class Unit(nn.Module):
    """Half of the channels passes by, the other half is worked on; then both are shuffled."""

    def __init__(self, channels: int, style: Style) -> None:
        super().__init__()
        half = channels // 2
        self.passing, self.taken = Half("first"), Half("second")
        self.branch = _branch(half, half, stride=1, style=style)
        self.concat, self.shuffle = Concat(), ChannelShuffle()

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps (b, c, h, w) of the same shape."""
        passing, worked_on = self.passing(maps), self.branch(self.taken(maps))
        return self.shuffle(self.concat(passing, worked_on))


class DownUnit(nn.Module):
    """Both ways see all channels and halve the maps; then they are shuffled."""

    def __init__(self, before: int, after: int, style: Style) -> None:
        super().__init__()
        half = after // 2
        self.shortcut = nn.Sequential(
            convolution("1", before, before, stride=2, groups=before, style=style, activated=False)
            | convolution("2", before, half, kernel=1, style=style)
        )
        self.branch = _branch(before, half, stride=2, style=style)
        self.concat, self.shuffle = Concat(), ChannelShuffle()

    def forward(self, maps: Tensor) -> Tensor:
        """Return (b, after, h / 2, w / 2) of maps (b, before, h, w)."""
        return self.shuffle(self.concat(self.shortcut(maps), self.branch(maps)))


def published(classes: int = 1000) -> nn.Sequential:
    """Return the network of the paper, x1.0, for images (b, 3, 224, 224)."""
    return nn.Sequential(network(3, classes, size="published"))


def network(
    channels: int, outputs: int, *, size: Size, width: float = 1.0, style: Style = PLAIN
) -> Layers:
    """Return stem, block1, block2, ..., last, average, flatten, output."""
    is_small, number = size == "small", 0
    first, last = SMALL_ENDS if is_small else PUBLISHED_ENDS
    before = scaled(first, width)
    stem = convolution("", channels, before, stride=1 if is_small else 2, style=style)
    if not is_small:
        stem["pool"] = nn.MaxPool2d(3, stride=2, padding=1)
    layers = Layers(stem=nn.Sequential(stem))
    for count, repeats in SMALL_STAGES if is_small else PUBLISHED_STAGES:
        after = scaled(count, width, multiple=2)
        for place in range(repeats):
            number += 1
            layers[f"block{number}"] = (
                DownUnit(before, after, style) if place == 0 else Unit(after, style)
            )
        before = after
    after = scaled(last, width)
    layers["last"] = nn.Sequential(convolution("", before, after, kernel=1, style=style))
    return layers | pooled_head(after, outputs)


def _branch(before: int, half: int, *, stride: int, style: Style) -> nn.Sequential:
    layers = convolution("1", before, half, kernel=1, style=style)
    layers |= convolution("2", half, half, stride=stride, groups=half, style=style, activated=False)
    return nn.Sequential(layers | convolution("3", half, half, kernel=1, style=style))


class ShuffleNetV2(Architecture, name="shufflenet_v2", title="ShuffleNet v2"):
    """Half of the channels passes by in every unit: Ma, Zhang, Zheng and Sun, 2018.

    1x1 convolutions and depthwise 3x3 ones on the other half, then the halves are laid behind each
    other and their channels dealt alternately. 2 278 604 parameters and 145 million
    multiplications for 1000 classes. The small size has seven units.
    """

    tags = ("images", "needs-conv")
    order = 48
    size: Size = "small"
    width: Width = 1.0
    activation: NonLinearity = "relu"
    batch_norm: BatchNorm = True

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain normalise, stem, block1, block2, ..., last, average, ..., output."""
        chain, _ = front(data, self.size)
        style = Style(self.activation, self.batch_norm)
        chain |= network(data.shape[0], outputs, size=self.size, width=self.width, style=style)
        module = nn.Sequential(chain)
        initialise_deep(module, suited_to(self.activation))
        return module
