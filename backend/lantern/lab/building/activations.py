"""Non-linearities by name; each call makes a module of its own, never in-place."""

from typing import Literal

import torch
from torch import Tensor, nn

ActivationName = Literal[
    "tanh",
    "relu",
    "sigmoid",
    "linear",
    "leaky_relu",
    "elu",
    "softplus",
    "silu",
    "mish",
    "gelu",
    "bent_identity",
    "sine",
]

AnyActivation = Literal["relu6", ActivationName]
"""With ReLU that goes no higher than 6, for the MobileNets (Howard et al., 2017)."""


class BentIdentity(nn.Module):
    """The bent identity, (sqrt(z squared + 1) - 1) / 2 + z: a line whose slope goes from ½ to 1½.

    Unlike the others it never saturates, and it is smooth where ReLU has its corner.
    """

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the function of each number; any shape."""
        return ((inputs.square() + 1).sqrt() - 1) / 2 + inputs


class Sine(nn.Module):
    """The sine of each number (Sitzmann et al., 2020, with frequency 1)."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the function of each number; any shape."""
        return torch.sin(inputs)


MODULES: dict[str, type[nn.Module]] = {
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "linear": nn.Identity,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "softplus": nn.Softplus,
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "gelu": nn.GELU,
    "bent_identity": BentIdentity,
    "sine": Sine,
}
"""Slope 0.01 for leaky ReLU; alpha 1 for ELU (Clevert et al., 2016); beta 1 for softplus;
SiLU: Elfwing et al., 2018; mish: Misra, 2020; GELU with the exact normal distribution function
(Hendrycks and Gimpel, 2016)."""

NON_LINEARITIES = (*(kind for kind in MODULES.values() if kind is not nn.Identity), nn.ReLU6)
"""Classes of modules that are non-linear; ReLU6 is there for the MobileNets alone."""


def activation(name: ActivationName) -> nn.Module:
    """Return a new module of that name."""
    return MODULES[name]()
