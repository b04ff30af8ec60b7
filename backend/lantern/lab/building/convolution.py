"""A convolution with what goes behind it: normalisation and a non-linearity."""

from collections import OrderedDict
from dataclasses import dataclass

from torch import nn

from lantern.lab.building.activations import AnyActivation, activation

Layers = OrderedDict[str, nn.Module]
"""Modules by name, in the order in which they are called."""


@dataclass(frozen=True)
class Style:
    """What all convolutions of a network have in common."""

    activation: AnyActivation = "relu"
    normalised: bool = True
    """Batch normalisation behind each convolution (Ioffe and Szegedy, 2015), which makes a bias
    of its own needless; without it the convolution has one."""
    epsilon: float = 1e-5
    """What is added to the variance that batch normalisation divides by."""

    def non_linearity(self, label: str = "") -> Layers:
        """Return a new non-linearity, named after itself: `relu1`."""
        made = nn.ReLU6() if self.activation == "relu6" else activation(self.activation)
        return Layers({f"{self.activation}{label}": made})

    def norm(self, channels: int, label: str = "") -> Layers:
        """Return a new batch normalisation `norm1`, or nothing where there is none."""
        if not self.normalised:
            return Layers()
        return Layers({f"norm{label}": nn.BatchNorm2d(channels, eps=self.epsilon)})


PLAIN = Style()


def convolution(
    label: str,
    before: int,
    after: int,
    *,
    kernel: int = 3,
    stride: int = 1,
    groups: int = 1,
    style: Style = PLAIN,
    activated: bool = True,
) -> Layers:
    """Return `conv1`, `norm1` and `relu1` for the label 1, from `before` to `after` channels.

    The border of zeros keeps the size of the maps, but for the stride.
    """
    layers = Layers()
    layers[f"conv{label}"] = nn.Conv2d(
        before,
        after,
        kernel,
        stride=stride,
        padding=kernel // 2,
        groups=groups,
        bias=not style.normalised,
    )
    layers |= style.norm(after, label)
    return layers | style.non_linearity(label) if activated else layers
