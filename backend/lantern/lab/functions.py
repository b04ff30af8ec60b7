"""Non-linear functions that a network calls without a module, as autograd tells of them.

Hooks see modules alone, so what is explained with hooks would be silently wrong about these.
"""

from collections import Counter
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

NODES: dict[type[nn.Module], str] = {
    nn.ReLU: "ReluBackward",
    nn.ReLU6: "HardtanhBackward",
    nn.Hardtanh: "HardtanhBackward",
    nn.LeakyReLU: "LeakyReluBackward",
    nn.ELU: "EluBackward",
    nn.Tanh: "TanhBackward",
    nn.Sigmoid: "SigmoidBackward",
    nn.Softplus: "SoftplusBackward",
    nn.SiLU: "SiluBackward",
    nn.GELU: "GeluBackward",
    nn.Mish: "MishBackward",
    nn.Hardswish: "HardswishBackward",
    nn.Hardsigmoid: "HardsigmoidBackward",
    nn.Softmax: "SoftmaxBackward",
    nn.LogSoftmax: "LogSoftmaxBackward",
    nn.MaxPool1d: "MaxPool2DWithIndicesBackward",
    nn.MaxPool2d: "MaxPool2DWithIndicesBackward",
}
"""What autograd calls the non-linear function of each module."""

RECTIFYING = frozenset(
    {"ClampBackward", "ClampMinBackward", "MaximumBackward", "ThresholdBackward", "AbsBackward"}
)
"""Functions that do what a ReLU does, or much the same."""

BENDING = RECTIFYING | {
    "ClampMaxBackward",
    "MinimumBackward",
    "ExpBackward",
    "LogBackward",
    "LogSoftmaxBackward",
    "PowBackward",
    "SqrtBackward",
}
"""Non-linear functions of one number for which no module is commonly used."""

ACTIVATIONS = RECTIFYING | set(NODES.values()) - {"MaxPool2DWithIndicesBackward", "SoftmaxBackward"}
"""What may follow a convolution to make its maps."""


def called(module: nn.Module, inputs: Tensor) -> Counter[str]:
    """Return how often each function was used in one forward pass, as autograd saw it."""
    with torch.enable_grad():
        outputs = module(inputs.detach().clone().requires_grad_())
    return Counter(_name(node) for node in _nodes(outputs))


def called_on(module: nn.Module, inputs: Tensor, part: nn.Module) -> set[str]:
    """Return which functions are given the very output of one part of a module."""
    made: list[Node | None] = []

    def note(_: nn.Module, __: object, output: object) -> None:
        if isinstance(output, Tensor):
            made.append(output.grad_fn)

    handle = part.register_forward_hook(note)
    try:
        with torch.enable_grad():
            outputs = module(inputs.detach().clone().requires_grad_())
    finally:
        handle.remove()
    wanted = {node for node in made if node is not None}
    return {
        _name(node)
        for node in _nodes(outputs)
        if any(before in wanted for before, _ in node.next_functions)
    }


def plain(name: str) -> str:
    """Return autograd's name of a function as a reader knows it: `Relu`, `ClampMin`."""
    return name.removesuffix("Backward")


def _nodes(outputs: Tensor) -> Iterator[Node]:
    """Yield every function that the outputs were made by, once."""
    waiting, known = [outputs.grad_fn], set[Node]()
    while waiting:
        node = waiting.pop()
        if node is None or node in known:
            continue
        known.add(node)
        yield node
        waiting += [before for before, _ in node.next_functions]


def _name(node: Node) -> str:
    return node.name().rstrip("0123456789")
