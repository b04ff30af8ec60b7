"""Blocks with a shortcut round them, and networks made of such blocks."""

from dataclasses import dataclass, replace

from torch import Tensor, nn

from lantern.lab.building.add import Add
from lantern.lab.building.convolution import PLAIN, Layers, Style, convolution
from lantern.lab.building.excitation import SqueezeExcite
from lantern.lab.building.sizes import Size, scaled


class Residual(nn.Module):
    """A branch of layers whose output is added to the input (He et al., 2016).

    Where the branch changes the shape, the shortcut has a 1x1 convolution of its own. What comes
    `after` is applied to the sum.
    """

    def __init__(
        self, branch: Layers, *, shortcut: nn.Module | None = None, after: Layers | None = None
    ) -> None:
        super().__init__()
        for name, part in branch.items():
            self.add_module(name, part)
        if shortcut is not None:
            self.add_module("shortcut", shortcut)
        self.add = Add()
        for name, part in (after or {}).items():
            self.add_module(name, part)
        self._branch, self._after = tuple(branch), tuple(after or ())

    def silence(self) -> None:
        """Have the branch put out zeros at first, so that the block begins as its shortcut.

        The scale of the last normalisation starts at 0 (Goyal et al., 2017, section 5.1; He, Zhang,
        Zhang, Zhang, Xie and Li, 2019, section 3.1), or where there is none the weights of the last
        convolution (Zhang, Dauphin and Ma, 2019, section 3): else a sum of many branches grows with
        the depth. All but these numbers get their first gradients a step later.
        """
        last = None
        for name in self._branch:
            part = self.get_submodule(name)
            if isinstance(part, nn.Conv2d | nn.BatchNorm2d):
                last = part
        if last is not None and last.weight is not None:
            nn.init.zeros_(last.weight)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return (b, c, h, w) of a branch and a shortcut that agree in shape."""
        value = inputs
        for name in self._branch:
            value = self.get_submodule(name)(value)
        shortcut = self._modules.get("shortcut")
        value = self.add(value, inputs if shortcut is None else shortcut(inputs))
        for name in self._after:
            value = self.get_submodule(name)(value)
        return value


@dataclass(frozen=True)
class Plan:
    """A network of residual blocks."""

    blocks: tuple[int, ...]
    """In each stage; the first block of every stage but the first halves the maps."""
    widths: tuple[int, ...]
    """Channels inside the blocks of each stage."""
    bottleneck: bool = False
    """1x1, 3x3 and 1x1 convolutions, the last with four times the channels; else 3x3 and 3x3."""
    inner: int = 1
    """How many times the width the 3x3 convolution of a bottleneck has."""
    groups: int = 1
    """Parts in which that convolution sees its channels."""
    reduction: int = 0
    """By which squeeze and excitation narrows its channels; 0 leaves it out."""
    large_stem: bool = False
    """7x7 with stride 2 and a pooling, for images of 224x224; else 3x3."""
    style: Style = PLAIN
    skips: bool = True


SMALL_BLOCKS, SMALL_WIDTHS = (2, 2, 2), (8, 16, 32)
"""Of a network that trains live: three stages, on maps of 32, 16 and 8 pixels."""


def sized(plan: Plan, size: Size, *, width: float, multiple: int = 1) -> Plan:
    """Return a published plan, or a small one of such blocks; its widths are multiples."""
    is_small = size == "small"
    widths = SMALL_WIDTHS if is_small else plan.widths
    return replace(
        plan,
        blocks=SMALL_BLOCKS if is_small else plan.blocks,
        widths=tuple(scaled(channels, width, multiple=multiple) for channels in widths),
        large_stem=not is_small,
    )


def residual_network(channels: int, outputs: int, plan: Plan) -> Layers:
    """Return stem, block1, block2, ..., average, flatten, output for images of some channels."""
    layers, before = Layers(stem=_stem(channels, plan)), plan.widths[0]
    number = 0
    for stage, (count, width) in enumerate(zip(plan.blocks, plan.widths, strict=True)):
        for place in range(count):
            number += 1
            stride = 2 if stage > 0 and place == 0 else 1
            after = width * (4 if plan.bottleneck else 1)
            layers[f"block{number}"] = _block(before, after, stride=stride, plan=plan)
            before = after
    layers["average"], layers["flatten"] = nn.AdaptiveAvgPool2d(1), nn.Flatten()
    layers["output"] = nn.Linear(before, outputs)
    return layers


def _stem(channels: int, plan: Plan) -> nn.Sequential:
    width, kernel, stride = plan.widths[0], *((7, 2) if plan.large_stem else (3, 1))
    layers = convolution("", channels, width, kernel=kernel, stride=stride, style=plan.style)
    if plan.large_stem:
        layers["pool"] = nn.MaxPool2d(3, stride=2, padding=1)
    return nn.Sequential(layers)


def _block(before: int, after: int, *, stride: int, plan: Plan) -> nn.Module:
    style = plan.style
    if plan.bottleneck:
        branch = _bottleneck(before, after, stride=stride, plan=plan)
    else:
        branch = convolution("1", before, after, stride=stride, style=style)
        branch |= convolution("2", after, after, style=style, activated=False)
    if plan.reduction:
        branch["excite"] = SqueezeExcite(after, max(1, after // plan.reduction))
    last = style.non_linearity("3" if plan.bottleneck else "2")
    if not plan.skips:
        return nn.Sequential(branch | last)
    shortcut = None
    if stride > 1 or before != after:
        shortcut = nn.Sequential(
            convolution("", before, after, kernel=1, stride=stride, style=style, activated=False)
        )
    return Residual(branch, shortcut=shortcut, after=last)


def _bottleneck(before: int, after: int, *, stride: int, plan: Plan) -> Layers:
    inner, style = after // 4 * plan.inner, plan.style
    branch = convolution("1", before, inner, kernel=1, style=style)
    branch |= convolution("2", inner, inner, stride=stride, groups=plan.groups, style=style)
    return branch | convolution("3", inner, after, kernel=1, style=style, activated=False)
