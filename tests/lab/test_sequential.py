"""A network of one's own layers: their shapes, what does not fit, and what an edit keeps."""

import pytest
import torch
from tests.lab.test_models import images, run_of
from torch import nn

from lantern.lab.building.batch_norm import BatchNormMaps, BatchNormRows
from lantern.lab.checking import checked
from lantern.lab.data import Data, Split
from lantern.lab.models.lenet5 import LeNet5
from lantern.lab.models.sequential import Sequential
from lantern.lab.models.small_cnn import SmallCnn
from lantern.lab.run import Run
from lantern.lab.summary import summarise
from lantern.protocol.checking import CheckedModel, CheckModel
from lantern.protocol.experiment import Change, Edit, Experiment, Part, Reshape, Training
from lantern.protocol.problems import ProblemError

CHAIN = [
    {"type": "conv", "name": "conv1", "channels": 4},
    {"type": "activation", "name": "relu1"},
    {"type": "pool", "name": "pool1"},
    {"type": "conv", "name": "conv2", "channels": 6},
    {"type": "norm", "name": "norm1"},
    {"type": "activation", "name": "relu2"},
    {"type": "conv", "name": "conv3", "channels": 8},
    {"type": "activation", "name": "relu3"},
    {"type": "global_average", "name": "average"},
    {"type": "flatten", "name": "flatten"},
    {"type": "linear", "name": "fc1", "units": 12},
]

MAPS = [
    {"type": "conv", "channels": 6, "kernel": 5, "stride": 2},
    {"type": "conv", "channels": 6, "kernel": 5, "padding": "valid"},
    {"type": "conv", "channels": 6, "kernel": 3, "dilation": 2},
    {"type": "conv", "channels": 6, "kernel": 4, "dilation": 2},
    {"type": "conv", "channels": 6, "kernel": 4, "stride": 3, "padding": "valid", "dilation": 2},
    {"type": "conv", "channels": 6, "groups": 2},
    {"type": "depthwise", "kernel": 5, "stride": 2, "pointwise": 7},
    {"type": "depthwise", "pointwise": 0},
    {"type": "residual", "channels": 4},
    {"type": "residual", "channels": 9, "stride": 2, "convs": 3},
    {"type": "residual", "channels": 9, "batch_norm": False, "kernel": 5},
    {"type": "residual", "channels": 9, "skip": False},
    {"type": "pool"},
    {"type": "pool", "method": "average", "kernel": 3, "stride": 2},
    {"type": "global_average"},
    {"type": "norm", "over": "batch"},
    {"type": "norm", "over": "layer"},
    {"type": "norm", "over": "group", "groups": 2},
    {"type": "norm", "over": "instance"},
    {"type": "activation", "function": "gelu"},
    {"type": "dropout", "rate": 0.5},
    {"type": "flatten"},
]
ROWS = [
    {"type": "linear", "units": 9},
    {"type": "norm", "over": "batch"},
    {"type": "norm", "over": "layer"},
    {"type": "norm", "over": "group", "groups": 2},
    {"type": "activation", "function": "sine"},
    {"type": "dropout"},
    {"type": "flatten"},
]
FIRST = {
    "images": {"type": "conv", "name": "first", "channels": 4},
    "points": {"type": "linear", "name": "first", "units": 6},
}


def points() -> Data:
    split = Split(
        torch.randn(20, 2, generator=torch.Generator().manual_seed(0)), torch.arange(20) % 2
    )
    return Data("points", split, split, ("orange", "blue"), extent=(-6, 6, -6, 6))


def built(layers: list, data: Data, outputs: int = 10) -> nn.Module:
    torch.manual_seed(0)
    return Sequential.model_validate({"layers": layers}).build(data, outputs)


def check(layers: list | None = None, name: str = "sequential", **more) -> CheckedModel:
    model = Part(name=name, params={} if layers is None else {"layers": layers})
    given = {"model": model, "kind": "images", "shape": (1, 28, 28), "classes": 10}
    return checked(CheckModel.model_validate(given | more))


def id_of(layer: dict) -> str:
    return " ".join(str(value) for value in layer.values())


@pytest.mark.parametrize(
    ("kind", "layer"),
    [("images", layer) for layer in MAPS] + [("points", layer) for layer in ROWS],
    ids=lambda value: value if isinstance(value, str) else id_of(value),
)
def test_a_layer_has_the_shape_and_the_counts_that_torch_gives(kind, layer):
    data = images(15) if kind == "images" else points()
    layers = [FIRST[kind], layer | {"name": "second"}]
    found = check(layers, kind=kind, shape=data.shape, classes=10)
    assert found.problem is None
    module = built(layers, data).eval()
    shapes: dict[str, torch.Size] = {}
    for name, child in module.named_children():
        child.register_forward_hook(
            lambda _, __, output, name=name: shapes.update({name: output.shape[1:]})
        )
    module(data.train.batch(torch.arange(3))[0])
    card = summarise(module, data.shape)
    for row in (*found.layers, found.output):
        mine = [each for each in card.layers if each.path.split(".")[0] == row.name]
        assert row.output_shape == shapes[row.name]
        assert row.parameters == sum(each.parameters for each in mine)
        assert row.macs == sum(each.macs for each in mine)
    assert (found.parameters, found.macs) == (card.parameters, card.macs)


@pytest.mark.parametrize(
    ("layers", "index", "sentence"),
    [
        (
            [{"type": "pool", "kernel": 4, "stride": 4}] * 4,
            2,
            "Layer 3 (max pool 4x4): its input is 1x1, which is smaller than its window.",
        ),
        (
            [{"type": "conv"}, {"type": "linear"}],
            1,
            "Layer 2 (linear 64) takes rows; put a flatten before it.",
        ),
        (
            [{"type": "flatten"}, {"type": "conv"}],
            1,
            "Layer 2 (conv 3x3, 16 channels): it takes maps, but a row of 784 numbers comes in.",
        ),
        (
            [
                {"type": "pool", "kernel": 9, "stride": 9},
                {"type": "conv", "kernel": 5, "padding": "valid"},
            ],
            1,
            "Layer 2 (conv 5x5, 16 channels): its input is 3x3, which is smaller than its window "
            "of 5x5.",
        ),
        (
            [{"type": "conv", "groups": 2}],
            0,
            "Layer 1 (conv 3x3, 16 channels): 2 groups do not divide the 1 channels that come in.",
        ),
        (
            [{"type": "conv"}, {"type": "conv", "channels": 7, "groups": 2}],
            1,
            "Layer 2 (conv 3x3, 7 channels): 2 groups do not divide the 7 channels that it puts "
            "out.",
        ),
        (
            [{"type": "conv", "kernel": 4}],
            0,
            "Layer 1 (conv 4x4, 16 channels): a window of 4x4 has no middle, so the padding cannot "
            "be 'same'.",
        ),
        (
            [{"type": "residual", "kernel": 2}],
            0,
            "Layer 1 (residual block 2x2, 16 channels): a kernel of 2x2 has no middle, so the sum "
            "would be askew.",
        ),
        (
            [{"type": "conv"}, {"type": "global_average"}, {"type": "norm", "over": "instance"}],
            2,
            "Layer 3 (instance norm): it would take the mean of one number, and put out nothing "
            "but its shift.",
        ),
        (
            [{"type": "norm", "over": "group"}],
            0,
            "Layer 1 (group norm): 4 groups do not divide the 1 channels that come in.",
        ),
        (
            [{"type": "conv", "name": "a"}, {"type": "pool", "name": "a"}],
            1,
            "Layer 2 (max pool 2x2): its name 'a' is that of layer 1 as well.",
        ),
        (
            [{"type": "conv", "name": "output"}],
            0,
            "Layer 1 (conv 3x3, 16 channels): its name 'output' is that of a layer which every "
            "model gets by itself.",
        ),
        (
            [{"type": "conv", "name": "training"}],
            0,
            "Layer 1 (conv 3x3, 16 channels): its name 'training' means something else to PyTorch.",
        ),
        (
            [{"type": "conv", "name": "train"}],
            0,
            "Layer 1 (conv 3x3, 16 channels): its name 'train' means something else to PyTorch.",
        ),
        (
            [{"type": "conv", "channels": 0}],
            0,
            "Layer 1 (conv): channels must be greater than or equal to 1, not '0'.",
        ),
        ([{"type": "flatten", "units": 3}], 0, "Layer 1 (flatten): it has no setting 'units'."),
        (
            [{"type": "lstm"}],
            0,
            "Layer 1 (lstm): its type must be one of conv, depthwise, residual, pool, "
            "global_average, norm, activation, dropout, flatten, linear.",
        ),
        (
            [{"type": "conv", "name": "Conv 1"}],
            0,
            "Layer 1 (conv): its name must begin with a small letter, then small letters, digits "
            "and _.",
        ),
    ],
)
def test_one_sentence_says_which_layer_does_not_fit_and_why(layers, index, sentence):
    found = check(layers)
    assert found.problem is not None
    assert found.problem.sentence == sentence
    assert found.problem.field == f"model.params.layers.{index}"
    with pytest.raises(ProblemError) as caught:
        built(layers, images(28))
    assert caught.value.problem == found.problem


def test_layers_before_the_one_that_does_not_fit_have_their_shapes():
    found = check([{"type": "conv"}, {"type": "pool"}, {"type": "linear"}, {"type": "conv"}])
    assert [(layer.name, layer.output_shape) for layer in found.layers] == [
        ("conv1", (16, 28, 28)),
        ("pool1", (16, 14, 14)),
    ]
    assert found.output is None


@pytest.mark.parametrize("layers", [7, "conv", {"type": "conv"}, [3], [None], [[]], [{}]])
def test_what_is_no_list_of_layers_is_refused_with_a_sentence(layers):
    with pytest.raises(ProblemError) as caught:
        Sequential.make(Part(name="sequential", params={"layers": layers}))
    assert caught.value.problem.sentence.endswith(".")
    assert (caught.value.problem.field or "").startswith("model.params.layers")


def test_sixty_four_layers_and_no_more():
    layers = [{"type": "activation"}] * 64
    assert check(layers).problem is None
    problem = check([*layers, {"type": "activation"}]).problem
    assert problem is not None
    assert problem.sentence == "model.params.layers: there are more than 64 of them."


def test_a_model_that_is_too_large_is_refused_before_any_memory_is_taken():
    large = [{"type": "flatten"}] + [{"type": "linear", "units": 4096}] * 3
    found = check(large)
    assert found.parameters == 36_818_954
    assert found.problem is not None
    assert "5,000,000 is the most" in found.problem.sentence
    with pytest.raises(ProblemError):
        run_of(images(28), Part(name="sequential", params={"layers": large}))


def test_no_layers_at_all_are_a_linear_model():
    module = built([], images(8))
    assert [name for name, _ in module.named_children()] == ["normalise", "to_row", "output"]
    assert check([]).parameters == 7_850


def test_generated_names_keep_clear_of_those_given():
    found = check([{"type": "conv"}, {"type": "conv", "name": "conv1"}, {"type": "conv"}])
    assert [layer.name for layer in found.layers] == ["conv2", "conv1", "conv3"]
    assert found.chain is not None
    assert [layer["name"] for layer in found.chain.params["layers"]] == ["conv2", "conv1", "conv3"]


def test_images_of_another_size_are_brought_to_it():
    params = {"layers": [{"type": "conv", "kernel": 5, "padding": "valid"}], "size": 16}
    module = Sequential.model_validate(params).build(images(28), 10)
    assert [name for name, _ in module.named_children()][:2] == ["resize", "normalise"]
    assert summarise(module, (1, 28, 28)).layers[2].output_shape == (16, 12, 12)
    model = Part(name="sequential", params=params)
    assert check(model=model).layers[0].output_shape == (16, 12, 12)


def experiment(layers: list, **more) -> Experiment:
    model = Part(name="sequential", params={"layers": layers})
    given = {"dataset": Part(name="digits"), "model": model, "training": Training(batch_size=8)}
    return Experiment.model_validate(given | more)


def some_images() -> Data:
    by = torch.Generator().manual_seed(1)
    inputs = torch.randint(256, (41, 1, 12, 12), generator=by, dtype=torch.uint8)
    split = Split(inputs, torch.arange(41) % 10)
    names = tuple("0123456789")
    return Data("images", split, split, names, mean=(0.5,), deviation=(0.3,))


def trained(run: Run, steps: int) -> Run:
    for _ in range(steps):
        run.advance()
    return run


def reshape(run: Run, layers: list) -> Edit:
    return Edit(
        step=run.step, action=Reshape(changes=(Change(path="model.params.layers", value=layers),))
    )


def numbers(run: Run) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in run.module.state_dict().items()}


def test_a_pool_put_in_keeps_every_weight_that_fits_bit_for_bit():
    run = trained(Run(experiment(CHAIN), some_images()), 7)
    before = numbers(run)
    longer = [*CHAIN[:6], {"type": "pool", "name": "pool2"}, *CHAIN[6:]]
    run.edit(reshape(run, longer))
    after = numbers(run)
    assert run.step == 7
    assert list(before) == list(after)
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert str(run.kept) == "Weights kept: 6 of 6 layers."
    trained(run, 5)
    assert run.step == 12
    assert not torch.equal(numbers(run)["conv3.weight"], after["conv3.weight"])


def test_reordering_and_widening_keep_what_fits():
    run = trained(Run(experiment(CHAIN), some_images()), 4)
    before = numbers(run)
    wider = [layer | {"channels": 7} if layer["name"] == "conv2" else layer for layer in CHAIN]
    wider[4], wider[5] = wider[5], wider[4]
    run.edit(reshape(run, wider))
    after = numbers(run)
    assert torch.equal(after["conv1.weight"], before["conv1.weight"])
    assert torch.equal(after["conv2.weight"][:6], before["conv2.weight"])
    assert torch.equal(after["conv3.weight"][:, :6], before["conv3.weight"])
    assert torch.equal(after["norm1.running_mean"][:6], before["norm1.running_mean"])
    assert torch.equal(after["output.weight"], before["output.weight"])


def test_the_same_seed_and_edits_give_the_same_weights():
    first = trained(Run(experiment(CHAIN), some_images()), 3)
    first.edit(reshape(first, CHAIN[3:]))
    trained(first, 4)
    again = trained(Run(experiment(CHAIN), some_images(), first.edits), 7)
    mine, others = numbers(first), numbers(again)
    assert all(torch.equal(mine[name], others[name]) for name in mine)


@pytest.mark.parametrize(
    "plugin",
    [LeNet5(), SmallCnn(), SmallCnn(batch_norm=True, dropout=0.3, head="average", hidden=0)],
)
@pytest.mark.parametrize("side", [8, 28])
def test_a_chain_as_layers_is_the_same_network_under_the_same_names(plugin, side):
    params = plugin.model_dump(mode="json")
    found = check(model=Part(name=plugin.name, params=params), shape=(1, side, side))
    assert found.chain is not None
    data = images(side)
    original = plugin.build(data, 10)
    again = Sequential.make(found.chain).build(data, 10)
    again.load_state_dict(original.state_dict())
    inputs = torch.rand(5, 1, side, side)
    assert torch.equal(original.eval()(inputs), again.eval()(inputs))
    assert found.parameters == sum(parameter.numel() for parameter in original.parameters())


def test_going_over_to_layers_keeps_all_weights_of_a_living_run():
    given = experiment([], model=Part(name="small_cnn", params={"channels": [4, 6], "hidden": 8}))
    run = trained(Run(given, some_images()), 5)
    before = numbers(run)
    chain = check(model=given.model, shape=(1, 12, 12)).chain
    assert chain is not None
    change = Change(path="model", value=chain.model_dump(mode="json"))
    run.edit(Edit(step=5, action=Reshape(changes=(change,))))
    after = numbers(run)
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert (run.step, run.experiment.model.name) == (5, "sequential")


@pytest.mark.parametrize("name", ["resnet", "vgg"])
def test_a_model_of_blocks_says_why_it_is_no_list_of_layers(name):
    found = check(name=name, shape=(3, 32, 32))
    assert found.chain is None
    assert found.no_chain is not None
    assert "cannot be edited as a list of layers" in found.no_chain.sentence
    assert found.parameters > 10_000


def test_points_take_linear_layers():
    layers = [{"type": "linear", "units": 5}, {"type": "norm", "over": "batch"}]
    found = check(layers, kind="points", shape=(2,), classes=2)
    assert [layer.parameters for layer in found.layers] == [15, 10]
    assert found.output is not None
    assert found.output.output_shape == (1,)
    model = Part(name="sequential", params={"layers": layers})
    given = Experiment(dataset=Part(name="circle"), model=model, training=Training(batch_size=7))
    run = trained(Run(given, points()), 12)
    assert run.epoch > 3


def test_a_batch_of_one_sample_does_not_stop_a_norm_over_the_batch():
    for layer, inputs in (
        (BatchNormRows(3), torch.randn(1, 3)),
        (BatchNormMaps(3), torch.randn(1, 3, 1, 1)),
    ):
        layer.train()
        before = layer.running_mean.clone()
        assert torch.equal(layer(inputs), layer.eval()(inputs))
        assert torch.equal(layer.running_mean, before)
    rows = torch.randn(6, 3)
    assert torch.equal(BatchNormRows(3)(rows), nn.BatchNorm1d(3)(rows))


def test_the_check_says_what_is_wrong_with_the_question():
    assert check(name="no_such").problem.field == "model.name"
    assert check(shape=(5,)).problem.sentence == "shape: images have 3 lengths, not 1."
    assert check(loss=Part(name="no_such")).problem.field == "loss.name"
