"""Edits of a living run: made at a step boundary, told to everyone, and never half done."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import JsonValue

from lantern.lab.building.own_points import in_places, split_of
from lantern.lab.changes import changed, plugin_of
from lantern.lab.construction import outline
from lantern.lab.data import Data, Split
from lantern.lab.datasets.own import Own
from lantern.lab.freezing import FIELD as FROZEN
from lantern.lab.freezing import fitting
from lantern.lab.kinds import Loss
from lantern.protocol.commands import EditCommand, PaintCommand
from lantern.protocol.events import EditedEvent
from lantern.protocol.experiment import (
    Action,
    Change,
    Configure,
    Edit,
    Experiment,
    Paint,
    Reshape,
    painted,
)
from lantern.protocol.problems import ProblemError
from lantern.worker import makeover
from lantern.worker.build import building, sentence_of

if TYPE_CHECKING:
    from lantern.worker.session import Session


def edit(session: "Session", command: EditCommand) -> None:
    """Change fields: live, with a new model that keeps what fits, or with a new run."""
    changes = command.changes
    if session.has_run and not session.run.needs_rebuild(changes):
        make(session, Configure(changes=changes))
        return
    if not session.has_run:
        makeover.reconfigure(session, changes)
        return
    changes = (*changes, *_thawed(session, changes))
    if command.keep:
        makeover.prepare(session, changed(session.run.experiment, changes))
        reshape(session, changes)
    else:
        makeover.reconfigure(session, changes)


def make(session: "Session", action: Action) -> None:
    """Make an edit at a step boundary: a step that was begun by stages is finished first."""
    session.finish_step()
    done = Edit(step=session.run.step, action=action)
    with building():
        session.run.edit(done)
    session.send(EditedEvent(run=session.number, edit=done))
    session.lookout.touch()


def reshape(session: "Session", changes: Sequence[Change]) -> None:
    """Build the model anew at this step and go on with the weights that fit."""
    make(session, Reshape(changes=tuple(changes)))
    sentence = f"{sentence_of(changes, verb='Reshaped')} {session.run.kept}"
    session.take_shape(sentence)


def paint(session: "Session", command: PaintCommand) -> None:
    """Change the points; data of another kind become the user's own first."""
    run = session.run
    if run.data.kind != "points":
        raise ProblemError(
            f"dataset: points can be painted in the plane only, "
            f"and {run.experiment.dataset.name!r} are images.",
            field="dataset.name",
        )
    if run.experiment.dataset.name == "own":
        stroke = Paint(remove=_places(run.experiment, command.remove), add=command.add)
    else:
        own = own_points(run.experiment, run.data)
        after = changed(run.experiment, [own])
        stroke = Paint(remove=_places(after, command.remove), add=command.add)
        if _is_stroke(stroke):
            plugin_of(painted(after, stroke), "dataset")  # refuses before anything is changed
        reshape(session, [own])
    if _is_stroke(stroke):
        make(session, stroke)
        session.check_inputs()


def own_points(experiment: Experiment, data: Data) -> Change:
    """Return the change that makes points of any data set the user's own; they keep their split."""
    share = plugin_of(experiment, "dataset").model_dump().get("train_share")
    train, validation = _rows(data.train), _rows(data.validation)
    count = len(train) + len(validation)
    rows = in_places(train, validation, len(train) / count if share is None else share)
    params: dict[str, JsonValue] = {"points": rows, "values": not data.classes}
    if data.classes:
        params["classes"] = len(data.classes)
    if share is not None:
        params["train_share"] = share
    return Change(path="dataset", value={"name": "own", "params": params})


def _rows(split: Split) -> list[JsonValue]:
    points = zip(split.inputs.tolist(), split.targets.tolist(), strict=True)
    return [[x1, x2, float(target)] for (x1, x2), target in points]


def _places(experiment: Experiment, chosen: Sequence[int]) -> tuple[int, ...]:
    """Return where points lie in the list, by their index in training and validation points."""
    own = Own.model_validate(experiment.dataset.params)
    train, validation = split_of(len(own.points), own.train_share)
    order = [*train, *validation]
    _check(Paint(remove=tuple(chosen)), len(order))
    return tuple(sorted(order[index] for index in chosen))


def _check(stroke: Paint, count: int) -> None:
    beyond = [index for index in stroke.remove if index >= count]
    if beyond:
        raise ProblemError(
            f"remove: there are {count} points, counted from 0; there is no {beyond[0]}.",
            field="remove",
        )


def _is_stroke(stroke: Paint) -> bool:
    return bool(stroke.remove or stroke.add)


def _thawed(session: "Session", changes: Sequence[Change]) -> list[Change]:
    """Return a change of the frozen names to those that the new model has, where that is needed."""
    experiment = session.run.experiment
    frozen = experiment.training.frozen
    if not frozen or any(change.path in {FROZEN, "training"} for change in changes):
        return []
    after = changed(experiment, changes)
    makeover.prepare(session, after)
    module = outline(after, session.workshop.data(after), Loss.make(after.loss))
    kept = fitting(frozen, module)
    return [] if kept == frozen else [Change(path=FROZEN, value=list(kept))]
