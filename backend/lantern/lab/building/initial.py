"""Initial weights by name."""

from collections.abc import Callable
from typing import Literal

from torch import Tensor, nn

from lantern.lab.building.activations import ActivationName

InitialisationName = Literal[
    "xavier_uniform", "xavier_normal", "he_uniform", "he_normal", "uniform", "zeros"
]

FUNCTIONS: dict[str, Callable[[Tensor], object]] = {
    "xavier_uniform": nn.init.xavier_uniform_,
    "xavier_normal": nn.init.xavier_normal_,
    "he_uniform": lambda weight: nn.init.kaiming_uniform_(weight, nonlinearity="relu"),
    "he_normal": lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu"),
    "uniform": lambda weight: nn.init.uniform_(weight, -0.5, 0.5),
    "zeros": nn.init.zeros_,
}
"""Xavier: Glorot and Bengio, 2010. He: He et al., 2015. Uniform: as in TensorFlow Playground."""


def initialise(module: nn.Module, name: InitialisationName) -> None:
    """Set weights of linear and convolution layers anew; biases start at 0 (0.1 for `uniform`)."""
    for layer in module.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            FUNCTIONS[name](layer.weight)
            if layer.bias is not None:
                nn.init.constant_(layer.bias, 0.1 if name == "uniform" else 0.0)


def suited_to(activation: ActivationName) -> InitialisationName:
    """Return the weights' usual beginning for a non-linearity: He's for those akin to ReLU."""
    is_even = activation in {"tanh", "sigmoid", "linear", "sine", "bent_identity"}
    return "xavier_normal" if is_even else "he_normal"
