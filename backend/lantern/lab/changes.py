"""Changes of an experiment: made, refused with a sentence, or found to need a new model."""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ValidationError
from torch import nn

from lantern.lab.freezing import check_frozen, unit_counts
from lantern.lab.kinds import KINDS
from lantern.lab.plugin import Plugin, problem_of
from lantern.protocol.experiment import (
    PARTS,
    Change,
    Configure,
    Edit,
    Experiment,
    Paint,
    Part,
    Reinitialise,
    Reshape,
    SetWeight,
    own_points,
    painted,
    with_changes,
)
from lantern.protocol.problems import ProblemError

STATELESS = ("schedule", "augmentation")
"""Parts that keep nothing from step to step, so that even another plugin can take over live."""

_BY_KIND: dict[str, type[Plugin]] = {kind.kind: kind for kind in KINDS}


def changed(experiment: Experiment, changes: Iterable[Change]) -> Experiment:
    """Return the experiment with the changes made, or raise a ProblemError that names the field."""
    try:
        after = with_changes(experiment, changes)
    except KeyError as error:
        path = str(error.args[0])
        raise ProblemError(f"An experiment has no field {path!r}.", field=path) from None
    except ValidationError as error:
        raise problem_of(error, field="") from None
    check_parts(after)
    return after


def check_parts(experiment: Experiment) -> None:
    """Raise a ProblemError if a part names no plugin or its parameters are not allowed."""
    for field in PARTS:
        plugin_of(experiment, field)


def plugin_of(experiment: Experiment, field: str) -> Plugin:
    """Return the plugin of one of the experiment's parts."""
    part: Part = getattr(experiment, field)
    return _BY_KIND[field].make(part)


def rebuilding_fields(before: Experiment, after: Experiment) -> tuple[str, ...]:
    """Return the dotted paths that differ and cannot change while a model lives."""
    return tuple(_rebuilding(before, after))


def _rebuilding(before: Experiment, after: Experiment) -> Iterator[str]:
    for field in PARTS:
        if field in STATELESS:
            continue
        old, new = plugin_of(before, field), plugin_of(after, field)
        if old.name != new.name:
            yield f"{field}.name"
        else:
            yield from _fixed_differences(old, new, f"{field}.params")
    yield from _fixed_differences(before.training, after.training, "training")
    for field in ("seed", "data_seed"):
        if getattr(before, field) != getattr(after, field):
            yield field


def _fixed_differences(old: BaseModel, new: BaseModel, path: str) -> Iterator[str]:
    for name, info in type(old).model_fields.items():
        extra: dict[str, Any] = (
            info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        )
        if getattr(old, name) != getattr(new, name) and not extra.get("x-live"):
            yield f"{path}.{name}"


def is_shaping(edit: Edit) -> bool:
    """Return whether an edit may have changed the shape of the module, or the data."""
    match edit.action:
        case Reshape() | Paint():
            return True
        case Configure(changes=changes):
            return any(change.path.split(".")[0] == "dataset" for change in changes)
        case SetWeight() | Reinitialise():
            return False


def check_edit(edit: Edit, experiment: Experiment, module: nn.Module) -> Experiment:
    """Return the experiment after an edit; ProblemError if it cannot be made to a living model."""
    match edit.action:
        case Configure(changes=changes):
            return _configured(experiment, changes, module)
        case Reshape(changes=changes):
            return _reshaped(experiment, changes)
        case Paint():
            return _painted(experiment, edit.action)
        case Reinitialise(layer=layer):
            _check_layer(layer, module)
        case SetWeight():
            _check_weight(edit.action, module)
    return experiment


def _configured(experiment: Experiment, changes: Iterable[Change], module: nn.Module) -> Experiment:
    after = changed(experiment, changes)
    fixed = rebuilding_fields(experiment, after)
    if fixed:
        raise ProblemError(f"{fixed[0]}: this cannot change without a new model.", field=fixed[0])
    check_frozen(after.training.frozen, module)
    return after


def _reshaped(experiment: Experiment, changes: Iterable[Change]) -> Experiment:
    after = changed(experiment, changes)
    if after.training.threads != experiment.training.threads:
        # a number of threads holds for the whole process, so for a run from its beginning
        raise ProblemError(
            "training.threads: this cannot change while weights are kept.",
            field="training.threads",
            hint="Change it without keeping the weights.",
        )
    return after


def _painted(experiment: Experiment, paint: Paint) -> Experiment:
    name = experiment.dataset.name
    if name != "own":
        raise ProblemError(
            f"dataset: points can be painted into 'own' data, not into {name!r}.",
            field="dataset.name",
        )
    count = len(own_points(experiment))
    beyond = [index for index in paint.remove if index >= count]
    if beyond:
        raise ProblemError(
            f"remove: there are {count} points, counted from 0; there is no {beyond[0]}.",
            field="remove",
        )
    after = painted(experiment, paint)
    plugin_of(after, "dataset")
    return after


def _check_layer(path: str, module: nn.Module) -> None:
    known = unit_counts(module)
    if path not in known:
        raise ProblemError(
            f"layer: this model has no layer {path!r} with weights; there are {', '.join(known)}.",
            field="layer",
        )


def _check_weight(action: SetWeight, module: nn.Module) -> None:
    weight = dict(module.named_parameters()).get(action.parameter)
    if weight is None:
        raise ProblemError(f"parameter: this model has no {action.parameter!r}.", field="parameter")
    if len(action.index) != weight.dim() or any(
        place >= length for place, length in zip(action.index, weight.shape, strict=False)
    ):
        raise ProblemError(
            f"index: {action.parameter} has the shape {tuple(weight.shape)}, "
            f"so there is no {tuple(action.index)}.",
            field="index",
        )
