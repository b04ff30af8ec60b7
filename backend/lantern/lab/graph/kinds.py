"""What sort of layer a node is, and its name, in words for people."""

from torch import nn

from lantern.lab.building.activations import NON_LINEARITIES
from lantern.lab.building.features import Features
from lantern.lab.building.normalise import Normalise
from lantern.lab.building.scaling import Scaling
from lantern.lab.graph.functions import KINDS
from lantern.lab.graph.tracing import Node

POOLS = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)
NORMS = (
    *(nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm, nn.InstanceNorm2d),
    *(Normalise, Scaling),
)
CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d)
OTHER_NON_LINEARITIES = (nn.ReLU6, nn.Hardswish, nn.Hardsigmoid, nn.Hardtanh, nn.PReLU, nn.Softmax)
_CLASSES: tuple[tuple[str, tuple[type[nn.Module], ...]], ...] = (
    ("feature", (Features,)),
    ("linear", (nn.Linear,)),
    ("conv", CONVOLUTIONS),
    ("pool", POOLS),
    ("activation", NON_LINEARITIES + OTHER_NON_LINEARITIES),
    ("norm", NORMS),
)
_FUNCTIONS = {
    "max_pool2d": "max pool",
    "avg_pool2d": "average pool",
    "adaptive_avg_pool2d": "global average",
    "mean": "global average",
}


def kind_of(node: Node) -> str:
    """Return what sort of layer it is: a module by its class, a function by its name.

    Where branches meet it is `add`, `concat`, `multiply` or, for anything else, `join`.
    """
    if node.module is None:
        return KINDS.get(node.operation, "join" if len(node.sources) > 1 else "other")
    for kind, types in _CLASSES:
        if isinstance(node.module, types):
            return kind
    return _join_of(node.operation.lower()) if len(node.sources) > 1 else "other"


def _join_of(name: str) -> str:
    """Return how a module brings branches together, by the name of its class."""
    words = {"add": "add", "sum": "add", "cat": "concat", "mul": "multiply", "scale": "multiply"}
    return next((kind for word, kind in words.items() if word in name), "join")


def title_of(node: Node) -> str:
    """Return a short name for people, such as `conv1 5×5` or `max pool 2`."""
    layer = node.module
    if isinstance(layer, nn.Conv2d):
        grouped = " depthwise" if 1 < layer.groups == layer.in_channels else ""
        return f"{node.path} {'×'.join(map(str, layer.kernel_size))}{grouped}"
    if isinstance(layer, nn.MaxPool2d):
        return f"max pool {layer.kernel_size}"
    if isinstance(layer, nn.AvgPool2d):
        return f"average pool {layer.kernel_size}"
    if isinstance(layer, nn.AdaptiveAvgPool2d):
        return "global average"
    if layer is None and node.operation in _FUNCTIONS:
        return _FUNCTIONS[node.operation]
    return node.path
