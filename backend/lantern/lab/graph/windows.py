"""The window that a convolution or pooling moves over its input, whoever wrote it down."""

from dataclasses import dataclass

from torch import Tensor, nn

from lantern.lab.graph.tracing import Node

Pair = tuple[int, int]


@dataclass(frozen=True)
class Window:
    """Everything in (height, width), in cells of the layer's input."""

    kernel: Pair
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    """Above and to the left; with `same` and an even kernel one cell more lies below and right."""
    dilation: Pair = (1, 1)
    groups: int = 1

    @property
    def reach(self) -> Pair:
        """Cells from the first that the kernel covers to the last."""
        (height, width), (down, across) = self.kernel, self.dilation
        return down * (height - 1), across * (width - 1)


def window_of(node: Node) -> Window | None:
    """Return the window of a convolution or pooling in two dimensions; None for other nodes."""
    layer = node.module
    if isinstance(layer, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
        found = vars(layer)
    elif layer is None and node.operation in {"conv2d", "max_pool2d", "avg_pool2d"}:
        found = dict(node.arguments)
    else:
        return None
    weight = found.get("weight")
    kernel = pair(tuple(weight.shape[2:]) if isinstance(weight, Tensor) else found["kernel_size"])
    is_pool = node.operation.lower().replace("_", "").endswith("pool2d")
    dilation = pair(found.get("dilation", 1))
    padding = found.get("padding", 0)
    if padding == "same":
        before = tuple(d * (k - 1) // 2 for d, k in zip(dilation, kernel, strict=True))
    else:
        before = 0 if padding == "valid" else padding
    stride = found.get("stride") or (kernel if is_pool else 1)
    groups = found.get("groups", 1)
    return Window(
        kernel, pair(stride), pair(before), dilation, groups if isinstance(groups, int) else 1
    )


def pair(size: object) -> Pair:
    """Return (3, 3) for 3 and for (3, 3)."""
    if isinstance(size, tuple | list):
        first, last = size[0], size[-1]
        return (int(first), int(last))
    assert isinstance(size, int), size
    return (size, size)
