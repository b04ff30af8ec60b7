"""Edits that build the model anew in the middle of a run keep it a pure function."""

from functools import partial
from pathlib import Path

import pytest
import torch

from lantern.lab.freezing import Freezer, fitting
from lantern.lab.run import Run, load_data
from lantern.protocol.experiment import (
    Action,
    Change,
    Configure,
    Edit,
    Experiment,
    Paint,
    Part,
    Reinitialise,
    Reshape,
    Training,
)
from lantern.protocol.problems import ProblemError

FOLDER = Path("/nonexistent")
load = partial(load_data, folder=FOLDER)

POINTS = [[x / 4 - 2, (x * 7 % 17) / 4 - 2, float(x % 2)] for x in range(40)]


def network(**fields) -> Experiment:
    """A small network whose optimizer and dropout have states of their own."""
    defaults = {
        "dataset": Part(name="circle", params={"samples": 60}),
        "model": Part(name="mlp", params={"layers": [4, 3], "dropout": 0.2}),
        "optimizer": Part(name="adam", params={"learning_rate": 0.02}),
        "training": Training(batch_size=7, engine="eager"),
        "seed": 3,
    }
    return Experiment.model_validate(defaults | fields)


def own(**params) -> Experiment:
    return network(dataset=Part(name="own", params={"points": POINTS, **params}))


def begin(experiment: Experiment, edits=(), **more) -> Run:
    return Run(experiment, load(experiment), edits, load=load, **more)


def train(run: Run, steps: int) -> Run:
    for _ in range(steps):
        run.advance()
    return run


def change(**values) -> tuple[Change, ...]:
    return tuple(Change(path=k.replace("__", "."), value=v) for k, v in values.items())


def reshape(**values) -> Reshape:
    return Reshape(changes=change(**values))


def make(run: Run, action: Action) -> None:
    run.edit(Edit(step=run.step, action=action))


def assert_same(one: Run, other: Run) -> None:
    first, second = one.tensors(), other.tensors()
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), name
    assert one.meta() == other.meta()
    assert one.experiment == other.experiment


ACTIONS: dict[str, tuple[Experiment, Action]] = {
    "wider": (network(), reshape(model__params__layers=[6, 3])),
    "narrower": (network(), reshape(model__params__layers=[2, 3])),
    "deeper": (network(), reshape(model__params__layers=[4, 3, 5])),
    "flatter": (network(), reshape(model__params__layers=[4])),
    "linear": (network(), reshape(model__params__layers=[])),
    "features": (network(), reshape(model__params__features=["x2", "sin_x1", "x1"])),
    "activation": (network(), reshape(model__params__activation="relu")),
    "optimizer": (network(), reshape(optimizer={"name": "sgd", "params": {"momentum": 0.9}})),
    "loss": (network(), reshape(loss={"name": "squared"})),
    "dataset": (network(), reshape(dataset={"name": "xor", "params": {"samples": 90}})),
    "fewer samples": (network(), reshape(dataset__params__samples=20)),
    "data seed": (network(), reshape(data_seed=9)),
    "seed": (network(), reshape(seed=9)),
    "scaling": (network(), reshape(model__params__scaling="standardise")),
    "problem": (
        network(),
        reshape(task={"name": "regression"}, dataset={"name": "plane"}, loss={"name": "squared"}),
    ),
    "reinitialise": (network(), Reinitialise(layer="hidden2")),
    "paint": (own(), Paint(remove=(0, 3), add=((1.5, 2.0, 1.0), (0.5, 2.5, 0.0)))),
    "fewer points": (own(), Paint(remove=tuple(range(30)))),
    "points by hand": (own(), Configure(changes=change(dataset__params__points=POINTS[:15]))),
    "frozen": (network(), Configure(changes=change(training__frozen=["hidden1:2", "output"]))),
    "disabled": (network(), Configure(changes=change(model__params__disabled=["hidden1:1"]))),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_a_live_edit_replays_bit_for_bit_and_so_do_snapshots_around_it(name):
    experiment, action = ACTIONS[name]
    live = train(begin(experiment), 9)
    before = live.tensors(), live.meta()
    make(live, action)
    train(live, 4)
    after = live.tensors(), live.meta()
    train(live, 4)

    assert_same(train(begin(experiment, live.edits), 17), live)
    for snapshot, steps in ((before, 8), (after, 4)):
        restored = begin(experiment, live.edits, trusted=True)
        restored.restore(*snapshot)
        assert_same(train(restored, steps), live)
    live.restore(*before)  # back over the edit, and forward again
    assert live.step == 9
    assert_same(train(live, 8), train(begin(experiment, live.edits), 17))


def test_several_reshapes_replay():
    live = train(begin(network()), 5)
    make(live, reshape(model__params__layers=[6, 3]))
    make(live, reshape(model__params__layers=[6, 3, 2]))
    train(live, 5)
    early = live.tensors(), live.meta()
    make(live, Reinitialise(layer="hidden3"))
    train(live, 3)
    make(live, reshape(model__params__layers=[3]))
    train(live, 5)
    again = begin(network(), live.edits)
    assert_same(train(again, 18), live)
    again.restore(*early)
    assert [tuple(p.shape) for p in again.module.parameters()][-1] == (1,)
    assert_same(train(again, 8), live)


def test_what_fits_is_kept_and_the_rest_is_drawn():
    run = train(begin(network()), 5)
    old = {name: value.clone() for name, value in run.module.named_parameters()}
    make(run, reshape(model__params__layers=[6, 3]))
    new = dict(run.module.named_parameters())
    assert torch.equal(new["hidden1.weight"][:4], old["hidden1.weight"])
    assert torch.equal(new["hidden2.weight"][:, :4], old["hidden2.weight"])
    assert new["hidden2.weight"][:, 4:].abs().min() > 0
    assert torch.equal(new["output.weight"], old["output.weight"])
    assert str(run.kept) == "Weights kept: 1 of 3 layers, and a part of 2 more."
    assert run.step == 5
    assert [layer.output_shape for layer in run.card().layers if layer.path == "hidden1"] == [(6,)]


def test_columns_behind_the_features_follow_their_names():
    run = train(begin(network()), 3)
    old = run.module.get_parameter("hidden1.weight").clone()
    make(run, reshape(model__params__features=["x1_squared", "x2", "x1"]))
    new = run.module.get_parameter("hidden1.weight")
    assert torch.equal(new[:, 1], old[:, 1])
    assert torch.equal(new[:, 2], old[:, 0])
    assert not torch.equal(new[:, 0], old[:, 0])


def test_columns_of_features_are_no_columns_of_units():
    run = train(begin(network(model=Part(name="mlp", params={"layers": []}))), 3)
    old = run.module.get_parameter("output.weight").clone()
    make(run, reshape(model__params__layers=[2]))
    assert not torch.equal(run.module.get_parameter("output.weight"), old)
    assert str(run.kept) == "Weights kept: 0 of 2 layers, and a part of 1 more."


def test_running_statistics_of_a_layer_follow_its_weights():
    params = {"channels": [4, 6], "hidden": 8, "batch_norm": True}
    experiment = network(dataset=Part(name="digits"), model=Part(name="small_cnn", params=params))
    run = train(begin(experiment), 2)
    norm = next(name for name in run.module.state_dict() if name.endswith("running_mean"))
    old = run.module.get_buffer(norm).clone()
    make(run, reshape(model__params__hidden=5))
    assert torch.equal(run.module.get_buffer(norm), old)


def test_the_place_in_the_order_is_kept_or_clipped():
    run = train(begin(network()), 4)  # 28 of 30 points
    make(run, reshape(dataset__params__samples=40))
    assert (run.order.epochs, run.order.position) == (1, 0)
    train(run, 1)
    make(run, reshape(dataset__params__samples=80))
    assert (run.order.epochs, run.order.position) == (1, 7)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"model__params__layers": [0]}, "model.params.layers.0"),
        ({"model": {"name": "lenet5"}}, "model.name"),
        ({"loss__name": "nonsense"}, "loss.name"),
        ({"training__threads": 2}, "training.threads"),
        ({"dataset": {"name": "plane"}}, "task.name"),
        ({"model__params__layers": [2], "training__frozen": ["hidden1:2"]}, "training.frozen"),
        ({"weather": "fine"}, "weather"),
    ],
)
def test_a_reshape_that_cannot_be_leaves_the_run_untouched(changes, field):
    run, other = train(begin(network()), 5), train(begin(network()), 5)
    with pytest.raises(ProblemError) as caught:
        make(run, Reshape(changes=change(**changes)))
    assert caught.value.problem.field == field
    assert run.edits == []
    assert_same(train(run, 5), train(other, 5))


@pytest.mark.parametrize(
    ("experiment", "action", "field"),
    [
        (network(), Reinitialise(layer="hidden9"), "layer"),
        (network(), Reinitialise(layer="activation1"), "layer"),
        (network(), Paint(add=((0.0, 0.0, 1.0),)), "dataset.name"),
        (own(), Paint(remove=(40,)), "remove"),
        (own(), Paint(add=((0.0, 0.0, 2.0),)), "dataset.params.points"),
        (own(), Paint(remove=tuple(range(40))), "dataset.params.points"),
        (network(), Configure(changes=change(training__frozen=["hidden1:4"])), "training.frozen"),
        (network(), Configure(changes=change(training__frozen=["hidden7"])), "training.frozen"),
        (network(), Configure(changes=change(training__frozen=["dropout1"])), "training.frozen"),
        (
            network(),
            Configure(changes=change(model__params__disabled=["hidden1:9"])),
            "model.params.disabled",
        ),
    ],
)
def test_what_cannot_be_done_names_the_field(experiment, action, field):
    run = begin(experiment)
    with pytest.raises(ProblemError) as caught:
        make(run, action)
    assert caught.value.problem.field == field
    assert run.edits == []
    with pytest.raises(ProblemError):
        begin(experiment, [Edit(step=3, action=action)])


def test_edits_behind_a_reshape_are_checked_against_the_new_shape():
    wider = Edit(step=2, action=reshape(model__params__layers=[9]))
    good = Edit(step=3, action=Configure(changes=change(training__frozen=["hidden1:8"])))
    train(begin(network(), [wider, good]), 4)
    bad = Edit(step=3, action=Reinitialise(layer="hidden2"))
    with pytest.raises(ProblemError, match="hidden2"):
        begin(network(), [wider, bad])


def test_a_layer_is_drawn_differently_each_time_and_its_optimizer_state_is_gone():
    run = train(begin(network()), 6)
    other = run.module.get_parameter("hidden1.weight").clone()
    weights = [run.module.get_parameter("hidden2.weight").clone()]
    for _ in range(2):
        make(run, Reinitialise(layer="hidden2"))
        weights.append(run.module.get_parameter("hidden2.weight").clone())
    assert not any(torch.equal(weights[a], weights[b]) for a, b in ((0, 1), (1, 2), (0, 2)))
    assert torch.equal(run.module.get_parameter("hidden1.weight"), other)
    states = {name for name in run.tensors() if name.startswith("optimizer.hidden2.")}
    assert states == set()


@pytest.mark.parametrize("optimizer", ["adagrad", "adadelta", "rmsprop", "adamw"])
def test_a_layer_drawn_anew_trains_on_with_every_optimizer(optimizer):
    run = train(begin(network(optimizer=Part(name=optimizer))), 3)
    make(run, Reinitialise(layer="output"))
    train(run, 3)


@pytest.mark.parametrize(
    "optimizer",
    [
        Part(name="sgd", params={"momentum": 0.9}),
        Part(name="adam"),
        Part(name="adamw", params={"weight_decay": 0.1}),
    ],
)
def test_frozen_units_stay_and_the_others_learn(optimizer):
    training = {"batch_size": 7, "l1": 0.01, "l2": 0.01, "engine": "eager"}
    run = train(begin(network(optimizer=optimizer, training=training)), 5)
    make(run, Configure(changes=change(training__frozen=["hidden1:1", "hidden1:3", "output"])))
    old = {name: value.clone() for name, value in run.module.named_parameters()}
    train(run, 6)
    new = dict(run.module.named_parameters())
    for name in ("hidden1.weight", "hidden1.bias"):
        assert torch.equal(new[name][[1, 3]], old[name][[1, 3]])
        assert (new[name][[0, 2]] != old[name][[0, 2]]).all()
    assert torch.equal(new["output.weight"], old["output.weight"])
    assert not torch.equal(new["hidden2.weight"], old["hidden2.weight"])
    make(run, Configure(changes=change(training__frozen=[])))
    train(run, 1)
    assert not torch.equal(run.module.get_parameter("output.weight"), old["output.weight"])


def test_a_frozen_weight_set_by_hand_stays_at_the_new_number():
    run = begin(network(training=Training(frozen=("hidden1",), engine="eager")))
    make(run, Reinitialise(layer="hidden1"))
    drawn = run.module.get_parameter("hidden1.weight").clone()
    assert torch.equal(train(run, 3).module.get_parameter("hidden1.weight"), drawn)


def test_nothing_frozen_costs_nothing():
    assert not Freezer(begin(network()).module, ())


def test_names_that_fit_are_kept():
    module = begin(network()).module
    names = ("hidden1", "hidden1:3", "hidden1:4", "hidden3", "output:0")
    assert fitting(names, module) == ("hidden1", "hidden1:3", "output:0")


def test_a_disabled_unit_puts_out_nothing_and_comes_back():
    run = train(begin(network()), 3)
    make(run, Configure(changes=change(model__params__disabled=["hidden1:1"])))
    inputs = run.data.train.inputs[:5]
    with torch.no_grad():
        gated = run.module[: [*dict(run.module.named_children())].index("gate1") + 1](inputs)
    assert (gated[:, 1] == 0).all()
    assert (gated[:, 0] != 0).any()
