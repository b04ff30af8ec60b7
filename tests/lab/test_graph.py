"""The layer graph of any module: its edges, sizes, work and receptive fields in closed form."""

import pytest
import torch
from tests.lab.graphs import (
    Classic,
    Dense,
    Gated,
    Inception,
    Residual,
    Twice,
    resnet50,
    vgg16,
)
from tests.lab.looking import Throwing, hooks_on, undisturbed
from torch import nn

from lantern.lab.graph.blocks import _titles
from lantern.lab.graph.tracing import traced_graph
from lantern.lab.summary import summarise
from lantern.protocol.events import ModelCard


def edges(card: ModelCard) -> dict[str, list[str]]:
    """The layers that each layer takes from; a second use of a module has `'2` behind its path."""
    names = [
        f"{layer.path}'{layer.call + 1}" if layer.call else layer.path for layer in card.layers
    ]
    names.append("input")  # at place -1
    return {
        name: [names[place] for place in layer.inputs]
        for name, layer in zip(names, card.layers, strict=False)
    }


def layer(card: ModelCard, path: str):
    return next(each for each in card.layers if each.path == path)


def largest_field(card: ModelCard) -> int:
    return max(each.receptive_field or 0 for each in card.layers if each.kind == "conv")


def on_meta(build) -> nn.Module:
    with torch.device("meta"):
        return build()


def test_a_residual_block_with_functions_between():
    card = summarise(Residual(), (4, 8, 8))
    assert edges(card) == {
        "conv1": ["input"],
        "relu": ["conv1"],
        "conv2": ["relu"],
        "add": ["conv2", "input"],
        "relu_2": ["add"],
    }
    assert [each.kind for each in card.layers] == [
        "conv",
        "activation",
        "conv",
        "add",
        "activation",
    ]
    assert [each.receptive_field for each in card.layers] == [3, 3, 5, 5, 5]
    assert card.macs == 2 * 64 * 4 * 4 * 9
    assert layer(card, "add").output_shape == (4, 8, 8)
    assert not layer(card, "add").is_module


def test_an_inception_block():
    card = summarise(Inception(), (4, 9, 9))
    found = edges(card)
    assert found["cat"] == ["one", "three.2", "five.2", "pool.1"]
    assert [name for name, before in found.items() if before == ["input"]] == [
        "one",
        "three.0",
        "five.0",
        "pool.0",
    ]
    join = card.layers[-1]
    assert (join.kind, join.output_shape, join.receptive_field) == ("concat", (12, 9, 9), 5)
    macs = 4 * 2 + (4 * 3 + 3 * 5 * 9) + (4 * 1 + 1 * 2 * 25) + 4 * 3
    assert card.macs == 81 * macs
    assert card.parameters == macs


def test_dense_connections():
    card = summarise(Dense(), (4, 6, 6))
    assert edges(card) == {
        "layers.0": ["input"],
        "cat": ["input", "layers.0"],
        "layers.1": ["cat"],
        "cat_2": ["input", "layers.0", "layers.1"],
        "layers.2": ["cat_2"],
        "cat_3": ["input", "layers.0", "layers.1", "layers.2"],
    }
    assert card.layers[-1].output_shape == (10, 6, 6)
    assert [each.receptive_field for each in card.layers] == [3, 3, 5, 5, 7, 7]


def test_a_gate_sees_the_whole_map_and_identity_is_a_branch_of_its_own():
    card = summarise(Gated(), (4, 8, 8))
    found = edges(card)
    assert found["conv"] == ["input"]
    assert found["mean"] == ["conv"]
    assert found["mul"] == ["conv", "sigmoid"]
    assert found["add"] == ["mul", "skip"]
    kinds = {each.path: each.kind for each in card.layers}
    assert (kinds["mean"], kinds["mul"], kinds["add"]) == ("pool", "multiply", "add")
    assert layer(card, "conv").receptive_field == 3
    assert layer(card, "mul").receptive_field == 3 + 7


def test_functions_for_all_that_has_no_weights():
    card = summarise(Classic(), (1, 28, 28))
    found = edges(card)
    assert found["max_pool2d"] == ["relu"]
    assert found["fc1"] == ["max_pool2d_2"]
    assert [each.receptive_field for each in card.layers[:6]] == [5, 5, 6, 14, 14, 16]
    assert card.macs == 24**2 * 6 * 25 + 8**2 * 16 * 150 + 256 * 120 + 1200
    assert layer(card, "max_pool2d").window.stride == (2, 2)
    assert card.layers[-1].kind == "output"


def test_a_module_used_twice_is_two_layers_whose_parameters_count_once():
    card = summarise(Twice(), (4, 5, 5))
    assert edges(card) == {
        "conv": ["input"],
        "conv'2": ["conv"],
        "cat": ["input", "conv'2"],
    }
    assert [each.parameters for each in card.layers] == [36, 0, 0]
    assert card.macs == 2 * 25 * 36
    assert card.layers[1].receptive_field == 5


def test_vgg16_at_its_published_size_takes_no_memory():
    card = summarise(on_meta(vgg16), (3, 224, 224))
    assert card.parameters == 138_357_544
    assert card.macs == 15_470_264_320
    pools = [each for each in card.layers if each.kind == "pool"]
    assert [pool.receptive_field for pool in pools] == [6, 16, 44, 100, 212]
    assert [block.path for block in card.blocks] == [*(f"block{n}" for n in range(1, 6)), "head"]
    assert [block.weighted for block in card.blocks] == [2, 2, 3, 3, 3, 3]


def test_resnet50_at_its_published_size():
    card = summarise(on_meta(resnet50), (3, 224, 224))
    assert card.parameters == 25_557_032
    assert card.macs == 4_089_184_256
    assert largest_field(card) == 427
    assert [block.path for block in card.blocks] == [
        "stem",
        *(f"layer{n}" for n in range(1, 5)),
        "head",
    ]
    assert [block.skips for block in card.blocks] == [False, True, True, True, True, False]
    joins = [each for each in card.layers if each.kind == "add"]
    assert len(joins) == 16
    assert edges(card)["layer1.0.add"] == ["layer1.0.bn3", "layer1.0.downsample.1"]
    assert edges(card)["layer1.1.add"] == ["layer1.1.bn3", "layer1.0.relu'3"]


def test_resnet50_with_the_stride_of_the_paper_sees_483_pixels():
    assert largest_field(summarise(on_meta(lambda: resnet50(early=True)), (3, 224, 224))) == 483


def test_few_blocks_are_opened_and_many_are_not():
    def stage(count: int) -> nn.Module:
        return nn.Sequential(*(Residual() for _ in range(count)))

    few = nn.Sequential(nn.Conv2d(3, 4, 3), stage(2), stage(2), nn.Flatten(), nn.Linear(144, 2))
    paths = [block.path for block in summarise(few, (3, 8, 8)).blocks]
    assert paths == ["stem", "1.0", "1.1", "2.0", "2.1", "head"]
    many = nn.Sequential(nn.Conv2d(3, 4, 3), stage(7), stage(7), nn.Flatten(), nn.Linear(144, 2))
    assert [block.path for block in summarise(many, (3, 8, 8)).blocks] == ["stem", "1", "2", "head"]


def test_rows_and_columns_may_be_seen_differently():
    net = nn.Sequential(
        nn.Conv2d(1, 1, (1, 7), padding="same"), nn.Conv2d(1, 1, (3, 1), dilation=2)
    )
    card = summarise(net, (1, 9, 9))
    assert [each.receptive_field for each in card.layers] == [7, 7]
    assert [each.window.padding for each in card.layers] == [(0, 3), (0, 0)]


@pytest.mark.parametrize("build", [Residual, Dense, Gated, Twice])
def test_the_module_is_left_as_it_was(build):
    net = build().train()
    with undisturbed(net):
        summarise(net, (4, 8, 8))
    with undisturbed(net := Throwing()), pytest.raises(ArithmeticError):
        summarise(net, (1, 8, 8))
    assert hooks_on(net) == 0


def test_each_node_holds_what_it_took_and_what_it_made():
    net, x = Residual().eval(), torch.randn(1, 4, 6, 6)
    nodes = traced_graph(net, x)
    assert torch.equal(nodes[-1].output, net(x))
    join = nodes[3]
    assert torch.equal(join.given[0] + join.given[1], join.output)


def test_blocks_that_stand_side_by_side_are_named_alike():
    paths = ["stem", "block3.layer1", "block4.layer1", "block3.layer4", "transition2"]
    titles = ["stem", "block 3.layer 1", "block 4.layer 1", "block 3.layer 4", "transition 2"]
    assert _titles(paths) == titles
