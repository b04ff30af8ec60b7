"""An experiment is what to run, as data; with its edits and its seed it fixes every weight."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from lantern.protocol.model import Model, control


class Part(Model):
    """One plugin by name, with its parameters (those left out take their defaults)."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    params: dict[str, JsonValue] = {}


FrozenName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.]+(:[0-9]+)?$", max_length=120)]
Point = tuple[
    Annotated[float, Field(ge=-1e3, le=1e3)],
    Annotated[float, Field(ge=-1e3, le=1e3)],
    Annotated[float, Field(ge=-1e3, le=1e3)],
]
"""x1, x2 and the target: a class index, or the value for regression."""
MOST_POINTS = 5000
STARTING_POINTS: tuple[Point, ...] = tuple(
    (float(x * right), float(y * up), float(right != up))
    for x, y in ((3, 3), (2, 4), (4, 2), (4, 4))
    for right, up in ((-1, -1), (-1, 1), (1, 1), (1, -1))
)
"""What the `own` data set holds while its points are not given."""


class Training(Model):
    """What every training loop has, whatever the task."""

    batch_size: Annotated[int, control(live=True, ge=1, le=4096, scale="log")] = 16
    """Samples per step of the optimizer."""
    l1: Annotated[float, control(live=True, ge=0, le=10, scale="log")] = 0.0
    """Rate of the L1 penalty, the sum of |w| over all weights (biases excluded)."""
    l2: Annotated[float, control(live=True, ge=0, le=10, scale="log")] = 0.0
    """Rate of the L2 penalty, half the sum of w squared over all weights (biases excluded)."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where to train; auto takes the GPU only for models that are worth the way there."""
    threads: Annotated[int, Field(ge=1, le=64)] = 1
    """CPU threads; another number of threads may give another last digit."""
    engine: Literal["auto", "eager"] = "auto"
    """auto takes the fused kernel for small networks it supports; eager is PyTorch's own path."""
    frozen: Annotated[tuple[FrozenName, ...], control(live=True, max_length=200)] = ()
    """Layers (`hidden1`) and single units (`hidden1:3`) whose weights and bias stay as they are."""
    stop_epochs: Annotated[int, control(live=True, ge=0, le=1_000_000, scale="log")] = 0
    """Pause when so many epochs are complete; 0 never does."""
    stop_loss: Annotated[float, control(live=True, ge=0, le=10, scale="log")] = 0.0
    """Pause when the validation loss is this small; 0 never does."""
    patience: Annotated[int, control(live=True, ge=0, le=100_000, scale="log")] = 0
    """Pause when the validation loss was not lower for so many epochs; 0 never does."""


class Experiment(Model):
    """Everything that a run depends on, besides the edits made while it ran."""

    version: Literal[1] = 1
    title: Annotated[str, Field(max_length=120)] = ""
    dataset: Part
    model: Part
    task: Part = Part(name="classification")
    loss: Part = Part(name="cross_entropy")
    optimizer: Part = Part(name="adam")
    schedule: Part = Part(name="constant")
    augmentation: Part = Part(name="none")
    training: Training = Training()
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Of the initial weights, the data order, dropout and noise."""
    data_seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Of the data that are generated and of their split."""


PARTS = ("dataset", "model", "task", "loss", "optimizer", "schedule", "augmentation")
"""The fields of an experiment that name a plugin; each is also the plugin's kind."""


class Change(Model):
    """A new value for one field of the experiment."""

    path: Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", max_length=200)]
    """Dotted, from the experiment down: `optimizer.params.learning_rate`, `dataset`, `seed`."""
    value: JsonValue


class Configure(Model):
    """Fields of the experiment took new values while it ran."""

    type: Literal["configure"] = "configure"
    changes: Annotated[tuple[Change, ...], Field(min_length=1, max_length=50)]


class SetWeight(Model):
    """One number inside a parameter was set by hand."""

    type: Literal["set_weight"] = "set_weight"
    parameter: Annotated[str, Field(max_length=200)]
    """Its name in the state dict, such as `hidden1.weight`."""
    index: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(max_length=6)]
    value: Annotated[float, Field(ge=-1e6, le=1e6)]


class Reshape(Model):
    """Fields that call for a new model took new values, and the weights that still fit were kept.

    Parameters are matched by name and kept where old and new shape overlap (columns behind the
    features by the name of the feature); all others are drawn anew. The optimizer starts afresh.
    """

    type: Literal["reshape"] = "reshape"
    changes: Annotated[tuple[Change, ...], Field(min_length=1, max_length=50)]


class Reinitialise(Model):
    """The weights and biases of one layer were drawn anew."""

    type: Literal["reinitialise"] = "reinitialise"
    layer: Annotated[str, Field(max_length=200)]
    """Its path, such as `hidden1`."""


class Paint(Model):
    """Points of the `own` data set were added, moved or taken away."""

    type: Literal["paint"] = "paint"
    remove: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(max_length=MOST_POINTS)] = ()
    """Indices into `dataset.params.points` as they were before."""
    add: Annotated[tuple[Point, ...], Field(max_length=MOST_POINTS)] = ()
    """They take the places of the removed ones, from the first on, then come at the end. Places
    that are left are filled with the last points, so that hardly any point changes its place (its
    split goes by that). A moved point is one removed and one added."""


Action = Annotated[
    Configure | SetWeight | Reshape | Reinitialise | Paint, Field(discriminator="type")
]


class Edit(Model):
    """A change made to a run at a step boundary: it acts on step `step` + 1 and all later ones."""

    step: Annotated[int, Field(ge=0)]
    """Steps that were complete when it took effect."""
    action: Action


def with_changes(experiment: Experiment, changes: Iterable[Change]) -> Experiment:
    """Return the experiment with the changes made; a path that leads nowhere raises KeyError.

    A pydantic ValidationError names the field when a value is not allowed there.
    """
    tree: dict[str, Any] = experiment.model_dump(mode="json")
    for change in changes:
        *parents, last = change.path.split(".")
        node = tree
        for key in parents:
            if not isinstance(node.get(key), dict):
                raise KeyError(change.path)
            node = node[key]
        if last not in node and "params" not in parents:
            raise KeyError(change.path)
        node[last] = change.value
    return Experiment.model_validate(tree)


def with_edits(experiment: Experiment, edits: Sequence[Edit]) -> Experiment:
    """Return the experiment as it stands after the edits."""
    for edit in edits:
        if isinstance(edit.action, Configure | Reshape):
            experiment = with_changes(experiment, edit.action.changes)
        elif isinstance(edit.action, Paint):
            experiment = painted(experiment, edit.action)
    return experiment


def own_points(experiment: Experiment) -> list[JsonValue]:
    """Return the points of the `own` data set as they stand, given or not."""
    start: list[JsonValue] = [list[JsonValue](point) for point in STARTING_POINTS]
    points = experiment.dataset.params.get("points", start)
    return points if isinstance(points, list) else []


def painted(experiment: Experiment, paint: Paint) -> Experiment:
    """Return the experiment with the own data set's points as a stroke leaves them.

    Nothing else is looked at again, so that many strokes a second stay cheap.
    """
    points, added = [*own_points(experiment)], [list[JsonValue](point) for point in paint.add]
    holes = sorted({index for index in paint.remove if index < len(points)})
    for hole, point in zip(holes, added, strict=False):
        points[hole] = point
    points.extend(added[len(holes) :])
    for hole in reversed(holes[len(added) :]):
        last = points.pop()
        if hole < len(points):
            points[hole] = last
    dataset = experiment.dataset
    params: dict[str, JsonValue] = {**dataset.params, "points": points}
    return experiment.model_copy(update={"dataset": dataset.model_copy(update={"params": params})})
