"""MobileNet v2."""

from typing import Annotated, Literal

from torch import nn

from lantern.lab.building.convolution import Layers, Style, convolution
from lantern.lab.building.dropout import Dropout, set_dropout
from lantern.lab.building.initial import initialise
from lantern.lab.building.inverted import inverted
from lantern.lab.building.sizes import Size, Skips, Width, front, pooled_head, scaled
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture
from lantern.protocol.model import control

Rows = tuple[tuple[int, int, int, int], ...]
PUBLISHED: Rows = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""Expansion, channels, blocks, stride of the first of them (table 2 of the paper)."""
PUBLISHED_ENDS, SMALL_ENDS = (32, 2, 1280), (12, 1, 160)
"""Channels and stride of the stem, channels of the last convolution."""
SMALL: Rows = ((1, 8, 1, 1), (4, 12, 2, 2), (4, 16, 2, 2), (4, 32, 2, 2))


def published(classes: int = 1000) -> nn.Sequential:
    """Return the network of the paper for images (b, 3, 224, 224)."""
    return nn.Sequential(network(3, classes, size="published"))


def network(
    channels: int,
    outputs: int,
    *,
    size: Size,
    width: float = 1.0,
    activation: Literal["relu6", "relu"] = "relu6",
    skips: bool = True,
    dropout: float = 0.2,
) -> Layers:
    """Return stem, block1, block2, ..., last, average, flatten, dropout, output."""
    is_small, style = size == "small", Style(activation)
    first, stride, last = SMALL_ENDS if is_small else PUBLISHED_ENDS
    before = scaled(first, width)
    stem = convolution("", channels, before, stride=stride, style=style)
    layers, number = Layers(stem=nn.Sequential(stem)), 0
    for expansion, count, repeats, first_stride in SMALL if is_small else PUBLISHED:
        for place in range(repeats):
            number += 1
            after = scaled(count, width)
            layers[f"block{number}"] = inverted(
                before,
                after,
                expansion=expansion,
                stride=first_stride if place == 0 else 1,
                style=style,
                skips=skips,
            )
            before = after
    after = scaled(last, width)
    layers["last"] = nn.Sequential(convolution("", before, after, kernel=1, style=style))
    head = pooled_head(after, outputs)
    output = head.pop("output")
    return layers | head | Layers(dropout=Dropout(dropout), output=output)


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
    activation: Literal["relu6", "relu"] = "relu6"
    """relu6 is ReLU that goes no higher than 6."""
    skips: Skips = True
    dropout: Annotated[float, control(live=True, ge=0, le=0.9, step=0.05)] = 0.2
    """Share of the numbers before the output layer that is set to zero while training."""

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain normalise, stem, block1, ..., last, average, ..., output."""
        chain, _ = front(data, self.size)
        chain |= network(
            data.shape[0],
            outputs,
            size=self.size,
            width=self.width,
            activation=self.activation,
            skips=self.skips,
            dropout=self.dropout,
        )
        module = nn.Sequential(chain)
        initialise(module, "he_normal")
        return module

    def adjust(self, module: nn.Module) -> None:
        """Set the dropout rate."""
        set_dropout(module, self.dropout)
