"""EfficientNet-B0."""

from typing import Annotated

from torch import nn

from lantern.lab.building.convolution import Layers, Style, convolution
from lantern.lab.building.dropout import Dropout, set_dropout
from lantern.lab.building.initial import initialise
from lantern.lab.building.inverted import inverted
from lantern.lab.building.sizes import Size, Skips, Width, front, pooled_head, scaled
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture
from lantern.protocol.model import control

Rows = tuple[tuple[int, int, int, int, int], ...]
PUBLISHED: Rows = (
    (1, 3, 16, 1, 1),
    (6, 3, 24, 2, 2),
    (6, 5, 40, 2, 2),
    (6, 3, 80, 3, 2),
    (6, 5, 112, 3, 1),
    (6, 5, 192, 4, 2),
    (6, 3, 320, 1, 1),
)
"""Expansion, kernel, channels, blocks, stride of the first of them (table 1 of the paper)."""
SMALL: Rows = ((1, 3, 8, 1, 1), (4, 3, 12, 2, 2), (4, 5, 16, 2, 2), (4, 3, 32, 2, 2))
PUBLISHED_ENDS, SMALL_ENDS = (32, 2, 1280), (12, 1, 160)
"""Channels and stride of the stem, channels of the last convolution."""
STYLE = Style("silu")


def published(classes: int = 1000) -> nn.Sequential:
    """Return the network of the paper for images (b, 3, 224, 224)."""
    return nn.Sequential(network(3, classes, size="published"))


def network(
    channels: int,
    outputs: int,
    *,
    size: Size,
    width: float = 1.0,
    excited: bool = True,
    skips: bool = True,
    dropout: float = 0.2,
) -> Layers:
    """Return stem, block1, block2, ..., last, average, flatten, dropout, output."""
    is_small = size == "small"
    first, stride, last = SMALL_ENDS if is_small else PUBLISHED_ENDS
    before = scaled(first, width)
    stem = convolution("", channels, before, stride=stride, style=STYLE)
    layers, number = Layers(stem=nn.Sequential(stem)), 0
    for expansion, kernel, count, repeats, first_stride in SMALL if is_small else PUBLISHED:
        for place in range(repeats):
            number += 1
            after = scaled(count, width)
            layers[f"block{number}"] = inverted(
                before,
                after,
                expansion=expansion,
                kernel=kernel,
                stride=first_stride if place == 0 else 1,
                style=STYLE,
                excited=excited,
                skips=skips,
            )
            before = after
    after = scaled(last, width)
    layers["last"] = nn.Sequential(convolution("", before, after, kernel=1, style=STYLE))
    head = pooled_head(after, outputs)
    output = head.pop("output")
    return layers | head | Layers(dropout=Dropout(dropout), output=output)


class EfficientNet(Architecture, name="efficientnet", title="EfficientNet-B0"):
    """A network found by search, of MobileNet's blocks with gates: Tan and Le, 2019.

    Inverted residuals with 3x3 and 5x5 kernels, squeeze and excitation, and SiLU. 5 288 548
    parameters and 386 million multiplications for 1000 classes. Left out is stochastic depth,
    which drops whole blocks while training and has no weights. The small size has seven blocks.
    """

    tags = ("images", "needs-conv")
    order = 49
    size: Size = "small"
    width: Width = 1.0
    excitation: bool = True
    """Squeeze and excitation in each block."""
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
            excited=self.excitation,
            skips=self.skips,
            dropout=self.dropout,
        )
        module = nn.Sequential(chain)
        initialise(module, "he_normal")
        return module

    def adjust(self, module: nn.Module) -> None:
        """Set the dropout rate."""
        set_dropout(module, self.dropout)
