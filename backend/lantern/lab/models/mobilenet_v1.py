"""MobileNet v1."""

from torch import nn

from lantern.lab.building.convolution import PLAIN, Layers, Style, convolution
from lantern.lab.building.initial import initialise_deep, suited_to
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

Blocks = tuple[tuple[int, int], ...]
PUBLISHED: Blocks = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1),) * 5,
    *((1024, 2), (1024, 1)),
)
"""Channels and stride of each block (table 1 of the paper)."""
PUBLISHED_STEM = (32, 2)
SMALL: Blocks = ((24, 1), (48, 2), (48, 1), (96, 2), (96, 1), (192, 2))
SMALL_STEM = (12, 1)


def published(classes: int = 1000) -> nn.Sequential:
    """Return the network of the paper for images (b, 3, 224, 224)."""
    return nn.Sequential(network(3, classes, size="published"))


def network(
    channels: int, outputs: int, *, size: Size, width: float = 1.0, style: Style = PLAIN
) -> Layers:
    """Return stem, block1, block2, ..., average, flatten, output."""
    (stem, stride), blocks = (
        (PUBLISHED_STEM, PUBLISHED) if size == "published" else (SMALL_STEM, SMALL)
    )
    before = scaled(stem, width)
    stem_layers = convolution("", channels, before, stride=stride, style=style)
    layers = Layers(stem=nn.Sequential(stem_layers))
    for number, (count, stride) in enumerate(blocks, start=1):
        after = scaled(count, width)
        block = convolution("1", before, before, stride=stride, groups=before, style=style)
        block |= convolution("2", before, after, kernel=1, style=style)
        layers[f"block{number}"] = nn.Sequential(block)
        before = after
    return layers | pooled_head(before, outputs)


class MobileNetV1(Architecture, name="mobilenet_v1", title="MobileNet v1"):
    """Convolutions in two steps, for telephones: Howard et al., 2017.

    In each block `conv1` filters every channel by itself (depthwise, 3x3) and `conv2` mixes them
    (1x1), an eighth to a ninth of the work of a full 3x3 convolution. 4 231 976 parameters and 569
    million multiplications for 1000 classes. The small size has six blocks.
    """

    tags = ("images", "needs-conv")
    order = 46
    size: Size = "small"
    width: Width = 1.0
    activation: NonLinearity = "relu"
    batch_norm: BatchNorm = True

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain normalise, stem, block1, block2, ..., average, flatten, output."""
        chain, _ = front(data, self.size)
        style = Style(self.activation, self.batch_norm)
        chain |= network(data.shape[0], outputs, size=self.size, width=self.width, style=style)
        module = nn.Sequential(chain)
        initialise_deep(module, suited_to(self.activation))
        return module
