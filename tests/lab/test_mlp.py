"""The parts of a perceptron that can be changed one by one: scaling, activations, gates."""

import copy
import math
from pathlib import Path

import pytest
import torch
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from torch import nn

from lantern.lab.building.activations import MODULES, activation
from lantern.lab.building.gate import Gate
from lantern.lab.capture import settled, traced
from lantern.lab.datasets.circle import Circle
from lantern.lab.datasets.own import Own
from lantern.lab.look import Mirror
from lantern.lab.models.mlp import Mlp
from lantern.lab.run import Run
from lantern.protocol.experiment import Change, Configure, Edit, Experiment, Part
from lantern.protocol.problems import ProblemError

DATA = Circle().load(Path(), 0)
FEATURES = ("x1", "x2_squared", "cos_x1")


def erf_gelu(z: float) -> float:
    return z * (1 + math.erf(z / math.sqrt(2))) / 2


FORMULAS = {
    "tanh": math.tanh,
    "relu": lambda z: max(0.0, z),
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "linear": lambda z: z,
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
    "elu": lambda z: z if z > 0 else math.exp(z) - 1,
    "softplus": lambda z: math.log1p(math.exp(z)),
    "silu": lambda z: z / (1 + math.exp(-z)),
    "mish": lambda z: z * math.tanh(math.log1p(math.exp(z))),
    "gelu": erf_gelu,
    "bent_identity": lambda z: (math.sqrt(z * z + 1) - 1) / 2 + z,
    "sine": math.sin,
}


def test_there_is_a_formula_for_every_activation():
    assert set(MODULES) == set(FORMULAS)


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_activations_are_their_formulas(name):
    places = torch.linspace(-4, 4, 41, dtype=torch.float64)
    expected = [FORMULAS[name](z) for z in places.tolist()]
    assert activation(name)(places).tolist() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_what_a_layer_puts_out_is_behind_its_activation(name):
    module = Mlp(layers=(3,), activation=name).build(DATA, 1).eval()
    calls, _ = traced(module, DATA.train.inputs)
    place = [call.path for call in calls].index("hidden1")
    raw = calls[place].output
    torch.testing.assert_close(settled(calls, place).output, activation(name)(raw))


def test_layers_have_activations_of_their_own():
    model = Mlp(layers=(3, 4, 2), activation="elu", activations=("sine", "mish"))
    module = model.build(DATA, 1)
    kinds = [type(module.get_submodule(f"activation{n}")).__name__ for n in (1, 2, 3)]
    assert kinds == ["Sine", "Mish", "ELU"]


def test_all_weights_can_start_at_zero():
    module = Mlp(layers=(3, 2), initialisation="zeros").build(DATA, 1)
    assert all((weight == 0).all() for weight in module.parameters())


@pytest.mark.parametrize(
    ("kind", "reference"),
    [("normalise", MinMaxScaler((-1, 1))), ("standardise", StandardScaler())],
)
def test_features_are_scaled_as_the_training_points_say(kind, reference):
    module = Mlp(features=FEATURES, scaling=kind).build(DATA, 1)
    features = module.get_submodule("features")
    reference.fit(features(DATA.train.inputs).double().numpy())
    raw = features(DATA.validation.inputs)
    found = module.get_submodule("scaling")(raw)
    expected = torch.tensor(reference.transform(raw.double().numpy()))
    torch.testing.assert_close(found.double(), expected, rtol=1e-4, atol=1e-5)


def test_scaling_is_saved_with_the_weights():
    model = Mlp(scaling="standardise")
    state = model.build(DATA, 1).state_dict()
    assert {"scaling.shift", "scaling.scale"} < set(state)
    other = model.build(Circle().load(Path(), 1), 1)
    other.load_state_dict(state)
    assert torch.equal(other.get_buffer("scaling.shift"), state["scaling.shift"])
    assert "scaling" not in dict(Mlp().build(DATA, 1).named_children())


@pytest.mark.parametrize("kind", ["normalise", "standardise"])
def test_a_feature_that_never_changes_is_only_shifted(kind):
    data = Own(points=((1, 3, 0), (1, 4, 1), (1, 5, 0))).load(Path(), 0)
    module = Mlp(scaling=kind).build(data, 1)
    scaled = module.get_submodule("scaling")(data.train.inputs)
    assert torch.equal(scaled[:, 0], torch.zeros(len(scaled)))


def test_a_disabled_unit_says_nothing_and_learns_nothing():
    model = Mlp(layers=(4, 3), disabled=("hidden1:2", "hidden2:0"))
    module = model.build(DATA, 1).train()
    calls, _ = traced(module, DATA.train.inputs)
    after = {call.path: call.output for call in calls}
    for layer, unit in ((1, 2), (2, 0)):
        assert (after[f"activation{layer}"][:, unit] != 0).any()
        assert (after[f"gate{layer}"].abs().sum(dim=0) == 0).nonzero().tolist() == [[unit]]
    module(DATA.train.inputs).sum().backward()
    gradient = module.get_parameter("hidden1.weight").grad
    assert gradient is not None
    assert (gradient.abs().sum(dim=1) == 0).tolist() == [False, False, True, False]


def test_gates_follow_the_experiment_and_are_not_saved():
    module = Mlp().build(DATA, 1)
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    assert not any("gate" in name for name in before)
    points = DATA.train.inputs
    whole = module(points)
    Mlp(disabled=("hidden1:0", "hidden1:3")).adjust(module)
    assert module.get_buffer("gate1.open").tolist() == [0, 1, 1, 0]
    assert not torch.equal(module(points), whole)
    Mlp().adjust(module)
    assert torch.equal(module(points), whole)
    assert set(module.state_dict()) == set(before)


def test_a_gate_in_training_knows_what_was_copied_into_it():
    gate = Gate(2)
    twin = copy.deepcopy(gate).eval()
    gate.close([0])
    twin.open.copy_(gate.open)
    ones = torch.ones(1, 2)
    assert twin(ones).tolist() == twin.train()(ones).tolist() == [[0, 1]]
    gate.close([])
    assert gate(ones) is ones


def test_a_look_at_a_run_sees_the_units_that_are_disabled_now():
    run = Run(Experiment(dataset=Part(name="circle"), model=Part(name="mlp")), DATA)
    mirror = Mirror()
    for units in (["hidden1:1"], ["hidden1:1", "hidden2:1"], []):
        change = Change(path="model.params.disabled", value=units)
        run.edit(Edit(step=run.step, action=Configure(changes=(change,))))
        seen = mirror.subject(run, {}).module
        assert torch.equal(seen(DATA.train.inputs), run.module.eval()(DATA.train.inputs))
        closed = sum(int((run.module.get_buffer(f"gate{n}.open") == 0).sum()) for n in (1, 2))
        assert closed == len(units)
        run.module.train()
        run.advance()


@pytest.mark.parametrize("unit", ["hidden1:4", "hidden3:0", "hidden0:0", "output:0", "hidden1", ""])
def test_units_that_are_not_there_are_named(unit):
    with pytest.raises(ProblemError, match="hidden1:0 to hidden2:1") as caught:
        Mlp(layers=(4, 2), disabled=(unit,))
    problem = caught.value.problem
    assert problem.field == "model.params.disabled"
    assert repr(unit) in problem.sentence
    with pytest.raises(ProblemError, match="there are no hidden layers"):
        Mlp(layers=(), disabled=(unit,))


def test_eight_layers_of_sixty_four_are_allowed():
    module = Mlp(layers=(64,) * 8).build(DATA, 3)
    assert module(DATA.train.inputs).shape == (200, 3)
    assert len([layer for layer in module.modules() if isinstance(layer, nn.Linear)]) == 9
