"""What a few modules put out in one pass: hooks on those alone, gone afterwards."""

from collections.abc import Iterable
from itertools import count

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

Use = tuple[str, int]
"""A module's path, and which of its uses, from 0."""


def caught(
    module: nn.Module, inputs: Tensor, wanted: Iterable[Use]
) -> tuple[dict[Use, Tensor], Tensor]:
    """Return what those uses of modules put out without gradients, and the whole module's output.

    Layers that overwrite their input change nothing of what is returned.
    """
    found: dict[Use, Tensor] = {}
    uses = set(wanted)
    overwrites = any(getattr(part, "inplace", False) for part in module.modules())
    handles: list[RemovableHandle] = []

    def hook_for(path: str) -> RemovableHandle:
        calls = count()

        def note(_: nn.Module, __: tuple[object, ...], output: object) -> None:
            use = (path, next(calls))
            if use in uses and isinstance(output, Tensor):
                found[use] = output.clone() if overwrites else output

        return module.get_submodule(path).register_forward_hook(note)

    try:
        handles.extend(hook_for(path) for path in {path for path, _ in uses})
        with torch.no_grad():
            outputs = module(inputs)
    finally:
        for handle in handles:
            handle.remove()
    return found, outputs
