"""The script of plain PyTorch gives the numbers of the run, for everything the plane offers."""

import contextlib
import io
import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tests.lab.looking import run_of
from torch import nn

from lantern.lab.building import features
from lantern.lab.building.activations import MODULES
from lantern.lab.code.lift import Lift, known_of
from lantern.lab.code.literals import nested, number, table
from lantern.lab.code.network import FEATURES
from lantern.lab.kinds import Inspector, Loss, Optimizer, Schedule
from lantern.lab.look import Mirror
from lantern.lab.run import Run
from lantern.protocol.experiment import (
    Change,
    Configure,
    Edit,
    Experiment,
    Part,
    SetWeight,
    Training,
)
from lantern.protocol.problems import ProblemError

STEPS = 200
SGD = Part(name="sgd", params={"learning_rate": 0.03})


def experiment_of(dataset: str = "circle", **fields) -> Experiment:
    given = {
        "dataset": Part(name=dataset, params={"samples": 120}),
        "model": Part(name="mlp"),
        "loss": Part(name="squared"),
        "optimizer": SGD,
        "training": Training(batch_size=10, engine="eager"),
        "seed": 7,
    }
    return Experiment(**(given | fields))


def regression(**fields) -> Experiment:
    return experiment_of("plane", task=Part(name="regression"), **fields)


def script_of(run: Run) -> str:
    (figure,) = Inspector.registry["code"]().figures(Mirror().subject(run, {}))
    assert figure.language == "python"
    return figure.text


def told(output: str) -> dict[int, float]:
    """Losses by step, as a script prints them."""
    lines = [line.split() for line in output.splitlines() if line.startswith("step")]
    return {int(step): float(loss) for _, step, _, loss in lines}


def executed(script: str) -> dict[int, float]:
    """What the script prints when it is run here."""
    space = {"__name__": "__main__"}
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(script, "script.py", "exec"), space)
    return told(output.getvalue())


def losses_of(run: Run, steps: int = STEPS) -> dict[int, float]:
    found = {}
    while run.step < steps:
        run.advance()
        found[run.step] = run.last_loss
    return found


def assert_same(printed: dict[int, float], experiment: Experiment, edits: tuple = ()) -> None:
    run = Run(experiment, run_of(experiment, 0).data, edits)
    expected = losses_of(run)
    assert list(printed) == [1, 2, 5, 10, 20, 50, 100, 200]
    for step, loss in printed.items():
        assert loss == pytest.approx(expected[step], rel=1e-6)


ADAM = Part(name="adam", params={"learning_rate": 0.01})
EXPERIMENTS = {
    "squared loss with SGD": experiment_of(),
    "three classes with Adam": experiment_of(
        dataset="blobs",
        loss=Part(name="cross_entropy"),
        optimizer=ADAM,
        model=Part(name="mlp", params={"layers": [8, 8], "activation": "relu"}),
    ),
    "Huber regression with RMSProp and both penalties": regression(
        loss=Part(name="huber", params={"delta": 0.2}),
        optimizer=Part(name="rmsprop", params={"learning_rate": 0.005, "momentum": 0.5}),
        training=Training(batch_size=16, l1=0.001, l2=0.01, engine="eager"),
    ),
    "dropout with one cycle": experiment_of(
        model=Part(name="mlp", params={"layers": [6, 5], "dropout": 0.3}),
        schedule=Part(name="one_cycle", params={"steps": 150}),
    ),
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_script_alone_prints_the_losses_of_the_run(name, tmp_path: Path):
    experiment = EXPERIMENTS[name]
    file = tmp_path / "run.py"
    file.write_text(script_of(run_of(experiment, 3)), encoding="utf-8")
    assert "lantern" not in file.read_text().replace("in Lantern", "")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(file)], capture_output=True, text=True, check=True
    )
    assert_same(told(done.stdout), experiment)
    assert "validation loss" in done.stdout


@pytest.mark.parametrize("name", sorted(set(Optimizer.registry)))
def test_every_optimizer_is_written(name):
    experiment = experiment_of(optimizer=Part(name=name))
    assert_same(executed(script_of(run_of(experiment, 0))), experiment)


@pytest.mark.parametrize("name", sorted(set(Schedule.registry)))
def test_every_schedule_is_written(name):
    experiment = experiment_of(schedule=Part(name=name))
    assert_same(executed(script_of(run_of(experiment, 0))), experiment)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_activation_is_written(name):
    params = {"layers": [5, 4], "activations": ["tanh", name], "scaling": "standardise"}
    experiment = experiment_of(model=Part(name="mlp", params=params))
    assert_same(executed(script_of(run_of(experiment, 0))), experiment)


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        (name, classes)
        for name, plugin in sorted(Loss.registry.items())
        for tag, counts in (("classes", (2, 4)), ("values", (0,)))
        if tag in plugin.tags
        for classes in counts
    ],
)
def test_every_loss_is_lifted(name, classes):
    loss = Loss.make(Part(name=name))
    width = loss.outputs(classes)
    lift = Lift(known_of(width, has_classes=classes > 0))
    lift.method(loss, "values", called="loss_of")
    space = {"torch": torch, "F": nn.functional, "math": math}
    exec(lift.source(), space)
    by = torch.Generator().manual_seed(3)
    outputs = torch.randn(50, width, generator=by)
    targets = (
        torch.randint(classes, (50,), generator=by) if classes else torch.rand(50, generator=by)
    )
    assert torch.equal(space["loss_of"](outputs, targets), loss.values(outputs, targets))
    assert "outputs.shape[1] ==" not in lift.source()
    assert "self" not in lift.source()


def test_every_feature_is_written():
    x1, x2 = torch.randn(2, 20)
    assert list(FEATURES) == list(features.FUNCTIONS)
    for name, expression in FEATURES.items():
        here = eval(expression, {"x1": x1, "x2": x2})
        assert torch.equal(here, features.FUNCTIONS[name](x1, x2))


def test_a_large_network_draws_its_weights_from_the_seed():
    params = {"layers": [64, 64], "initialisation": "he_normal", "activation": "relu"}
    experiment = experiment_of(model=Part(name="mlp", params=params))
    script = script_of(run_of(experiment, 0))
    assert "WEIGHTS" not in script
    assert_same(executed(script), experiment)


def test_units_switched_off_and_frozen_stay_so():
    experiment = experiment_of(
        model=Part(name="mlp", params={"layers": [4, 3], "disabled": ["hidden1:2"]}),
        optimizer=Part(name="sgd", params={"learning_rate": 0.05, "momentum": 0.9}),
        training=Training(batch_size=10, frozen=("hidden2:0", "output"), engine="eager"),
    )
    assert_same(executed(script_of(run_of(experiment, 0))), experiment)


def configured(step: int, path: str, value: object) -> Edit:
    return Edit(step=step, action=Configure(changes=(Change(path=path, value=value),)))


def test_simple_changes_are_part_of_the_script():
    experiment = experiment_of()
    edits = (
        configured(20, "optimizer.params.learning_rate", 0.1),
        configured(33, "training.batch_size", 7),
        configured(40, "optimizer.params.momentum", 0.5),
        configured(60, "training.l2", 0.01),
        Edit(step=80, action=SetWeight(parameter="hidden1.weight", index=(1, 0), value=2.5)),
    )
    run = Run(experiment, run_of(experiment, 0).data, edits)
    losses_of(run, 90)
    script = script_of(run)
    assert script.count("# changed by hand here") == 5
    assert_same(executed(script), experiment, edits)


def test_other_changes_are_told_of():
    experiment = experiment_of()
    edits = (configured(12, "model.params.dropout", 0.2),)
    run = Run(experiment, run_of(experiment, 0).data, edits)
    losses_of(run, 20)
    script = script_of(run)
    assert "was changed by hand at step 12" in script
    assert "Dropout" in script


def test_a_change_of_a_later_step_is_no_part_of_it():
    experiment = experiment_of()
    edits = (configured(150, "optimizer.params.learning_rate", 0.1),)
    script = script_of(Run(experiment, run_of(experiment, 0).data, edits))
    assert "changed by hand" not in script


def test_images_are_refused_with_a_sentence():
    images = Experiment(dataset=Part(name="digits"), model=Part(name="small_cnn"))
    with pytest.raises(ProblemError, match="points"):
        script_of(run_of(images, 0))


def test_numbers_are_as_short_as_they_can_be():
    values = torch.tensor([0.1, 1 / 3, 3.0, -0.0, 1e-30, 123456.789, 0.30000001192])
    assert number(3.0) == "3"
    assert number(0.10000000149011612) == "0.1"
    for value in values.tolist():
        assert torch.tensor(float(number(value))).item() == value
    matrix = torch.randn(3, 12)
    assert torch.equal(torch.tensor(eval(nested(matrix))), matrix)
    rows = [(1.5, -2.25, 1.0)] * 9
    assert eval(table(rows)) == rows
    assert max(len(line) for line in table(rows).splitlines()) <= 100
