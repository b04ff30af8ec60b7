"""The step spelled out: its numbers against autograd, its weights against the next real step."""

import pytest
import torch
from tests.lab.looking import POINTS, Mirror, run_of, subject_of, undisturbed
from tests.lab.test_inspectors_points import look
from torch import Tensor

from lantern.lab.run import Run
from lantern.lab.subject import Subject
from lantern.protocol.experiment import Change, Configure, Edit, Experiment, Part, Training
from lantern.protocol.figures import TableFigure
from lantern.protocol.problems import ProblemError

CLOSE = 1e-6
OPTIMIZERS = {
    "sgd": Part(name="sgd", params={"learning_rate": 0.1}),
    "momentum": Part(name="sgd", params={"learning_rate": 0.05, "momentum": 0.9}),
    "nesterov": Part(name="sgd", params={"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    **{
        name: Part(name=name, params={"learning_rate": 0.01})
        for name in ("adam", "adamw", "rmsprop", "adagrad", "adadelta")
    },
}


def column(figure: TableFigure, name: str) -> list[float]:
    place = figure.columns.index(name)
    return [row[place] for row in figure.rows]  # pyright: ignore[reportReturnType]


def learned(subject: Subject, inputs: Tensor, targets: Tensor) -> torch.nn.Module:
    """The subject's module with the gradients of the mean loss, by autograd."""
    module = subject.module.requires_grad_()
    subject.loss.values(module(inputs), targets).mean().backward()
    return module


def sample(subject: Subject, index: int) -> tuple[Tensor, Tensor]:
    return subject.data.train.batch(torch.tensor([index]))


@pytest.mark.parametrize("loss", ["cross_entropy", "squared"])
@pytest.mark.parametrize(("layer", "unit"), [("hidden1", 3), ("hidden2", 1), ("output", 0)])
def test_forward_and_backward_are_those_of_autograd(loss, layer, unit):
    run = run_of(POINTS.model_copy(update={"loss": Part(name=loss)}))
    figures = look("backprop", Mirror().subject(run, {}), layer=layer, unit=unit, index=7)
    subject = Mirror().subject(run, {}, own=True)
    inputs, targets = sample(subject, 7)
    module = learned(subject, inputs, targets)
    linear = module.get_submodule(layer)
    neuron = figures[0]
    assert column(neuron, "w") == pytest.approx(linear.weight[unit].tolist(), abs=CLOSE)
    assert column(neuron, "dC/dw") == pytest.approx(linear.weight.grad[unit].tolist(), abs=CLOSE)
    assert neuron.facts["dC/db"] == pytest.approx(float(linear.bias.grad[unit]), abs=CLOSE)
    assert neuron.facts["delta"] == neuron.facts["dC/db"]
    total = sum(column(neuron, "w a")) + neuron.facts["b"]
    assert neuron.facts["z"] == pytest.approx(total, abs=CLOSE)
    assert neuron.facts["delta"] == pytest.approx(
        neuron.facts["dC/da"] * neuron.facts["f'(z)"], abs=CLOSE
    )
    loss_now = float(subject.loss.values(module(inputs), targets).detach())
    assert neuron.facts["loss"] == pytest.approx(loss_now, abs=CLOSE)


def test_blame_is_the_sum_over_the_next_layer():
    neuron, blame, everyone = look("backprop", subject_of("points"), layer="hidden1", unit=2)
    assert [row[0] for row in blame.rows] == ["hidden2:0", "hidden2:1"]
    products = [w * d for w, d in zip(column(blame, "w"), column(blame, "delta"), strict=True)]
    assert column(blame, "w delta") == pytest.approx(products, abs=CLOSE)
    assert neuron.facts["dC/da"] == pytest.approx(sum(products), abs=CLOSE)
    deltas = {(row[0], row[1]): row[5] for row in everyone.rows}
    assert deltas["hidden1", 2] == neuron.facts["delta"]
    assert [deltas["hidden2", unit] for unit in (0, 1)] == column(blame, "delta")
    assert len(everyone.rows) == 4 + 2 + 1


def test_the_output_is_what_the_loss_compares():
    squared = run_of(POINTS.model_copy(update={"loss": Part(name="squared")}))
    facts = look("backprop", Mirror().subject(squared, {}), layer="output")[0].facts
    assert facts["activation"] == "tanh"
    assert facts["target"] in {-1.0, 1.0}
    assert facts["loss"] == pytest.approx((facts["a"] - facts["target"]) ** 2 / 2, abs=CLOSE)
    assert facts["dC/da"] == pytest.approx(facts["a"] - facts["target"], abs=CLOSE)
    entropy = look("backprop", subject_of("points"), layer="output")[0].facts
    assert entropy["activation"] == "sigmoid"
    assert entropy["delta"] == pytest.approx(entropy["a"] - entropy["target"], abs=CLOSE)


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge", "exponential", "huber", "absolute"])
@pytest.mark.parametrize("dataset", ["circle", "blobs"])
def test_every_loss_starts_the_way_back(loss, dataset):
    experiment = POINTS.model_copy(update={"loss": Part(name=loss), "dataset": Part(name=dataset)})
    run = run_of(experiment, 2)
    units = run.module.get_submodule("output").out_features
    subject = Mirror().subject(run, {}, own=True)
    found = [look("backprop", subject, layer="output", unit=unit)[0] for unit in range(units)]
    module = learned(subject, *sample(subject, 0))
    bias = module.get_submodule("output").bias.grad
    assert [each.facts["delta"] for each in found] == pytest.approx(bias.tolist(), abs=CLOSE)
    assert max(each.facts["target"] for each in found) == 1 or units == 1
    for each in found:
        parts = each.facts.get("dC/da"), each.facts.get("f'(z)")
        if parts[0] is not None:
            assert parts[0] * parts[1] == pytest.approx(each.facts["delta"], abs=CLOSE)


def test_a_batch_is_the_mean_of_its_samples():
    run = run_of(POINTS)
    neuron, _, everyone = look("backprop", Mirror().subject(run, {}), layer="hidden1", of="batch")
    assert neuron.facts["samples"] == 16
    subject = Mirror().subject(run, {}, own=True)
    inputs, targets = run.take_batch()
    run.advance()
    module = learned(subject, inputs, targets)
    gradient = module.get_submodule("hidden1").weight.grad
    assert column(neuron, "dC/dw") == pytest.approx(gradient[0].tolist(), abs=CLOSE)
    bias = module.get_submodule("hidden1").bias.grad
    assert column(everyone, "delta")[:4] == pytest.approx(bias.tolist(), abs=CLOSE)
    assert neuron.facts["loss"] == pytest.approx(run.last_loss, abs=CLOSE)


def predicted(run: Run) -> dict[str, Tensor]:
    """All weights that the inspector foretells, layer by layer and neuron by neuron."""
    subject = Mirror().subject(run, {})
    found: dict[str, Tensor] = {}
    for layer, linear in run.module.named_children():
        if not isinstance(linear, torch.nn.Linear):
            continue
        tables = [
            look("backprop", subject, layer=layer, unit=unit, of="batch")[0]
            for unit in range(linear.out_features)
        ]
        found[f"{layer}.weight"] = torch.tensor([column(table, "new w") for table in tables])
        found[f"{layer}.bias"] = torch.tensor([table.facts["new b"] for table in tables])
    return found


def assert_foretold(run: Run) -> None:
    wanted = predicted(run)
    run.advance()
    for name, weight in run.module.named_parameters():
        torch.testing.assert_close(weight.detach(), wanted[name], rtol=0, atol=CLOSE)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("steps", [0, 23])
def test_the_new_weights_are_those_of_the_next_step(optimizer, steps):
    experiment = Experiment(
        dataset=Part(name="circle"),
        model=Part(name="mlp", params={"layers": [5, 3], "dropout": 0.2}),
        optimizer=OPTIMIZERS[optimizer],
        schedule=Part(name="cosine", params={"steps": 60, "warmup_steps": 10}),
        training=Training(batch_size=11, l1=1e-3, l2=0.05, engine="eager"),
        seed=4,
    )
    run = run_of(experiment, steps)
    with undisturbed(run.module):
        predicted(run)
    assert_foretold(run)


def test_frozen_units_are_foretold_to_stay():
    experiment = POINTS.model_copy(
        update={"training": Training(frozen=("hidden1:2", "output"), engine="eager")}
    )
    run = run_of(experiment, 3)
    subject = Mirror().subject(run, {})
    for layer, unit, held in [("hidden1", 2, True), ("output", 0, True), ("hidden1", 1, False)]:
        (neuron, *_) = look("backprop", subject, layer=layer, unit=unit, of="batch")
        assert (column(neuron, "new w") == column(neuron, "w")) == held
        assert (neuron.facts["frozen"] == "yes") == held
    assert_foretold(run)


def test_inside_a_step_it_is_the_step_under_way():
    run = run_of(POINTS)
    before = look("backprop", Mirror().subject(run, {}), of="batch")
    stages = run.stages()
    for stage in ("forward", "loss", "backward"):
        assert next(stages) == stage
        assert look("backprop", Mirror().subject(run, {}), of="batch") == before
    assert next(stages) == "update"
    name = before[0].facts["layer"]
    now = run.module.get_submodule(name).weight[0].tolist()
    assert now == pytest.approx(column(before[0], "new w"), abs=CLOSE)


def test_an_edit_of_the_rate_changes_the_foretold_step():
    run = run_of(POINTS.model_copy(update={"optimizer": OPTIMIZERS["sgd"]}))
    change = Change(path="optimizer.params.learning_rate", value=0.5)
    run.edit(Edit(step=run.step, action=Configure(changes=(change,))))
    assert look("backprop", Mirror().subject(run, {}), of="batch")[0].facts["lr"] == 0.5
    assert_foretold(run)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"layer": "nowhere"}, "layer"),
        ({"layer": "features"}, "layer"),
        ({"layer": "hidden1", "unit": 4}, "unit"),
        ({"index": 200}, "index"),
    ],
)
def test_what_is_not_there_is_refused_with_its_field(params, field):
    with pytest.raises(ProblemError) as caught:
        look("backprop", subject_of("points"), **params)
    assert caught.value.problem.field == field
