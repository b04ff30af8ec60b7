"""Non-linearities by name; each call makes a module of its own, never in-place."""

from collections.abc import Callable
from typing import Literal

from torch import nn

ActivationName = Literal["tanh", "relu", "sigmoid", "linear", "leaky_relu", "elu", "gelu", "silu"]

MODULES: dict[str, Callable[[], nn.Module]] = {
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "linear": nn.Identity,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
}

NON_LINEARITIES = tuple(kind for kind in MODULES.values() if kind is not nn.Identity)
"""Classes of modules that are non-linear."""


def activation(name: ActivationName) -> nn.Module:
    """Return a new module of that name."""
    return MODULES[name]()
