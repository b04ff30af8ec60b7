"""What a script hands in to be explained or attacked, checked and made ready."""

from collections.abc import Sequence
from operator import index
from typing import SupportsIndex

import numpy as np
import torch
from torch import Tensor, nn

from lantern.lab.look import private_copy
from lantern.lab.scores import Scores
from lantern.protocol.problems import ProblemError


def model_of(module: nn.Module, inputs: Tensor) -> Scores:
    """Return an eval-mode copy that gives one score per class; rows (b, n) come as (b, 1, 1, n)."""
    try:
        copied = private_copy(module)
    except RuntimeError as error:
        raise ProblemError(
            f"module: it cannot be copied: {str(error).splitlines()[0][:160]}.",
            field="module",
            hint="torch.nn.utils.parametrizations has ways of normalising weights that can be.",
        ) from None
    return Scores(copied, of_rows=inputs.dim() == 2)


def inputs_of(inputs: Tensor, *, field: str = "inputs") -> Tensor:
    """Return a copy as (b, c, h, w), apart from every graph; rows (b, n) become (b, 1, 1, n)."""
    if not isinstance(inputs, Tensor):
        raise ProblemError(f"{field}: must be a tensor, not {type(inputs).__name__}.", field=field)
    shape = tuple(inputs.shape)
    if len(shape) not in {2, 4} or 0 in shape:
        raise ProblemError(
            f"{field}: must be pictures (b, c, h, w) or rows (b, n), at least one, not {shape}.",
            field=field,
        )
    if not inputs.is_floating_point():
        raise ProblemError(f"{field}: must be floating point, not {inputs.dtype}.", field=field)
    if not bool(inputs.isfinite().all()):
        raise ProblemError(f"{field}: must hold finite numbers only.", field=field)
    copied = inputs.detach().clone()
    return copied if copied.dim() == 4 else copied[:, None, None, :]


def background_of(background: Tensor | None, inputs: Tensor) -> Tensor | None:
    """Return samples to compare with, of the shape of the inputs (b, c, h, w)."""
    if background is None:
        return None
    found = inputs_of(background, field="background")
    if found.shape[1:] != inputs.shape[1:]:
        raise ProblemError(
            f"background: its samples have the shape {tuple(found.shape[1:])}, the inputs "
            f"{tuple(inputs.shape[1:])}.",
            field="background",
        )
    return found


def targets_of(target: int | Sequence[int] | Tensor, count: int) -> list[int]:
    """Return one class for each of the inputs: the same for all, or those of a list."""
    if isinstance(target, Tensor | np.ndarray):
        target = target.tolist()
    given: list[object] = (
        list(target)
        if isinstance(target, Sequence) and not isinstance(target, str)
        else [target] * count
    )
    if len(given) != count:
        raise ProblemError(
            f"target: there are {len(given)} classes for {count} inputs.", field="target"
        )
    return [_class(each) for each in given]


def _class(given: object) -> int:
    if isinstance(given, SupportsIndex) and not isinstance(given, bool):
        return index(given)
    raise ProblemError(
        f"target: must be a class as an integer, or one for each input, not {given!r}.",
        field="target",
    )


def require_class(model: nn.Module, inputs: Tensor, target: int) -> None:
    """Raise a ProblemError if the model has no such class."""
    with torch.no_grad():
        classes = model(inputs[:1]).shape[1]
    if not 0 <= target < classes:
        raise ProblemError(
            f"target: this network has {classes} classes, 0 to {classes - 1}, not {target}.",
            field="target",
        )
