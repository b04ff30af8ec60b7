"""The picture of a deep network: columns by block, arcs for what skips layers, one block open."""

from collections import OrderedDict

import pytest
import torch
from tests.lab.graphs import Add, Bottleneck, Inception, conv
from tests.lab.looking import hooks_on, subject_of, two_class_images
from torch import Tensor, nn

from lantern.lab.arrays import numpy_of
from lantern.lab.inspectors.network import Network
from lantern.protocol.figures import NetworkFigure


class Block(nn.Module):
    """A residual block of modules alone."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.conv1, self.norm1, self.relu1 = conv(before, after), nn.BatchNorm2d(after), nn.ReLU()
        self.conv2, self.norm2 = conv(after, after), nn.BatchNorm2d(after)
        self.add, self.relu2 = Add(), nn.ReLU()
        self.shortcut = nn.Identity() if before == after else conv(before, after, 1)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.norm2(self.conv2(self.relu1(self.norm1(self.conv1(x)))))
        return self.relu2(self.add(inner, self.shortcut(x)))


def deep() -> nn.Module:
    torch.manual_seed(2)
    blocks = {f"block{n}": Block(4, 4) for n in range(1, 5)}
    head = OrderedDict(
        average=nn.AdaptiveAvgPool2d(1), flatten=nn.Flatten(), output=nn.Linear(4, 1)
    )
    stem = nn.Sequential(conv(1, 4), nn.ReLU())
    return nn.Sequential(OrderedDict(stem=stem, **blocks, **head)).eval()


def figure_of(module: nn.Module, **params) -> NetworkFigure:
    (figure,) = Network(**params).figures(two_class_images(module))
    return figure


def skips(figure: NetworkFigure) -> list[tuple[int, int]]:
    return [(link.source, link.target) for link in figure.links if link.skip]


def test_many_layers_are_shown_by_their_blocks():
    net = deep()
    figure = figure_of(net)
    titles = [layer.title for layer in figure.layers]
    assert titles == ["input", "stem", "block 1", "block 2", "block 3", "block 4", "output"]
    assert skips(figure) == [(1, 2), (2, 3), (3, 4), (4, 5)]
    plain = [(link.source, link.target) for link in figure.links if not link.skip]
    assert plain == [(at, at + 1) for at in range(6)]
    assert figure.facts["level"] == "blocks"
    assert [layer.opens for layer in figure.layers] == [False, False, *[True] * 4, False]
    assert hooks_on(net) == 0


def test_a_block_shows_what_it_hands_on():
    net = deep()
    subject = two_class_images(net)
    figure = figure_of(net)
    x = subject.resolve(0)[0]
    expected = net.block2(net.block1(net.stem(x)))[0]
    maps = figure.layers[3].maps
    assert maps is not None
    shown = numpy_of(maps.values)[:, 0] / 255 * numpy_of(maps.high)[:, None, None]
    assert shown == pytest.approx(expected.numpy(), abs=float(expected.max()) / 255)
    assert figure.layers[3].path == "block2.relu2"


def test_a_block_can_be_opened_to_its_layers():
    figure = figure_of(deep(), open="block2")
    titles = [layer.title for layer in figure.layers]
    assert titles[2:6] == ["block 1", "conv1", "conv2", "block 2"]
    assert (2, 5) in skips(figure)
    assert (4, 5) not in skips(figure)
    assert figure.layers[3].path == "block2.conv1"


def test_all_layers_where_they_are_asked_for():
    figure = figure_of(deep(), level="layers")
    assert len(figure.layers) == 2 + 1 + 8
    assert figure.layers[2].title == "block1.conv1"
    assert skips(figure) == [(1, 3), (3, 5), (5, 7), (7, 9)]


def test_blocks_joined_by_functions_are_caught_as_a_whole():
    layers = [conv(1, 8), *(Bottleneck(8, 2, 1, early=False) for _ in range(3))]
    net = nn.Sequential(*layers, nn.Flatten(), nn.Linear(288, 1)).eval()
    figure = figure_of(net)
    assert [layer.title for layer in figure.layers] == ["input", "stem", "1", "2", "3", "output"]
    assert skips(figure) == [(1, 2), (2, 3), (3, 4)]


def test_a_block_that_ends_in_a_function_is_caught_too():
    layers = [conv(1, 4), Inception(), conv(12, 4), Inception()]
    net = nn.Sequential(*layers, nn.Flatten(), nn.Linear(432, 1)).eval()
    figure = figure_of(net)
    assert [layer.units for layer in figure.layers] == [1, 4, 12, 4, 12, 2]
    assert skips(figure) == []


def test_a_plain_chain_stays_as_it_is():
    (figure,) = Network().figures(subject_of("lenet"))
    assert [layer.title for layer in figure.layers][:3] == ["input", "conv1", "conv2"]
    assert figure.facts["level"] == "layers"
    assert skips(figure) == []
