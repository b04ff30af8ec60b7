"""Looking without touching: one copy of the model that trains, refreshed on each look."""

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from lantern.lab.subject import Subject
from lantern.protocol.views import InputRef

if TYPE_CHECKING:
    from lantern.lab.run import Run

_HOOKS = (
    "_forward_pre_hooks",
    "_forward_pre_hooks_with_kwargs",
    "_forward_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_backward_pre_hooks",
    "_backward_hooks",
)


def private_copy(module: nn.Module) -> nn.Module:
    """Return a copy in eval mode without gradients or hooks, so that looking sets nothing off."""
    twin = copy.deepcopy(module)
    for part in twin.modules():
        for name in _HOOKS:
            getattr(part, name).clear()
    return twin.eval().requires_grad_(False)


class Mirror:
    """Keeps one copy of a run's module; a look costs the copying of its numbers, nothing more."""

    def __init__(self) -> None:
        self._source: nn.Module | None = None
        self._twin = nn.Module()
        self._weights: tuple[list[Tensor], list[Tensor]] = ([], [])
        """Of the copy and of the source; listing them costs more than copying."""
        self._buffers: tuple[list[Tensor], list[Tensor]] = ([], [])

    def subject(
        self,
        run: "Run",
        inputs: Mapping[int, InputRef],
        trail: Sequence[tuple[int, Tensor]] = (),
        *,
        own: bool = False,
    ) -> Subject:
        """Return a subject with the run's weights as of its last step boundary.

        Its module is shared with later looks and overwritten by them; `own` gives a module that
        stays as it is, for inspections that go on while training does.
        """
        self._refresh(run)
        return Subject(
            module=copy.deepcopy(self._twin) if own else self._twin,
            data=run.data,
            experiment=run.experiment,
            step=run.step,
            loss=run.loss,
            task=run.task,
            inputs=dict(inputs),
            trail=tuple(trail),
            place=(run.order.epochs, run.order.position),
            optimizer=run.optimizer,
            card=run.card(),
            base=run.base,
            edits=run.edits,
        )

    def _refresh(self, run: "Run") -> None:
        if run.module is not self._source:
            self._source, self._twin = run.module, private_copy(run.module)
            self._weights = list(self._twin.parameters()), list(run.module.parameters())
            self._buffers = list(self._twin.buffers()), list(run.module.buffers())
        with torch.no_grad():
            _copy(*self._weights)
            own, source = self._buffers
            _copy(own, run.boundary_buffers if run.is_inside_step else source)


def _copy(into: list[Tensor], source: list[Tensor]) -> None:
    if into:
        torch._foreach_copy_(into, source)  # pyright: ignore[reportPrivateImportUsage]
