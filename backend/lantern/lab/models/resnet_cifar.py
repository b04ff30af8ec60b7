"""The residual network for small images."""

from typing import Annotated

from torch import nn

from lantern.lab.building.activations import ActivationName
from lantern.lab.building.convolution import Layers, Style
from lantern.lab.building.initial import initialise_deep, suited_to
from lantern.lab.building.residual import Plan, residual_network
from lantern.lab.building.sizes import BatchNorm, Skips, Width, check_stages, front, scaled
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture
from lantern.protocol.model import control

LEAST_SIDE = 8


class ResNetCifar(Architecture, name="resnet_cifar", title="Small ResNet"):
    """Blocks of two 3x3 convolutions, each with a shortcut: He, Zhang, Ren and Sun, 2016, sec. 4.2.

    The network that the paper trains on CIFAR-10: three stages of 16, 32 and 64 channels on maps
    of 32, 16 and 8 pixels. Two blocks per stage make ResNet-14 (175 258 parameters, 27 million
    multiplications), 3 make ResNet-20, 5 make ResNet-32. Where the shape changes, the shortcut is
    a 1x1 convolution (the paper's option B, and what is common now). Images under 8 or over 64
    pixels are scaled.
    """

    tags = ("images", "needs-conv")
    order = 40
    blocks: Annotated[int, control(ge=1, le=5)] = 2
    """Blocks per stage; depth is 2 x stages x blocks + 2."""
    stages: Annotated[int, control(ge=1, le=4)] = 3
    """Stages; each after the first halves the maps and doubles the channels."""
    width: Width = 1.0
    activation: ActivationName = "relu"
    """The non-linearity within and behind each block."""
    batch_norm: BatchNorm = True
    skips: Skips = True

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain normalise, stem, block1, block2, ..., average, flatten, output."""
        chain, side = front(data, "small", least=LEAST_SIDE)
        check_stages(self.stages, side, field="model.params.stages")
        chain |= self._network(data.shape[0], outputs)
        module = nn.Sequential(chain)
        initialise_deep(module, suited_to(self.activation))
        return module

    def _network(self, channels: int, outputs: int) -> Layers:
        plan = Plan(
            blocks=(self.blocks,) * self.stages,
            widths=tuple(scaled(16 * 2**stage, self.width) for stage in range(self.stages)),
            style=Style(self.activation, self.batch_norm),
            skips=self.skips,
        )
        return residual_network(channels, outputs, plan)
