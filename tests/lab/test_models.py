"""Models: their size, their shape, and what they refuse."""

from pathlib import Path

import pytest
import torch
from torch import nn

from lantern.lab.construction import MAX_PARAMETERS
from lantern.lab.data import Data, Split
from lantern.lab.datasets.circle import Circle
from lantern.lab.datasets.digits import Digits
from lantern.lab.models.lenet5 import LeNet5
from lantern.lab.models.mlp import Mlp
from lantern.lab.models.small_cnn import SmallCnn
from lantern.lab.run import Run
from lantern.lab.summary import summarise
from lantern.protocol.experiment import Experiment, Part
from lantern.protocol.problems import ProblemError


def images(side: int, channels: int = 1) -> Data:
    inputs = torch.zeros(20, channels, side, side, dtype=torch.uint8)
    split = Split(inputs, torch.arange(20) % 10)
    ones = (1.0,) * channels
    return Data("images", split, split, tuple("0123456789"), mean=ones, deviation=ones)


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def run_of(data: Data, model: Part, dataset: str = "digits") -> Run:
    return Run(Experiment(dataset=Part(name=dataset), model=model), data)


@pytest.mark.parametrize("side", [8, 28, 32, 64])
def test_lenet5_has_as_many_parameters_as_published(side):
    assert count(LeNet5().build(images(side), 10)) == 61_706


def test_lenet5_layer_by_layer():
    card = summarise(LeNet5().build(images(28), 10), (1, 28, 28))
    found = [
        (layer.path, layer.output_shape, layer.parameters, layer.receptive_field)
        for layer in card.layers
    ]
    assert found == [
        ("resize", (1, 32, 32), 0, 1),
        ("normalise", (1, 32, 32), 0, 1),
        ("conv1", (6, 28, 28), 156, 5),
        ("tanh1", (6, 28, 28), 0, 5),
        ("pool1", (6, 14, 14), 0, 6),
        ("conv2", (16, 10, 10), 2_416, 14),
        ("tanh2", (16, 10, 10), 0, 14),
        ("pool2", (16, 5, 5), 0, 16),
        ("conv3", (120, 1, 1), 48_120, 32),
        ("tanh3", (120, 1, 1), 0, 32),
        ("flatten", (120,), 0, None),
        ("fc1", (84,), 10_164, None),
        ("tanh4", (84,), 0, None),
        ("output", (10,), 850, None),
    ]
    assert card.macs == 28**2 * 6 * 25 + 10**2 * 16 * 150 + 120 * 400 + 120 * 84 + 840


def test_the_card_speaks_to_people():
    card = summarise(SmallCnn(head="average").build(images(28), 10), (1, 28, 28))
    titles = {layer.path: (layer.title, layer.kind) for layer in card.layers}
    assert titles["conv1"] == ("conv1 5×5", "conv")
    assert titles["pool1"] == ("max pool 2", "pool")
    assert titles["average"] == ("global average", "pool")
    assert titles["relu1"] == ("relu1", "activation")
    assert titles["output"] == ("output", "output")
    assert card.parameters == 208 + 3_216 + 3_480 + 24 * 64 + 64 + 650


def test_the_card_leaves_the_module_as_it_was():
    module = SmallCnn(batch_norm=True).build(images(8), 10).train()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    summarise(module, (1, 8, 8))
    assert module.training
    assert all(layer.training and not layer._forward_hooks for layer in module.modules())
    assert all(torch.equal(before[name], now) for name, now in module.state_dict().items())


@pytest.mark.parametrize(("side", "most"), [(8, 3), (28, 4), (32, 5)])
def test_small_cnn_refuses_more_poolings_than_the_image_has_room_for(side, most):
    SmallCnn(channels=(4,) * most, batch_norm=True).build(images(side), 10)
    with pytest.raises(ProblemError, match=f"{most} is the most") as caught:
        SmallCnn(channels=(4,) * (most + 1)).build(images(side), 10)
    assert caught.value.problem.field == "model.params.channels"


def test_small_cnn_takes_colour():
    data = images(32, channels=3)
    outputs = SmallCnn(hidden=0).build(data, 10)(torch.zeros(2, 3, 32, 32))
    assert outputs.shape == (2, 10)


def test_mlp_names_its_layers():
    module = Mlp(layers=(4, 2)).build(Circle().load(Path(), 0), 1)
    assert [name for name, _ in module.named_children()] == [
        "features",
        "hidden1",
        "activation1",
        "gate1",
        "dropout1",
        "hidden2",
        "activation2",
        "gate2",
        "dropout2",
        "output",
    ]
    assert count(module) == 4 * 3 + 2 * 5 + 3


def test_features_are_what_their_names_say():
    names = ("x2", "x1_squared", "x2_squared", "x1_x2", "sin_x1", "sin_x2", "cos_x1", "cos_x2")
    module = Mlp(features=names, layers=()).build(Circle().load(Path(), 0), 1)
    x1, x2 = 0.5, -2.0
    found = module.get_submodule("features")(torch.tensor([[x1, x2]]))[0]
    places = torch.tensor([x1, x2])
    squares = [x2, x1 * x1, x2 * x2, x1 * x2]
    expected = torch.tensor([*squares, *places.sin(), *places.cos()])
    torch.testing.assert_close(found, expected)


def test_a_feature_twice_is_refused():
    with pytest.raises(ProblemError, match="once"):
        Mlp(features=("x1", "x1")).build(Circle().load(Path(), 0), 1)


def test_playground_weights():
    module = Mlp(layers=(64, 64), initialisation="uniform").build(Circle().load(Path(), 0), 1)
    weight = module.get_parameter("hidden2.weight")
    assert 0.45 < weight.abs().max() <= 0.5
    assert torch.all(module.get_parameter("hidden2.bias") == 0.1)


def test_a_model_over_the_cap_is_refused_before_it_is_made():
    part = Part(name="small_cnn", params={"channels": [128], "hidden": 512})
    with pytest.raises(ProblemError, match=f"51,389,194.*{MAX_PARAMETERS:,}") as caught:
        run_of(images(28), part)
    assert caught.value.problem.field == "model.params"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"layers": [65]}, "model.params.layers.0"),
        ({"layers": [4] * 9}, "model.params.layers"),
        ({"layers": [0]}, "model.params.layers.0"),
        ({"features": []}, "model.params.features"),
        ({"features": ["x3"]}, "model.params.features.0"),
        ({"features": ["x1", "x1"]}, "model.params.features"),
        ({"scaling": "log"}, "model.params.scaling"),
        ({"activation": "step"}, "model.params.activation"),
        ({"activations": ["relu", "step"]}, "model.params.activations.1"),
        ({"disabled": ["hidden3:0"]}, "model.params.disabled"),
        ({"dropout": float("nan")}, "model.params.dropout"),
    ],
)
def test_parameters_out_of_bounds_are_named(params, field):
    with pytest.raises(ProblemError) as caught:
        Mlp.make(Part.model_construct(name="mlp", params=params))
    assert caught.value.problem.field == field


def test_a_model_for_images_does_not_take_points():
    with pytest.raises(ProblemError, match="'lenet5' is made for images") as caught:
        run_of(Circle().load(Path(), 0), Part(name="lenet5"), "circle")
    assert caught.value.problem.field == "model.name"


def test_a_gpu_that_is_not_there_is_said(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    experiment = Experiment(dataset=Part(name="digits"), model=Part(name="mlp"))
    experiment = experiment.model_copy(
        update={"training": experiment.training.model_copy(update={"device": "cuda"})}
    )
    with pytest.raises(ProblemError) as caught:
        Run(experiment, Digits().load(Path(), 0))
    assert caught.value.problem.field == "training.device"
