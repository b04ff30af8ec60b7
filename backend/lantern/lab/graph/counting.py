"""How much work and how many numbers a node needs."""

import math
from collections.abc import Sequence

from torch import Tensor, nn

from lantern.lab.graph.tracing import Node


def macs_of(node: Node) -> int:
    """Return the multiply-accumulate operations of one sample; only weights count."""
    layer, output = node.module, node.output
    if isinstance(layer, nn.ConvTranspose2d):
        return node.given[0][0].numel() * layer.weight[0].numel()
    if isinstance(layer, nn.modules.conv._ConvNd):
        return output[0].numel() * layer.weight[0].numel()
    if isinstance(layer, nn.Linear):
        return output[0].numel() * layer.in_features
    weight = node.arguments.get("weight", None)
    if node.operation in {"conv2d", "linear"} and isinstance(weight, Tensor):
        return output[0].numel() * math.prod(weight.shape[1:])
    return 0


def parameters_of(nodes: Sequence[Node]) -> list[int]:
    """Return how many parameters each node brings; those used before count only the first time."""
    seen: set[int] = set()
    counts: list[int] = []
    for node in nodes:
        new = {id(weight): weight.numel() for weight in node.weights if id(weight) not in seen}
        seen.update(new)
        counts.append(sum(new.values()))
    return counts
