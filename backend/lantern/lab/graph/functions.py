"""Torch functions that stand in a layer graph beside the modules, by the names a reader knows."""

from collections.abc import Mapping, Sequence

ALIASES = {
    "iadd": "add",
    "radd": "add",
    "isub": "sub",
    "rsub": "sub",
    "imul": "mul",
    "rmul": "mul",
    "multiply": "mul",
    "concat": "cat",
    "concatenate": "cat",
    "swish": "silu",
}
"""What operators and in-place variants are called."""

KINDS: dict[str, str] = {
    **dict.fromkeys(
        ("relu", "relu6", "leaky_relu", "elu", "gelu", "silu", "mish", "tanh"), "activation"
    ),
    **dict.fromkeys(("sigmoid", "hardtanh", "hardswish", "hardsigmoid", "prelu"), "activation"),
    **dict.fromkeys(("softmax", "log_softmax", "softplus"), "activation"),
    **dict.fromkeys(("max_pool2d", "avg_pool2d"), "pool"),
    **dict.fromkeys(("adaptive_avg_pool2d", "adaptive_max_pool2d", "mean", "amax"), "pool"),
    **dict.fromkeys(("batch_norm", "layer_norm", "group_norm"), "norm"),
    **dict.fromkeys(("cat", "stack"), "concat"),
    **dict.fromkeys(("add", "sub"), "add"),
    "mul": "multiply",
    "conv2d": "conv",
    "linear": "linear",
    "interpolate": "other",
    "pad": "other",
}
"""Kind of the node that a function makes; other functions make one only where branches meet."""

JOINS = frozenset({"add", "sub", "mul"})
"""They make a node only where they take more than one layer, or a weight."""

_SIGNATURES: dict[str, tuple[str, ...]] = {
    "linear": ("input", "weight", "bias"),
    "conv2d": ("input", "weight", "bias", "stride", "padding", "dilation", "groups"),
    "max_pool2d": ("input", "kernel_size", "stride", "padding", "dilation"),
    "avg_pool2d": ("input", "kernel_size", "stride", "padding"),
}


def name_of(function: object) -> str:
    """Return `add` for `Tensor.__iadd__`, `max_pool2d` for torch's function of that name."""
    plain = str(getattr(function, "__name__", function)).strip("_")
    return ALIASES.get(plain, plain)


def arguments_of(
    name: str, args: Sequence[object], kwargs: Mapping[str, object]
) -> dict[str, object]:
    """Return the arguments of a function by their names, as far as the names are known."""
    return {**dict(zip(_SIGNATURES.get(name, ()), args, strict=False)), **kwargs}
