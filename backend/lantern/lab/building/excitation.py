"""Squeeze and excitation: a network weighs its own channels."""

from torch import Tensor, nn

from lantern.lab.building.activations import AnyActivation
from lantern.lab.building.convolution import Style
from lantern.lab.building.joins import Scale


class SqueezeExcite(nn.Module):
    """Multiplies each map by a gate computed from the means of all (Hu, Shen and Sun, 2018).

    Mean over the map, 1x1 convolution to `squeezed` channels, a non-linearity, 1x1 convolution
    back, sigmoid; both convolutions have a bias.
    """

    def __init__(self, channels: int, squeezed: int, activation: AnyActivation = "relu") -> None:
        super().__init__()
        self.average = nn.AdaptiveAvgPool2d(1)
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self._middle = activation
        for name, part in Style(activation).non_linearity().items():
            self.add_module(name, part)
        self.expand = nn.Conv2d(squeezed, channels, 1)
        self.sigmoid = nn.Sigmoid()
        self.scale = Scale()

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps (b, c, h, w), each times its gate."""
        narrow = self.get_submodule(self._middle)(self.squeeze(self.average(maps)))
        return self.scale(maps, self.sigmoid(self.expand(narrow)))
