"""A run is a pure function of experiment, edits and seed."""

from pathlib import Path

import pytest
import torch

from lantern.lab.run import Run, load_data
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

FOLDER = Path("/nonexistent")


def small_network(**fields) -> Experiment:
    defaults = {
        "dataset": Part(name="circle", params={"samples": 100}),
        "model": Part(name="mlp", params={"layers": [4, 3], "dropout": 0.2}),
        "training": Training(batch_size=7),
        "seed": 3,
    }
    return Experiment(**(defaults | fields))


def noisy_images() -> Experiment:
    params = {"channels": [4, 6], "hidden": 8, "batch_norm": True, "dropout": 0.3}
    return Experiment(
        dataset=Part(name="digits"),
        model=Part(name="small_cnn", params=params),
        optimizer=Part(name="adam", params={"learning_rate": 0.01}),
        schedule=Part(name="cosine", params={"steps": 50, "warmup_steps": 5}),
        augmentation=Part(name="shift", params={"pixels": 1}),
        training=Training(batch_size=64, l1=1e-5, l2=1e-4),
        seed=5,
    )


def configure(step: int, **changes) -> Edit:
    made = tuple(Change(path=k.replace("__", "."), value=v) for k, v in changes.items())
    return Edit(step=step, action=Configure(changes=made))


def begin(experiment: Experiment, edits=()) -> Run:
    return Run(experiment, load_data(experiment, FOLDER), edits)


def train(run: Run, steps: int) -> Run:
    for _ in range(steps):
        run.advance()
    return run


def assert_same(one: Run, other: Run) -> None:
    first, second = one.tensors(), other.tensors()
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), name
    assert one.meta() == other.meta()


def test_a_restored_run_goes_on_bit_for_bit():
    experiment = noisy_images()
    edit = configure(20, optimizer__params__learning_rate=0.003, training__batch_size=32)
    straight = train(begin(experiment, [edit]), 60)

    first = train(begin(experiment, [edit]), 30)
    tensors, meta = first.tensors(), first.meta()
    train(first, 3)  # what was saved is a copy, which later steps do not touch
    second = begin(experiment, [edit])
    second.restore(tensors, meta)
    assert second.step == 30
    assert second.experiment.training.batch_size == 32
    assert_same(train(second, 30), straight)


def test_a_momentum_run_restores_into_one_that_has_gone_further():
    experiment = small_network(optimizer=Part(name="sgd", params={"momentum": 0.9}))
    run = train(begin(experiment), 12)
    tensors, meta = run.tensors(), run.meta()
    straight = train(begin(experiment), 40)
    train(run, 9)
    run.restore(tensors, meta)
    assert_same(train(run, 28), straight)


def test_a_state_of_step_0_has_no_optimizer_state():
    run = begin(small_network())
    tensors, meta = run.tensors(), run.meta()
    train(run, 5)
    run.restore(tensors, meta)
    assert_same(train(run, 5), train(begin(small_network()), 5))


def test_edits_made_by_hand_replay():
    experiment = small_network()
    by_hand = train(begin(experiment), 10)
    by_hand.edit(configure(10, model__params__dropout=0.0, training__l2=0.01))
    by_hand.edit(
        Edit(step=10, action=SetWeight(parameter="hidden1.weight", index=(0, 1), value=0.75))
    )
    assert by_hand.module.get_parameter("hidden1.weight")[0, 1].item() == 0.75
    train(by_hand, 5)
    by_hand.edit(configure(15, schedule={"name": "cosine", "params": {"steps": 30}}))
    train(by_hand, 5)

    replayed = train(begin(experiment, by_hand.edits), 20)
    assert replayed.experiment == by_hand.experiment
    assert_same(replayed, by_hand)


def test_an_edit_of_the_very_step_of_a_snapshot_is_made_after_it():
    experiment = small_network()
    run = train(begin(experiment), 10)
    tensors, meta = run.tensors(), run.meta()
    run.edit(Edit(step=10, action=SetWeight(parameter="output.bias", index=(0,), value=2.0)))
    again = begin(experiment, run.edits)
    again.restore(tensors, meta)
    assert_same(again, run)


def test_edits_of_step_0_are_made_at_once():
    edit = configure(0, optimizer__params__learning_rate=0.5)
    run = begin(small_network(), [edit])
    assert run.optimizer.param_groups[0]["lr"] == 0.5
    assert run.base.optimizer.params == {}


def test_torch_random_state_is_left_alone():
    before = torch.get_rng_state()
    train(begin(noisy_images()), 3)
    assert torch.equal(before, torch.get_rng_state())


def test_torch_random_state_has_no_effect():
    torch.manual_seed(1)
    one = begin(small_network())
    torch.manual_seed(2)
    other = begin(small_network())
    train(one, 10)
    for _ in range(10):
        torch.rand(3)
        other.advance()
    assert_same(one, other)


def test_seeds_matter():
    weights = [
        begin(small_network(seed=seed)).module.get_parameter("hidden1.weight") for seed in (1, 2)
    ]
    assert not torch.equal(*weights)


def test_stages_come_in_order_and_the_last_one_completes_the_step():
    run = begin(small_network())
    seen = [(stage, run.step, run.is_inside_step) for stage in run.stages()]
    assert seen == [
        ("forward", 0, True),
        ("loss", 0, True),
        ("backward", 0, True),
        ("update", 1, False),
    ]


def test_a_step_that_was_begun_is_gone_on_with():
    run, other = begin(noisy_images()), begin(noisy_images())
    assert next(run.stages()) == "forward"
    assert next(run.stages()) == "loss"
    run.advance()
    other.advance()
    assert run.step == 1
    assert_same(run, other)


def test_saving_inside_a_step_gives_the_boundary_before_it():
    run, other = train(begin(noisy_images()), 4), train(begin(noisy_images()), 4)
    next(run.stages())
    assert_same(run, other)


def test_an_edit_inside_a_step_is_refused():
    run = begin(small_network())
    next(run.stages())
    with pytest.raises(ProblemError, match="under way"):
        run.edit(configure(0, training__batch_size=3))


@pytest.mark.parametrize(
    ("changes", "rebuilds"),
    [
        ({"optimizer__params__learning_rate": 0.5}, False),
        ({"training__batch_size": 100}, False),
        ({"model__params__dropout": 0.5}, False),
        ({"schedule": {"name": "cosine"}}, False),
        ({"optimizer": {"name": "adam", "params": {"learning_rate": 0.2}}}, False),
        ({"title": "Mine"}, False),
        ({"seed": 3}, False),
        ({"seed": 4}, True),
        ({"model__params__layers": [4]}, True),
        ({"dataset__params__noise": 0.4}, True),
        ({"optimizer": {"name": "sgd"}}, True),
        ({"training__threads": 2}, True),
        ({"training__batch_size": 8, "loss": {"name": "squared"}}, True),
    ],
)
def test_only_fields_that_are_not_live_need_a_new_model(changes, rebuilds):
    assert begin(small_network()).needs_rebuild(configure(0, **changes).action.changes) is rebuilds


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"training__batch_size": 0}, "training.batch_size"),
        ({"optimizer__params__learning_rate": 1e9}, "optimizer.params.learning_rate"),
        ({"optimizer__params__speed": 1}, "optimizer.params.speed"),
        ({"model__params__layers": [4]}, "model.params.layers"),
        ({"weather": "fine"}, "weather"),
        ({"dataset__colour": "fine"}, "dataset.colour"),
        ({"loss__name": "hinge"}, "loss.name"),
    ],
)
def test_edits_that_cannot_be_made_name_the_field(changes, field):
    run = begin(small_network())
    with pytest.raises(ProblemError) as caught:
        run.edit(configure(0, **changes))
    assert caught.value.problem.field == field
    assert run.edits == []


@pytest.mark.parametrize(
    ("parameter", "index"), [("hidden9.weight", (0, 0)), ("output.bias", (1,)), ("output.bias", ())]
)
def test_a_weight_that_is_not_there_cannot_be_set(parameter, index):
    with pytest.raises(ProblemError):
        begin(small_network()).edit(
            Edit(step=0, action=SetWeight(parameter=parameter, index=index, value=1.0))
        )


def test_a_snapshot_of_another_model_is_refused():
    run = begin(small_network())
    other = begin(small_network(model=Part(name="mlp", params={"layers": [5]})))
    with pytest.raises(ProblemError, match="another model"):
        other.restore(run.tensors(), run.meta())


def test_train_loss_is_the_mean_since_it_was_taken():
    run = begin(small_network())
    assert run.take_train_loss() is None
    losses = []
    for _ in range(5):
        run.advance()
        losses.append(run.last_loss)
    assert run.take_train_loss() == pytest.approx(sum(losses) / 5)
    assert run.take_train_loss() is None


def test_penalties_are_added_to_the_gradient_only():
    plain = begin(small_network(training=Training(batch_size=7)))
    heavy = begin(small_network(training=Training(batch_size=7, l1=0.3, l2=0.5)))
    for run in (plain, heavy):
        stages = run.stages()
        assert [next(stages) for _ in range(3)] == ["forward", "loss", "backward"]
    weight = plain.module.get_parameter("hidden2.weight")
    expected = weight.grad + 0.3 * weight.sign() + 0.5 * weight
    torch.testing.assert_close(heavy.module.get_parameter("hidden2.weight").grad, expected)
    bias = plain.module.get_parameter("hidden2.bias").grad
    torch.testing.assert_close(heavy.module.get_parameter("hidden2.bias").grad, bias)
    for run in (plain, heavy):
        run.advance()
    assert heavy.last_loss == plain.last_loss
