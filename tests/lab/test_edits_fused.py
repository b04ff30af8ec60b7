"""The fused kernel takes every edit of a living run, and replays it bit for bit."""

import pytest
import torch
from tests.lab.test_edits import ACTIONS, assert_same, begin, change, make, network, train

from lantern.lab.fused import engine
from lantern.protocol.experiment import Configure, Experiment, Part

MLPS = [name for name, (experiment, _) in ACTIONS.items() if experiment.model.name == "mlp"]


@pytest.fixture(scope="module", autouse=True)
def _kernel():
    engine.prepare(torch.float32)
    assert engine.state() == "ready", engine.problem()
    yield
    engine.forget()


def fused(experiment: Experiment) -> Experiment:
    """Return the experiment without dropout, for the kernel."""
    model = Part(name="mlp", params={**experiment.model.params, "dropout": 0.0})
    training = experiment.training.model_copy(update={"engine": "auto"})
    return experiment.model_copy(update={"model": model, "training": training})


@pytest.mark.parametrize("name", MLPS)
def test_an_edit_replays_and_so_do_snapshots_around_it(name):
    experiment, action = fused(ACTIONS[name][0]), ACTIONS[name][1]
    live = train(begin(experiment), 9)
    assert live.is_fused
    before = live.tensors(), live.meta()
    make(live, action)
    train(live, 4)
    after = live.tensors(), live.meta()
    train(live, 4)

    leaping = begin(experiment, live.edits)
    while leaping.step < 17:
        leaping.leap(17)
    assert_same(leaping, live)
    for snapshot in (before, after):
        restored = begin(experiment, live.edits, trusted=True)
        restored.restore(*snapshot)
        assert_same(train(restored, 17 - restored.step), live)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_frozen_units_stay(optimizer):
    training = {"batch_size": 7, "l1": 0.01, "l2": 0.01}
    run = train(begin(fused(network(optimizer=Part(name=optimizer), training=training))), 5)
    make(run, Configure(changes=change(training__frozen=["hidden1:1", "output"])))
    old = {name: value.clone() for name, value in run.module.named_parameters()}
    train(run, 6)
    new = dict(run.module.named_parameters())
    assert torch.equal(new["hidden1.weight"][1], old["hidden1.weight"][1])
    assert torch.equal(new["output.weight"], old["output.weight"])
    assert not torch.equal(new["hidden1.weight"][0], old["hidden1.weight"][0])
