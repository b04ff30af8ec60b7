"""DenseNet-121."""

from typing import Annotated

from pydantic import Field
from torch import Tensor, nn

from lantern.lab.building.activations import ActivationName
from lantern.lab.building.convolution import PLAIN, Layers, Style
from lantern.lab.building.initial import initialise_deep, suited_to
from lantern.lab.building.joins import Concat
from lantern.lab.building.sizes import (
    BatchNorm,
    Size,
    check_stages,
    front,
    pooled_head,
)
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture
from lantern.protocol.model import control

Count = Annotated[int, Field(ge=1, le=12)]
PUBLISHED_BLOCKS, PUBLISHED_GROWTH = (6, 12, 24, 16), 32
BOTTLENECK = 4
"""Channels of the 1x1 convolution, in growths."""
LEAST_SIDE = 8


class DenseLayer(nn.Module):
    """Norm, ReLU, 1x1, norm, ReLU, 3x3: a few new maps, laid behind all that came before."""

    def __init__(self, before: int, growth: int, style: Style) -> None:
        super().__init__()
        inner = BOTTLENECK * growth
        branch = _activated("1", before, style)
        branch["conv1"] = nn.Conv2d(before, inner, 1, bias=not style.normalised)
        branch |= _activated("2", inner, style)
        branch["conv2"] = nn.Conv2d(inner, growth, 3, padding=1, bias=not style.normalised)
        for name, part in branch.items():
            self.add_module(name, part)
        self.concat = Concat()
        self._branch = tuple(branch)

    def forward(self, maps: Tensor) -> Tensor:
        """Return the maps (b, c, h, w) and `growth` more, (b, c + growth, h, w)."""
        value = maps
        for name in self._branch:
            value = self.get_submodule(name)(value)
        return self.concat(maps, value)


def published(classes: int = 1000) -> nn.Sequential:
    """Return the network of the paper for images (b, 3, 224, 224)."""
    return nn.Sequential(network(3, classes, PUBLISHED_BLOCKS, growth=PUBLISHED_GROWTH, large=True))


def network(
    channels: int,
    outputs: int,
    blocks: tuple[int, ...],
    *,
    growth: int,
    large: bool,
    style: Style = PLAIN,
) -> Layers:
    """Return stem, block1, transition1, block2, ..., norm, relu, average, flatten, output."""
    before = 2 * growth
    layers = Layers(stem=_stem(channels, before, large=large, style=style))
    for number, count in enumerate(blocks, start=1):
        if number > 1:
            after = before // 2
            layers[f"transition{number - 1}"] = _transition(before, after, style)
            before = after
        block = Layers()
        for place in range(1, count + 1):
            block[f"layer{place}"] = DenseLayer(before, growth, style)
            before += growth
        layers[f"block{number}"] = nn.Sequential(block)
    return layers | _activated("", before, style) | pooled_head(before, outputs)


def _activated(label: str, channels: int, style: Style) -> Layers:
    return style.norm(channels, label) | style.non_linearity(label)


def _stem(before: int, after: int, *, large: bool, style: Style) -> nn.Sequential:
    if not large:  # the first layer of block1 begins with a normalisation of its own
        return nn.Sequential(Layers(conv=nn.Conv2d(before, after, 3, padding=1, bias=False)))
    layers = Layers(conv=nn.Conv2d(before, after, 7, stride=2, padding=3, bias=False))
    layers |= _activated("", after, style)
    return nn.Sequential(layers | Layers(pool=nn.MaxPool2d(3, stride=2, padding=1)))


def _transition(before: int, after: int, style: Style) -> nn.Sequential:
    layers = _activated("", before, style)
    layers["conv"] = nn.Conv2d(before, after, 1, bias=not style.normalised)
    return nn.Sequential(layers | Layers(pool=nn.AvgPool2d(2)))


class DenseNet(Architecture, name="densenet", title="DenseNet-121"):
    """Every layer sees the maps of all before it: Huang, Liu, van der Maaten, Weinberger, 2017.

    Each layer adds `growth` maps behind those it got; transitions between the blocks halve the
    channels and the maps. Blocks of 6, 12, 24 and 16 layers with growth 32 make DenseNet-121:
    7 978 856 parameters for 1000 classes. The small size is the paper's network for CIFAR-10 with
    fewer layers.
    """

    tags = ("images", "needs-conv")
    order = 45
    size: Size = "small"
    blocks: Annotated[tuple[Count, ...], control(min_length=1, max_length=5, widget="layers")] = (
        2,
        3,
        4,
    )
    """Layers in each block of the small size; the maps are halved between blocks."""
    growth: Annotated[int, control(ge=2, le=24)] = 8
    """Maps that each layer of the small size adds."""
    activation: Annotated[
        ActivationName, control(description="The non-linearity before each convolution.")
    ] = "relu"
    batch_norm: BatchNorm = True

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain normalise, stem, block1, transition1, ..., average, ..., output."""
        chain, side = front(data, self.size, least=LEAST_SIDE)
        is_large = self.size == "published"
        if not is_large:
            check_stages(len(self.blocks), side, field="model.params.blocks")
        chain |= network(
            data.shape[0],
            outputs,
            PUBLISHED_BLOCKS if is_large else self.blocks,
            growth=PUBLISHED_GROWTH if is_large else self.growth,
            large=is_large,
            style=Style(self.activation, self.batch_norm),
        )
        module = nn.Sequential(chain)
        initialise_deep(module, suited_to(self.activation))
        return module
