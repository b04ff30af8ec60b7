"""One number taken apart equals what the layer put out, whatever the layer."""

import pytest
import torch
from tests.lab.graphs import Classic, Gated, Inception, Residual
from tests.lab.looking import subject_of, two_class_images
from torch import nn
from torch.nn import functional as F

from lantern.lab.arrays import numpy_of
from lantern.lab.graph.positions import Place, patch_of
from lantern.lab.graph.tracing import traced_graph
from lantern.lab.inspectors.position import Position
from lantern.protocol.problems import ProblemError

CONVOLUTIONS = {
    "plain": nn.Conv2d(4, 6, 3),
    "strided": nn.Conv2d(4, 6, 3, stride=2, padding=1),
    "grouped": nn.Conv2d(4, 6, 3, padding=1, groups=2),
    "depthwise": nn.Conv2d(4, 4, 3, padding=1, groups=4, bias=False),
    "dilated": nn.Conv2d(4, 6, 3, padding=2, dilation=2),
    "oblong": nn.Conv2d(4, 6, (1, 5), padding=(0, 2), stride=(2, 1)),
    "same": nn.Conv2d(4, 6, 4, padding="same"),
    "mirrored": nn.Conv2d(4, 6, 3, padding=1, padding_mode="reflect"),
    "around": nn.Conv2d(4, 6, (3, 5), padding="same", padding_mode="circular"),
}
POOLS = {
    "max": nn.MaxPool2d(2),
    "max overlapping": nn.MaxPool2d(3, stride=2, padding=1),
    "max dilated": nn.MaxPool2d(2, stride=1, dilation=2),
    "max rounded up": nn.MaxPool2d(2, ceil_mode=True),
    "average": nn.AvgPool2d(3, stride=2, padding=1),
    "average inside": nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False),
    "average rounded up": nn.AvgPool2d(2, ceil_mode=True),
    "adaptive": nn.AdaptiveAvgPool2d((2, 3)),
    "global": nn.AdaptiveAvgPool2d(1),
}


def pictures(side: int = 7) -> torch.Tensor:
    return torch.randn(1, 4, side, side + 1, generator=torch.Generator().manual_seed(3))


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("layer", [*CONVOLUTIONS.values(), *POOLS.values()], ids=str)
def test_products_sum_up_to_what_the_layer_puts_out(layer):
    (node,) = traced_graph(layer, pictures())
    _, units, height, width = node.output.shape
    for unit in range(units):
        for row, column in [(0, 0), (height - 1, width - 1), (height // 2, width // 3)]:
            patch = patch_of(node, Place(unit, row, column))
            found = float(patch.sums.sum()) + (patch.bias or 0.0)
            assert found == pytest.approx(float(node.output[0, unit, row, column]), abs=5e-6)


def test_the_patch_is_the_one_of_unfold():
    layer = nn.Conv2d(4, 2, 3, stride=2, padding=1)
    x = pictures()
    (node,) = traced_graph(layer, x)
    windows = F.unfold(x, 3, stride=2, padding=1).reshape(4, 3, 3, *node.output.shape[2:])
    for row, column in [(0, 0), (1, 2), (3, 3)]:
        patch = patch_of(node, Place(1, row, column))
        assert torch.equal(patch.inputs.float(), windows[..., row, column])
        assert torch.equal(patch.weights.float(), layer.weight[1])


def test_a_maximum_names_its_winner():
    x = pictures()
    (node,) = traced_graph(nn.MaxPool2d(2), x)
    patch = patch_of(node, Place(2, 1, 3))
    row, column = patch.winner
    assert x[0, 2, patch.rows[row], patch.columns[column]] == node.output[0, 2, 1, 3]


def test_beyond_an_edge_nothing_wins():
    x = pictures() - 10
    (node,) = traced_graph(nn.MaxPool2d(3, padding=1), x)
    assert float(patch_of(node, Place(0, 0, 0)).sums.sum()) == float(node.output[0, 0, 0, 0])


def figures(net: nn.Module, **params):
    subject = two_class_images(net)
    return list(Position(**params).figures(subject))


def net(inner: nn.Module, channels: int = 4) -> nn.Module:
    """One output for pictures of (1, 6, 6)."""
    torch.manual_seed(1)
    head = nn.Sequential(nn.Flatten(), nn.LazyLinear(1))
    whole = nn.Sequential(nn.Conv2d(1, channels, 1), inner, head)
    whole(torch.zeros(1, 1, 6, 6))
    return whole


def test_the_steps_go_on_through_normalisation_and_activation():
    torch.manual_seed(0)
    norm = nn.BatchNorm2d(3)
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.5, 2)
    inner = nn.Sequential(nn.Conv2d(4, 3, 3, padding=1), norm, nn.SiLU())
    whole = net(inner)
    steps, patch, kernel, sums = figures(whole, layer="1.0", unit=2, row=5, column=0)
    assert [row[0] for row in steps.rows] == [
        "sum of products",
        "bias",
        "pre-activation",
        "1.1",
        "1.2",
    ]
    x = two_class_images(whole).resolve(0)[0]
    z = inner[0](whole[0](x))
    assert steps.facts["z"] == float(z[0, 2, 5, 0])
    assert steps.facts["norm"] == float(norm.eval()(z)[0, 2, 5, 0])
    assert steps.facts["a"] == float(inner.eval()(whole[0](x))[0, 2, 5, 0])
    products = numpy_of(patch.values) * numpy_of(kernel.values)
    assert products.shape == (4, 9)
    assert products.sum(1).tolist() == pytest.approx([value for _, value in sums.rows], abs=1e-6)
    assert (steps.facts["top"], steps.facts["left"]) == (4, -1)


def test_a_neuron_lists_the_inputs_that_count_most():
    torch.manual_seed(0)
    whole = net(nn.ReLU())
    steps, terms = figures(whole, layer="2.1")
    *rows, others = terms.rows
    assert len(rows) == 24
    sizes = [abs(row[3]) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    total = sum(row[3] for row in rows) + others[3]
    assert total + steps.facts["b"] == pytest.approx(steps.facts["z"], abs=1e-6)
    assert rows[0][0].startswith("channel ")


@pytest.mark.parametrize(
    ("inner", "layer", "terms"),
    [
        (Residual(), "1.add", ["1.conv2", "0"]),
        (Inception(), "1.cat", ["1.three.2, unit 1"]),
        (Gated(), "1.mul", ["1.conv", "1.sigmoid"]),
        (Gated(), "1.add", ["1.mul", "1.skip"]),
        (Residual(), "1.relu_2", ["1.conv2", "0"]),
    ],
    ids=["add", "concat", "product", "module", "activation"],
)
def test_where_branches_meet_each_says_its_part(inner, layer, terms):
    whole = net(inner)
    unit = 3
    steps, table = figures(whole, layer=layer, unit=unit, row=2, column=4)
    assert [name for name, _ in table.rows] == terms
    parts = [value for _, value in table.rows]
    expected = {"1.add": sum(parts), "1.cat": parts[0], "1.relu_2": sum(parts)}
    if layer == "1.mul":
        expected[layer] = parts[0] * parts[1]
    assert steps.facts["z"] == pytest.approx(expected[layer], abs=1e-6)


def test_functions_have_formulas_too():
    torch.manual_seed(0)
    whole = nn.Sequential(nn.Upsample(28), Classic(), nn.Linear(10, 1))
    steps, patch, kernel, _ = figures(whole, layer="1.max_pool2d", unit=4, row=3, column=2)
    assert steps.facts["z"] == float((numpy_of(patch.values) * numpy_of(kernel.values)).sum())


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"layer": "nine"}, "layer"),
        ({"layer": "conv1", "unit": 4}, "unit"),
        ({"layer": "conv1", "row": 8}, "row"),
        ({"layer": "conv1", "column": 8}, "column"),
    ],
)
def test_what_is_not_there_is_refused(params, field):
    with pytest.raises(ProblemError) as caught:
        list(Position(**params).figures(subject_of("images")))
    assert caught.value.problem.field == field


def test_a_layer_that_sums_nothing_up_has_no_normalisation_of_another():
    subject = subject_of("lenet")
    steps, terms = Position(layer="resize", row=9, column=9).figures(subject)
    assert [row[0] for row in steps.rows] == ["resize"]
    assert terms.rows[0][0] == "input"
    steps, *_ = Position(layer="normalise", row=9, column=9).figures(subject)
    assert [row[0] for row in steps.rows] == ["normalise"]
