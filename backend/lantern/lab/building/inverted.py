"""Inverted residual blocks, of which MobileNet v2 and EfficientNet are made, and their networks."""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import nn

from lantern.lab.building.convolution import Layers, Style, convolution
from lantern.lab.building.dropout import Dropout, StochasticDepth
from lantern.lab.building.excitation import SqueezeExcite
from lantern.lab.building.residual import Residual
from lantern.lab.building.sizes import pooled_head, scaled


@dataclass(frozen=True)
class Stage:
    """Blocks on maps of one size: a row in the tables of both papers."""

    expansion: int
    """How many times the channels within a block are those that come in."""
    channels: int
    """That each block puts out."""
    blocks: int
    stride: int
    """Of the first block; the others have 1."""
    kernel: int = 3


@dataclass(frozen=True)
class Plan:
    """A network of inverted residuals."""

    stages: tuple[Stage, ...]
    stem: int
    """Channels of the 3x3 convolution at the beginning."""
    stem_stride: int
    last: int
    """Channels of the 1x1 convolution behind the blocks."""
    style: Style
    excited: bool = False
    """Squeeze and excitation in each block."""
    width: float = 1.0
    """Times all numbers of channels."""
    skips: bool = True
    dropout: float = 0.2
    """Rate before the output layer."""
    survival: float | None = None
    """Of the last block under stochastic depth; None for none."""


def inverted_network(channels: int, outputs: int, plan: Plan) -> Layers:
    """Return stem, block1, block2, ..., last, average, flatten, dropout, output for images."""
    before, style = scaled(plan.stem, plan.width), plan.style
    stem = convolution("", channels, before, stride=plan.stem_stride, style=style)
    layers = Layers(stem=nn.Sequential(stem))
    blocks = list(_blocks(plan))
    for place, stage in enumerate(blocks):
        after = scaled(stage.channels, plan.width)
        share = (place + 1) / len(blocks)
        layers[f"block{place + 1}"] = _block(before, after, stage, plan=plan, share=share)
        before = after
    after = scaled(plan.last, plan.width)
    layers["last"] = nn.Sequential(convolution("", before, after, kernel=1, style=style))
    head = pooled_head(after, outputs)
    output = head.pop("output")
    return layers | head | Layers(dropout=Dropout(plan.dropout), output=output)


def _blocks(plan: Plan) -> Iterator[Stage]:
    """Yield each block as a stage of its own."""
    for stage in plan.stages:
        for place in range(stage.blocks):
            stride = stage.stride if place == 0 else 1
            yield Stage(stage.expansion, stage.channels, 1, stride, stage.kernel)


def _block(before: int, after: int, stage: Stage, *, plan: Plan, share: float) -> nn.Module:
    """Return a block that widens, filters each channel by itself, and narrows (Sandler, 2018).

    `conv1` widens (left out at 1), `conv2` is depthwise, `conv3` has no non-linearity behind it.
    Where neither shape nor channels change, there is a shortcut, and stochastic depth, by how far
    on (`share`, 0-1) the block comes. Squeeze and excitation stands before `conv3` and goes down
    to a quarter of the channels at the block's ends (Tan and Le, 2019).
    """
    inner, style = before * stage.expansion, plan.style
    branch = Layers()
    if stage.expansion > 1:
        branch |= convolution("1", before, inner, kernel=1, style=style)
    branch |= convolution(
        "2", inner, inner, kernel=stage.kernel, stride=stage.stride, groups=inner, style=style
    )
    if plan.excited:
        branch["excite"] = SqueezeExcite(inner, max(1, before // 4), style.activation)
    branch |= convolution("3", inner, after, kernel=1, style=style, activated=False)
    if not plan.skips or stage.stride > 1 or before != after:
        return nn.Sequential(branch)
    if plan.survival is not None:
        branch["depth"] = StochasticDepth(share, plan.survival)
    return Residual(branch)
