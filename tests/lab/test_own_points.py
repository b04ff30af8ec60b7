"""Points of one's own: how they are split, what they may be, what is said of bad ones."""

from pathlib import Path

import pytest
import torch

from lantern.lab.building.own_points import in_places, split_of
from lantern.lab.datasets.own import Own
from lantern.lab.kinds import Dataset
from lantern.lab.run import Run
from lantern.protocol.experiment import (
    STARTING_POINTS,
    Experiment,
    Paint,
    Part,
    painted,
)
from lantern.protocol.problems import ProblemError

SHARES = [0.1, 0.35, 0.5, 0.75, 0.9]


@pytest.mark.parametrize("share", SHARES)
def test_a_point_added_moves_no_other_between_the_splits(share: float):
    before = split_of(20, share)
    for count in range(21, 200):
        train, validation = split_of(count, share)
        assert set(before[0]) <= set(train)
        assert set(before[1]) <= set(validation)
        assert sorted(train + validation) == list(range(count))
        before = train, validation


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("count", [2, 3, 5, 10, 1000, 5000])
def test_both_splits_get_their_share_and_at_least_one(share: float, count: int):
    train, validation = split_of(count, share)
    assert train
    assert validation
    assert len(train) == pytest.approx(share * count, abs=2)


def test_rows_become_points_in_order():
    rows = ((1, 2, 0), (-1, -2, 1), (0.5, 0, 1), (0, 3, 0))
    data = Own(points=rows, train_share=0.5).load(Path(), 0)
    assert data.train.inputs.tolist() == [[1, 2], [0.5, 0]]
    assert data.validation.inputs.tolist() == [[-1, -2], [0, 3]]
    assert data.train.targets.tolist() == [0, 1]
    assert data.train.targets.dtype == torch.int64
    assert data.classes == ("orange", "blue")
    assert data.extent == (-6, 6, -6, 6)


def test_values_are_kept_as_they_are():
    data = Own(points=((1, 2, -0.5), (0, 0, 3.25)), values=True).load(Path(), 0)
    assert data.problem == "values"
    assert data.classes == ()
    assert data.train.targets.dtype == torch.float32
    assert data.train.targets.tolist() + data.validation.targets.tolist() == [-0.5, 3.25]


def test_more_classes_have_more_names():
    data = Own(points=((0, 0, 7), (1, 1, 3)), classes=8).load(Path(), 0)
    assert data.classes[:4] == ("orange", "blue", "green", "magenta")
    assert len(set(data.classes)) == 8


def test_the_plane_grows_with_points_outside():
    data = Own(points=((-7.5, 0, 0), (2, 100, 1))).load(Path(), 0)
    assert data.extent == (-8, 6, -6, 100)


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"points": []}, "there are no points, and training takes at least 2"),
        ({"points": [[0, 0, 0]]}, "there is 1 point, and training takes at least 2"),
        ({"points": [[0, 0, 0], [1, "up", 0]]}, "row 2 has 'up' for x2; it must be a number"),
        ({"points": [[0, 0, 0], [1, 2]]}, "row 2 must have three numbers: x1, x2 and the target"),
        ({"points": [[0, 0, 0, 0], [1, 2, 0]]}, "row 1 must have three numbers"),
        ({"points": [[2000, 0, 0], [1, 2, 0]]}, "row 1 has '2000' for x1; it must be a number"),
        ({"points": [[0, 0, 0], 5]}, "row 2 must have three numbers"),
        ({"points": "0 0 0"}, "they are not a list of rows"),
        ({"points": [[0, 0, 0]] * 5001}, "there are more than 5000 points"),
        ({"points": [[0, 0, 0], [1, 1, 2]]}, "row 2 has the class 2, and with 2 classes"),
        ({"points": [[0, 0, 0.5], [1, 1, 1]]}, "row 1 has the class 0.5"),
        ({"points": [[0, 0, -1], [1, 1, 1]], "classes": 3}, "a whole number from 0 to 2"),
    ],
)
def test_bad_rows_are_named(params, sentence):
    with pytest.raises(ProblemError) as caught:
        Dataset.make(Part(name="own", params=params))
    problem = caught.value.problem
    assert problem.field == "dataset.params.points"
    assert problem.sentence.startswith("dataset.params.points: ")
    assert sentence in problem.sentence
    assert problem.sentence.endswith(".")


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_two_points_are_enough_to_train_and_measure(share: float, task: str):
    params = {"points": [[-1, 0, 0], [1, 0, 1]], "train_share": share}
    params["values"] = task == "regression"
    experiment = Experiment(
        dataset=Part(name="own", params=params),
        model=Part(name="mlp", params={"scaling": "standardise"}),
        task=Part(name=task),
        loss=Part(name="squared"),
    )
    run = Run(experiment, Dataset.make(experiment.dataset).load(Path(), 0))
    for _ in range(3):
        run.advance()
    metrics = run.task.evaluate(run.module.eval(), run.data, run.loss)
    assert all(torch.tensor(value).isfinite() for value in metrics.values())


def own(points) -> Experiment:
    params = {"points": [list(point) for point in points]}
    return Experiment(dataset=Part(name="own", params=params), model=Part(name="mlp"))


def points_after(experiment: Experiment, **stroke) -> list[tuple[float, ...]]:
    found = painted(experiment, Paint(**stroke)).dataset.params["points"]
    assert isinstance(found, list)
    return [tuple(point) for point in found]


def test_a_first_stroke_adds_to_the_points_that_were_there_at_the_start():
    experiment = Experiment(dataset=Part(name="own"), model=Part(name="mlp"))
    assert points_after(experiment, add=((1, 1, 0),)) == [*STARTING_POINTS, (1, 1, 0)]


def test_a_moved_point_keeps_its_place():
    rows = [(float(n), 0.0, 0.0) for n in range(6)]
    moved = points_after(own(rows), remove=(2,), add=((2, 5, 0), (9, 9, 0)))
    assert moved == [*rows[:2], (2, 5, 0), *rows[3:], (9, 9, 0)]


@pytest.mark.parametrize(
    ("remove", "left"),
    [
        ((0,), [5, 1, 2, 3, 4]),
        ((5,), [0, 1, 2, 3, 4]),
        ((4, 1, 1), [0, 5, 2, 3]),
        ((3, 4, 5), [0, 1, 2]),
    ],
)
def test_the_last_points_fill_the_places_of_those_taken_away(remove, left):
    rows = [(float(n), 0.0, 0.0) for n in range(6)]
    assert [x1 for x1, _, _ in points_after(own(rows), remove=remove)] == left


@pytest.mark.parametrize("dataset", ["circle", "sine", "spiral_arms"])
@pytest.mark.parametrize("share", SHARES)
def test_points_of_another_data_set_stay_in_their_split(dataset: str, share: float):
    part = Part(name=dataset, params={"samples": 400, "train_share": share})
    data = Dataset.make(part).load(Path(), 0)
    train, validation = (split.inputs.tolist() for split in (data.train, data.validation))
    rows = in_places(train, validation, share)
    again = split_of(len(rows), share)
    stayed = sum(rows[index] in train for index in again[0])
    stayed += sum(rows[index] in validation for index in again[1])
    assert stayed >= 398
    assert sorted(rows) == sorted([*train, *validation])
