"""Changes that were made while a run was going on, as statements of a script."""

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import nn

from lantern.lab.code.literals import number
from lantern.lab.kinds import Optimizer
from lantern.protocol.experiment import (
    Change,
    Configure,
    Edit,
    Experiment,
    SetWeight,
    with_changes,
)

NAMES = {
    "training.batch_size": "batch_size",
    "training.l1": "l1",
    "training.l2": "l2",
}
"""Variables of the script, by the path of what they hold."""

SILENT = (
    "title",
    "training.stop_epochs",
    "training.stop_loss",
    "training.patience",
    "training.engine",
    "task.params.validation_samples",
)
"""Changes that move no weight."""

OPTIMIZER = "optimizer.params."


def statements(base: Experiment, edits: Sequence[Edit]) -> Mapping[int, list[str]] | None:
    """Return what a script has to do before a step, by steps done; None if it is not simple."""
    found: dict[int, list[str]] = {}
    for edit in edits:
        lines = _lines(base, edit)
        if lines is None:
            return None
        if lines:
            found.setdefault(edit.step, []).extend(lines)
        if isinstance(edit.action, Configure):
            base = with_changes(base, edit.action.changes)
    return found


def paths_of(edits: Sequence[Edit]) -> Iterator[str]:
    """Yield the paths that the edits changed."""
    for edit in edits:
        if isinstance(edit.action, Configure):
            yield from (change.path for change in edit.action.changes)


def _lines(before: Experiment, edit: Edit) -> list[str] | None:
    action = edit.action
    if isinstance(action, SetWeight):
        place = ", ".join(map(str, action.index))
        target = f'model.get_parameter("{action.parameter}")[{place}]'
        return ["with torch.no_grad():", f"    {target} = {number(action.value)}"]
    if not isinstance(action, Configure):
        return None
    lines: list[str] = []
    for change in action.changes:
        if change.path in NAMES:
            lines.append(f"{NAMES[change.path]} = {change.value}")
        elif change.path.startswith(OPTIMIZER):
            lines += _optimizer_lines(before, change)
        elif change.path not in SILENT:
            return None
    return lines


def _optimizer_lines(before: Experiment, change: Change) -> list[str]:
    """Return how the groups of torch's optimizer change; the learning rate has a variable."""
    old = group_of(Optimizer.make(before.optimizer))
    new = group_of(Optimizer.make(with_changes(before, [change]).optimizer))
    lines: list[str] = []
    for key, value in new.items():
        if old.get(key) == value:
            continue
        if key == "lr":
            lines.append(f"learning_rate = {value}")
        else:
            lines += ["for group in optimizer.param_groups:", f'    group["{key}"] = {value}']
    return lines


def group_of(plugin: Optimizer) -> dict[str, object]:
    """Return the settings of torch's optimizer, without its parameters."""
    optimizer = plugin.build([nn.Parameter(torch.zeros(1))])
    plugin.adjust(optimizer, 1.0)
    return {key: value for key, value in optimizer.param_groups[0].items() if key != "params"}
