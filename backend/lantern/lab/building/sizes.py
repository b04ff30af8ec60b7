"""The two sizes of a model, what its images are brought to, and how wide it is."""

from typing import Annotated, Literal

from torch import nn

from lantern.lab.building.activations import ActivationName
from lantern.lab.building.convolution import Layers
from lantern.lab.building.normalise import Normalise
from lantern.lab.building.resize import Resize
from lantern.lab.data import Data
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

PUBLISHED_SIDE = 224
"""Pixels along a side of the images that published sizes are made for."""
LEAST_SIDE, MOST_SIDE = 32, 64
"""Of the images that small sizes are made for."""

Size = Annotated[
    Literal["small", "published"],
    control(
        description="small: for images of 32 to 64 pixels, to train live; others are scaled to "
        "that. published: the paper's network, for images scaled to 224 pixels."
    ),
]
Width = Annotated[
    float,
    control(ge=0.25, le=4, step=0.25, scale="log", description="Times all numbers of channels."),
]
Skips = Annotated[
    bool, control(description="Shortcuts round the blocks; without them it is a plain chain.")
]
BatchNorm = Annotated[
    bool, control(description="Normalise each channel over the batch, behind every convolution.")
]


NonLinearity = Annotated[
    ActivationName, control(description="The non-linearity behind each convolution.")
]


def front(data: Data, size: Size, *, least: int = LEAST_SIDE) -> tuple[Layers, int]:
    """Return [resize] and normalise, and the side of the images behind them, in pixels."""
    side = data.shape[1]
    target = PUBLISHED_SIDE if size == "published" else min(max(side, least), MOST_SIDE)
    layers = Layers()
    if target != side:
        layers["resize"] = Resize(side, target)
    layers["normalise"] = Normalise(data.mean, data.deviation)
    return layers, target


def scaled(channels: int, width: float, *, multiple: int = 1) -> int:
    """Return so many channels times the width, a multiple of some number and at least that."""
    return max(multiple, round(channels * width / multiple) * multiple)


def check_stages(stages: int, side: int, *, field: str) -> None:
    """Refuse so many stages, each on maps of half the side, that the last is under 2 x 2 pixels."""
    most = max(1, side.bit_length() - 1)
    if stages > most:
        raise ProblemError(
            f"{field}: {stages} stages, each on maps half as large, do not fit {side}x{side} "
            f"images; {most} is the most.",
            field=field,
            hint="Take a stage away.",
        )


def pooled_head(width: int, outputs: int) -> Layers:
    """Return average, flatten and output: the mean of each map, then a linear layer."""
    return Layers(
        average=nn.AdaptiveAvgPool2d(1), flatten=nn.Flatten(), output=nn.Linear(width, outputs)
    )
