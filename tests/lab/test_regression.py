"""The task regression, and what both tasks measure, against scikit-learn."""

from pathlib import Path

import pytest
import torch
from sklearn import metrics

from lantern.lab.run import Run, load_data
from lantern.lab.tasks.classification import macro_f1
from lantern.lab.tasks.regression import Regression
from lantern.protocol.experiment import Experiment, Part


def run_on(dataset: Part, task: str, loss: str, model: Part | None = None) -> Run:
    experiment = Experiment(
        dataset=dataset,
        model=model or Part(name="mlp"),
        task=Part(name=task),
        loss=Part(name=loss),
        optimizer=Part(name="adam", params={"learning_rate": 0.02}),
    )
    return Run(experiment, load_data(experiment, Path()))


def train(run: Run, steps: int) -> dict[str, float]:
    for _ in range(steps):
        run.advance()
    return run.task.evaluate(run.module.eval(), run.data, run.loss)


def test_a_plane_is_learnt_by_one_linear_neuron():
    model = Part(name="mlp", params={"layers": []})
    measured = train(run_on(Part(name="plane"), "regression", "squared", model), 500)
    names = ("loss", "rmse", "r2")
    assert set(measured) == {*(f"validation_{n}" for n in names), "train_rmse", "train_r2"}
    assert measured["validation_rmse"] < 0.01
    assert measured["validation_r2"] > 0.999


def test_counts_are_learnt_under_the_poisson_loss():
    dataset = Part(name="sine", params={"positive": True, "noise": 0})
    model = Part(name="mlp", params={"layers": [8], "features": ["x1", "sin_x1"]})
    assert train(run_on(dataset, "regression", "poisson", model), 600)["validation_r2"] > 0.9


@pytest.mark.parametrize("loss", ["squared", "poisson"])
def test_regression_measures_what_scikit_learn_does(loss: str):
    run = run_on(Part(name="sine", params={"positive": True}), "regression", loss)
    measured = train(run, 20)
    for name, split in (("validation", run.data.validation), ("train", run.data.train)):
        with torch.no_grad():
            found = run.loss.prediction(run.module(split.inputs)).double().numpy()
        wanted = split.targets.double().numpy()
        rmse = metrics.root_mean_squared_error(wanted, found)
        assert measured[f"{name}_rmse"] == pytest.approx(rmse, rel=1e-6)
        assert measured[f"{name}_r2"] == pytest.approx(metrics.r2_score(wanted, found), abs=1e-6)


def test_values_that_are_all_alike_have_nothing_to_explain():
    rows = [[0, 0, 2.0], [1, 1, 2.0], [2, 1, 2.0]]
    dataset = Part(name="own", params={"points": rows, "values": True})
    run = run_on(dataset, "regression", "squared", Part(name="mlp", params={"layers": []}))
    assert run.task.evaluate(run.module.eval(), run.data, run.loss)["validation_r2"] == 0
    with torch.no_grad():
        run.module.get_parameter("output.weight").zero_()
        run.module.get_parameter("output.bias").fill_(2.0)
    measured = run.task.evaluate(run.module, run.data, run.loss)
    assert (measured["validation_rmse"], measured["validation_r2"]) == (0, 1)


@pytest.mark.parametrize(
    "dataset",
    [
        Part(name="spiral"),
        Part(name="blobs", params={"classes": 6, "noise": 0.5}),
        Part(name="own", params={"points": [[0, 0, 3], [1, 0, 2], [0, 1, 3]], "classes": 5}),
    ],
)
def test_classification_measures_what_scikit_learn_does(dataset: Part):
    run = run_on(dataset, "classification", "cross_entropy")
    measured = train(run, 30)
    split = run.data.validation
    with torch.no_grad():
        found = run.loss.probabilities(run.module(split.inputs)).argmax(1).numpy()
    wanted = split.targets.numpy()
    f1 = metrics.f1_score(wanted, found, average="macro", zero_division=0)
    assert measured["validation_f1"] == pytest.approx(f1)
    assert measured["validation_accuracy"] == pytest.approx(metrics.accuracy_score(wanted, found))


def test_f1_leaves_out_classes_that_do_not_occur():
    counts = torch.tensor([[3.0, 1.0, 0.0], [2.0, 4.0, 0.0], [0.0, 0.0, 0.0]], dtype=torch.float64)
    assert macro_f1(counts) == pytest.approx((6 / 9 + 8 / 11) / 2)


def test_the_natural_views_of_regression():
    run = run_on(Part(name="multi_gauss"), "regression", "huber")
    assert isinstance(run.task, Regression)
    assert [view.inspector for view in run.task.views(run.data)] == ["network", "output"]
