"""Experiments are changed by dotted paths; edits add up in order; what does not fit is refused."""

from typing import Any

import pytest
from pydantic import JsonValue, ValidationError

from lantern.protocol.experiment import (
    Change,
    Configure,
    Edit,
    Experiment,
    Part,
    SetWeight,
    Training,
    with_changes,
    with_edits,
)

EXPERIMENT = Experiment(
    dataset=Part(name="spiral", params={"noise": 0.1}),
    model=Part(name="mlp", params={"layers": [4, 2]}),
    seed=3,
)


def changed(path: str, value: JsonValue) -> Experiment:
    return with_changes(EXPERIMENT, [Change(path=path, value=value)])


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("seed", 7, {"seed": 7}),
        ("training.batch_size", 32, {"training": Training(batch_size=32)}),
        (
            "dataset.params.noise",
            0.2,
            {"dataset": Part(name="spiral", params={"noise": 0.2})},
        ),
        (
            "optimizer.params.learning_rate",
            0.02,
            {"optimizer": Part(name="adam", params={"learning_rate": 0.02})},
        ),
        ("dataset", {"name": "circle"}, {"dataset": Part(name="circle")}),
    ],
)
def test_a_change_replaces_one_field(path: str, value: JsonValue, expected: dict[str, Any]) -> None:
    assert changed(path, value) == EXPERIMENT.model_copy(update=expected)


@pytest.mark.parametrize("path", ["nothing", "training.speed", "seed.deep", "dataset.x.params"])
def test_a_path_that_leads_nowhere_is_refused(path: str) -> None:
    with pytest.raises(KeyError, match=path):
        changed(path, 1)


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("training.batch_size", 0, ("training", "batch_size")),
        ("training.l2", float("nan"), ("training", "l2")),
        ("seed", -1, ("seed",)),
        ("dataset", "circle", ("dataset",)),
        ("training.device", "tpu", ("training", "device")),
    ],
)
def test_a_value_that_does_not_fit_names_its_field(
    path: str, value: JsonValue, field: tuple[str, ...]
) -> None:
    change = Change.model_construct(path=path, value=value)
    with pytest.raises(ValidationError) as caught:
        with_changes(EXPERIMENT, [change])
    assert caught.value.errors()[0]["loc"] == field


@pytest.mark.parametrize("path", ["", ".", "a..b", "A.b", "a.b;c", "__class__.x y", "a" * 300])
def test_a_path_is_made_of_names(path: str) -> None:
    with pytest.raises(ValidationError):
        Change(path=path, value=1)


def test_edits_add_up_in_order_and_weights_leave_the_experiment_alone() -> None:
    def configure(step: int, value: float) -> Edit:
        change = Change(path="optimizer.params.learning_rate", value=value)
        return Edit(step=step, action=Configure(changes=(change,)))

    weight = SetWeight(parameter="hidden1.weight", index=(0, 0), value=1.0)
    edits = [configure(10, 0.1), Edit(step=11, action=weight), configure(20, 0.5)]
    expected = Part(name="adam", params={"learning_rate": 0.5})
    assert with_edits(EXPERIMENT, edits) == EXPERIMENT.model_copy(update={"optimizer": expected})


def test_an_experiment_survives_json() -> None:
    assert Experiment.model_validate_json(EXPERIMENT.model_dump_json()) == EXPERIMENT


@pytest.mark.parametrize("extra", [{"code": "import os"}, {"version": 2}, {"title": "x" * 121}])
def test_unknown_fields_and_versions_are_refused(extra: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Experiment.model_validate(EXPERIMENT.model_dump() | extra)
