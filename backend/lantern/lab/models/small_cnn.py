"""A small convolutional network of today's kind."""

from collections import OrderedDict
from typing import Annotated, Literal

from pydantic import Field
from torch import nn

from lantern.lab.building.dropout import Dropout, set_dropout
from lantern.lab.building.initial import initialise
from lantern.lab.building.normalise import Normalise
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

Channels = Annotated[int, Field(ge=1, le=128)]
WIDE_ENOUGH = 8
"""Maps narrower than this, in pixels, get 3x3 kernels whatever was asked for."""


class SmallCnn(Architecture, name="small_cnn", title="Small CNN"):
    """Convolutions with ReLU and 2x2 max pooling, then one hidden layer.

    Every convolution keeps the size of its maps, every pooling but the last convolution's halves
    it; maps narrower than 8 pixels get 3x3 kernels. After VGG (Simonyan and Zisserman, 2015) in
    small, with batch normalisation (Ioffe and Szegedy, 2015) and dropout if wanted.
    """

    tags = ("images", "needs-conv")
    order = 20
    channels: Annotated[
        tuple[Channels, ...], control(min_length=1, max_length=6, widget="layers")
    ] = (8, 16, 24)
    """Channels of each convolution."""
    kernel: Literal[3, 5] = 5
    """Side of the kernels, in pixels."""
    head: Literal["flatten", "average"] = "flatten"
    """How maps become a row: laid out in full, or the mean of each."""
    hidden: Annotated[int, control(ge=0, le=512)] = 64
    """Neurons of the hidden layer; 0 leaves it out."""
    batch_norm: bool = False
    """Normalise each channel over the batch, behind every convolution."""
    dropout: Annotated[float, control(live=True, ge=0, le=0.9, step=0.05)] = 0.0
    """Share of the numbers before the output layer that is set to zero while training."""

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain normalise, conv1, [norm1], relu1, pool1, ..., fc1, dropout, output."""
        side = self._checked_side(data)
        chain = OrderedDict[str, nn.Module](normalise=Normalise(data.mean, data.deviation))
        before = data.shape[0]
        for number, channels in enumerate(self.channels, start=1):
            kernel = self.kernel if side >= WIDE_ENOUGH else 3
            chain[f"conv{number}"] = nn.Conv2d(before, channels, kernel, padding="same")
            if self.batch_norm:
                chain[f"norm{number}"] = nn.BatchNorm2d(channels)
            chain[f"relu{number}"] = nn.ReLU()
            if number < len(self.channels):
                chain[f"pool{number}"] = nn.MaxPool2d(2)
                side //= 2
            before = channels
        self._add_head(chain, width=before, side=side, outputs=outputs)
        module = nn.Sequential(chain)
        initialise(module, "he_normal")
        return module

    def adjust(self, module: nn.Module) -> None:
        """Set the dropout rate."""
        set_dropout(module, self.dropout)

    def _add_head(
        self, chain: OrderedDict[str, nn.Module], *, width: int, side: int, outputs: int
    ) -> None:
        if self.head == "average":
            chain["average"] = nn.AdaptiveAvgPool2d(1)
            side = 1
        chain["flatten"] = nn.Flatten()
        width *= side * side
        if self.hidden:
            chain["fc1"] = nn.Linear(width, self.hidden)
            chain[f"relu{len(self.channels) + 1}"] = nn.ReLU()
            width = self.hidden
        chain["dropout"] = Dropout(self.dropout)
        chain["output"] = nn.Linear(width, outputs)

    def _checked_side(self, data: Data) -> int:
        """Return the images' side; a last map under 2 x 2 pixels is refused."""
        side = min(data.shape[1:])
        most = side.bit_length() - 1
        if len(self.channels) > most:
            raise ProblemError(
                f"model.params.channels: {len(self.channels)} convolutions with pooling between "
                f"do not fit {side}x{side} images; {most} is the most.",
                field="model.params.channels",
                hint="Take a convolution away.",
            )
        return side
