"""Initial weights by name."""

from collections.abc import Callable
from typing import Literal

from torch import Tensor, nn

from lantern.lab.building.activations import AnyActivation
from lantern.lab.building.residual import Residual

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

CHAIN_DEVIATION = 0.01


def initialise(module: nn.Module, name: InitialisationName) -> None:
    """Set weights of linear and convolution layers anew; biases start at 0 (0.1 for `uniform`)."""
    for layer in module.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            FUNCTIONS[name](layer.weight)
            if layer.bias is not None:
                nn.init.constant_(layer.bias, 0.1 if name == "uniform" else 0.0)


def initialise_deep(module: nn.Module, name: InitialisationName) -> None:
    """Set weights anew so that a deep classifier begins with a guess, however deep it is.

    The branches of residual blocks begin at zero. The layers named `output` begin with small
    weights: behind residual blocks with deviation 1 / sqrt(3 inputs), which is PyTorch's own
    beginning and 0.013 for ResNet-50, where Goyal et al., 2017, section 5.1, take 0.01; behind a
    chain, whose maps may grow with the depth, with 0.01 (Krizhevsky et al., 2012, section 5;
    Simonyan and Zisserman, 2015, section 3.1). The first loss is then about the logarithm of the
    number of classes.
    """
    initialise(module, name)
    is_chain = silence_branches(module) == 0
    for path, layer in module.named_modules():
        if isinstance(layer, nn.Linear) and path.rpartition(".")[2] == "output":
            deviation = CHAIN_DEVIATION if is_chain else (3 * layer.in_features) ** -0.5
            nn.init.normal_(layer.weight, std=deviation)


def silence_branches(module: nn.Module) -> int:
    """Have every residual block inside the module begin as its shortcut; return how many."""
    blocks = [layer for layer in module.modules() if isinstance(layer, Residual)]
    for block in blocks:
        block.silence()
    return len(blocks)


def suited_to(activation: AnyActivation) -> InitialisationName:
    """Return the weights' usual beginning for a non-linearity: He's for those akin to ReLU."""
    is_even = activation in {"tanh", "sigmoid", "linear", "sine", "bent_identity"}
    return "xavier_normal" if is_even else "he_normal"
