"""From a chain of modules back to the layers of the builder, with the same names."""

from collections.abc import Iterator

from pydantic import ValidationError
from torch import nn

from lantern.lab.building.activations import MODULES
from lantern.lab.building.dropout import Dropout
from lantern.lab.building.features import Features
from lantern.lab.building.gate import Gate
from lantern.lab.building.layers.base import LayerBase
from lantern.lab.building.layers.convolutions import Conv
from lantern.lab.building.layers.norms import Norm
from lantern.lab.building.layers.pooling import GlobalAverage, Pool
from lantern.lab.building.layers.rows import Activation, DropoutLayer, Flatten, Linear
from lantern.lab.building.normalise import Normalise
from lantern.lab.building.resize import Resize
from lantern.protocol.problems import ProblemError

_FUNCTIONS = {type(MODULES[name]()): name for name in MODULES}
_BY_ITSELF = (Features, Resize, Normalise, Gate)
"""Modules that the chain gets by itself, or can do without."""


def layers_of(module: nn.Module) -> list[LayerBase]:
    """Return the layers that stand between what comes in and the output layer.

    A ProblemError says of which module the builder knows nothing.
    """
    if type(module) is not nn.Sequential:
        raise ProblemError(
            "This model has branches, so it cannot be edited as a list of layers.",
            field="model.name",
            hint="Begin with a chain, such as 'small_cnn', and add residual blocks to it.",
        )
    children = list(module.named_children())
    return [*_read(children[:-1])]


def _read(children: list[tuple[str, nn.Module]]) -> Iterator[LayerBase]:
    for name, child in children:
        if isinstance(child, _BY_ITSELF):
            continue
        if next(child.children(), None) is not None:
            raise ProblemError(
                f"{name}: this model is made of blocks, so it cannot be edited as a list "
                "of layers.",
                field="model.name",
                hint="Begin with a plain chain, such as 'small_cnn' or 'lenet5'.",
            )
        layer = _known(child)
        if layer is None:
            raise ProblemError(
                f"{name}: the builder has no such layer ({type(child).__name__} as it is "
                f"set here), so this model cannot be edited as a list of layers.",
                field="model.name",
            )
        yield layer.model_copy(update={"name": name})


def _known(child: nn.Module) -> LayerBase | None:
    """Return the layer, or None for one with settings beyond those of the builder."""
    try:
        return _layer(child)
    except ValidationError:
        return None


def _layer(child: nn.Module) -> LayerBase | None:
    match child:
        case nn.Conv2d():
            return _conv(child)
        case nn.MaxPool2d() | nn.AvgPool2d():
            return _pool(child)
        case nn.AdaptiveAvgPool2d() if child.output_size in (1, (1, 1)):
            return GlobalAverage()
        case nn.BatchNorm1d() | nn.BatchNorm2d():
            return Norm(over="batch")
        case nn.LayerNorm():
            return Norm(over="layer")
        case nn.Flatten():
            return Flatten()
        case nn.Linear() if child.bias is not None:
            return Linear(units=child.out_features)
        case Dropout():
            return DropoutLayer(rate=child.rate)
    function = _FUNCTIONS.get(type(child))
    return None if function is None else Activation.model_validate({"function": function})


def _conv(child: nn.Conv2d) -> Conv | None:
    """Return the layer of which `module` is a convolution of the same shape, if there is one."""
    layer = Conv.model_construct(
        channels=child.out_channels,
        kernel=child.kernel_size[0],
        stride=child.stride[0],
        padding="valid" if child.padding == (0, 0) else "same",
        dilation=child.dilation[0],
        groups=child.groups,
    )
    again = layer.conv(child.in_channels, child.out_channels, groups=child.groups)
    border = _pads(again)
    is_square = all(len(set(pair)) == 1 for pair in (child.kernel_size, child.stride))
    if not is_square or child.bias is None or _pads(child) != border:
        return None
    return Conv.model_validate(layer.model_dump())


def _pads(conv: nn.Conv2d) -> tuple[int, int] | str:
    """Return the border in pixels; `same` where it is one that differs from side to side."""
    if not isinstance(conv.padding, str):
        return (int(conv.padding[0]), int(conv.padding[1]))
    reach = conv.dilation[0] * (conv.kernel_size[0] - 1)
    return "same" if reach % 2 else (reach // 2, reach // 2)


def _pool(child: nn.MaxPool2d | nn.AvgPool2d) -> Pool | None:
    kernel, stride = child.kernel_size, child.stride
    dilated = isinstance(child, nn.MaxPool2d) and child.dilation != 1
    if child.padding != 0 or child.ceil_mode or dilated:
        return None
    if not isinstance(kernel, int) or not isinstance(stride, int):
        return None
    method = "max" if isinstance(child, nn.MaxPool2d) else "average"
    return Pool(method=method, kernel=kernel, stride=stride)
