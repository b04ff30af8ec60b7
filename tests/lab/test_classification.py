"""The task: what it measures, what it shows, how it fails."""

from pathlib import Path

import pytest
import torch

from lantern.lab.errors import NonFiniteError
from lantern.lab.run import Run, load_data
from lantern.lab.tasks.classification import Classification
from lantern.protocol.experiment import Edit, Experiment, Part, SetWeight, Training

MEASURED = {"validation_loss", "validation_accuracy", "train_accuracy", "validation_f1"}


def run_on(dataset: str, model: Part, **fields) -> Run:
    experiment = Experiment(dataset=Part(name=dataset), model=model, **fields)
    return Run(experiment, load_data(experiment, Path()))


def train(run: Run, steps: int) -> dict[str, float]:
    for _ in range(steps):
        run.advance()
    return run.task.evaluate(run.module.eval(), run.data, run.loss)


def test_the_plane_is_learnt():
    run = run_on(
        "circle",
        Part(name="mlp", params={"layers": [6, 4]}),
        optimizer=Part(name="adam", params={"learning_rate": 0.03}),
    )
    metrics = train(run, 400)
    assert set(metrics) == MEASURED
    assert metrics["validation_accuracy"] > 0.9


@pytest.mark.parametrize("loss", ["cross_entropy", "squared"])
def test_digits_are_learnt(loss):
    run = run_on(
        "digits", Part(name="small_cnn"), loss=Part(name=loss), training=Training(batch_size=64)
    )
    metrics = train(run, 150)
    assert set(metrics) == MEASURED
    assert metrics["validation_accuracy"] > 0.93
    assert metrics["train_accuracy"] > 0.93


def test_metrics_are_means_over_the_validation_set():
    run = run_on("xor", Part(name="mlp"))
    module = run.module.eval()
    outputs = module(run.data.validation.inputs)
    targets = run.data.validation.targets
    metrics = run.task.evaluate(module, run.data, run.loss)
    assert metrics["validation_loss"] == pytest.approx(
        run.loss.values(outputs, targets).mean().item(), rel=1e-6
    )
    correct = (outputs[:, 0] > 0).long() == targets
    assert metrics["validation_accuracy"] == pytest.approx(correct.float().mean().item())


def test_large_validation_sets_are_measured_in_part_always_the_same():
    run = run_on("digits", Part(name="mlp"))
    sizes: list[int] = []
    run.module.register_forward_hook(lambda _, inputs, __: sizes.append(len(inputs[0])))
    task = Classification(validation_samples=100)
    first = task.evaluate(run.module.eval(), run.data, run.loss)
    assert task.evaluate(run.module, run.data, run.loss) == first
    assert sizes == [64, 36, 25, 64, 36, 25]
    run.task.evaluate(run.module, run.data, run.loss)
    assert sum(sizes[6:]) == len(run.data.validation) + 2000 // 4


def test_default_views():
    points, images = (run_on(name, Part(name="mlp")) for name in ("gauss", "digits"))
    assert [v.inspector for v in points.task.views(points.data)] == ["network", "output"]
    shown = [v.inspector for v in images.task.views(images.data)]
    assert shown == ["network", "samples", "prediction", "confusion"]


def test_a_huge_learning_rate_ends_with_step_and_layer():
    run = run_on(
        "spiral",
        Part(name="mlp", params={"activation": "relu", "layers": [16, 16, 16]}),
        loss=Part(name="cross_entropy"),
        optimizer=Part(name="sgd", params={"learning_rate": 10, "momentum": 0.99}),
        training=Training(l2=10),
    )
    with pytest.raises(NonFiniteError) as caught:
        train(run, 400)
    error = caught.value
    assert error.step == run.step + 1
    assert error.layer in dict(run.module.named_modules())
    assert error.layer in error.sentence
    assert not run.is_inside_step


def test_nothing_is_changed_by_a_step_that_fails():
    run = run_on(
        "digits",
        Part(name="small_cnn", params={"batch_norm": True, "channels": [4, 4]}),
        training=Training(batch_size=32),
    )
    train(run, 3)
    run.module.train()
    weight = Edit(step=3, action=SetWeight(parameter="conv2.bias", index=(1,), value=0.5))
    run.edit(weight)
    with torch.no_grad():
        run.module.get_parameter("conv2.weight")[1, 1] = float("inf")
    before, meta = run.tensors(), run.meta()
    for _ in range(2):
        with pytest.raises(NonFiniteError) as caught:
            run.advance()
        assert (caught.value.step, caught.value.layer) == (4, "conv2")
    assert run.meta() == meta
    after = run.tensors()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())


def test_a_penalty_that_overflows_is_blamed_on_the_loss():
    run = run_on("circle", Part(name="mlp"), training=Training(l2=10))
    with torch.no_grad():
        run.module.get_parameter("output.weight")[0, 0] = 1e30
    with pytest.raises(NonFiniteError) as caught:
        list(run.stages())
    assert caught.value.layer == "loss"
