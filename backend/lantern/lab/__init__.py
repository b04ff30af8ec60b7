"""The laboratory: data, models, training and everything that looks inside (torch, no I/O).

`lantern.lab.explain(module, inputs, target, method, **params)` and `lantern.lab.attack` take any
torch module; torch is imported when they are first asked for.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lantern.lab.explaining import attack, explain

__all__ = ["attack", "explain"]


def __getattr__(name: str) -> object:
    """Return `attack` or `explain`, which come with torch."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from lantern.lab import explaining  # noqa: PLC0415 - see the docstring

    return getattr(explaining, name)
