"""The pieces of pictures that channels like best, and what a unit can see at all."""

import numpy as np
import pytest
import torch
from tests.lab.looking import picture_net, subject_of, two_class_images, undisturbed
from tests.lab.test_embeddings import look
from torch import Tensor, nn

from lantern.lab.arrays import numpy_of
from lantern.lab.aside import drained
from lantern.lab.features import output_of, place_of
from lantern.lab.receptive import Fields, Window, fields_of
from lantern.lab.summary import summarise
from lantern.protocol.problems import ProblemError


def fields(module: nn.Module, path: str, shape: tuple[int, ...]) -> Fields:
    place = place_of(module, torch.zeros(1, *shape), path, "norm")
    return drained(fields_of(module, place, shape))


def chain(size: int, layers: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Window arithmetic: (kernel, stride, padding) of each layer, clipped at the borders."""
    sizes = [size]
    for kernel, stride, padding in layers:
        sizes.append((sizes[-1] + 2 * padding - kernel) // stride + 1)
    found = []
    for place in range(sizes[-1]):
        low = high = place
        for (kernel, stride, padding), before in zip(layers[::-1], sizes[-2::-1], strict=True):
            low, high = low * stride - padding, high * stride - padding + kernel - 1
            low, high = max(low, 0), min(high, before - 1)
        found.append((low, high + 1))
    return found


@pytest.mark.parametrize(
    "layers",
    [
        [(5, 1, 2), (2, 2, 0), (3, 1, 1)],
        [(3, 2, 0), (3, 1, 1), (3, 2, 1)],
        [(7, 3, 3), (2, 2, 0)],
        [(1, 2, 0), (3, 1, 0)],
    ],
)
def test_windows_of_a_chain_are_those_of_the_arithmetic(layers):
    parts: list[nn.Module] = []
    for kernel, stride, padding in layers:
        if kernel == 2:
            parts.append(nn.MaxPool2d(kernel, stride, padding))
        else:
            parts += [nn.Conv2d(1, 1, kernel, stride, padding), nn.ReLU()]
    module = nn.Sequential(*parts)
    with undisturbed(module):
        found = fields(module, str(len(parts) - 1), (1, 23, 19))
    assert list(found.rows) == chain(23, layers)
    assert list(found.columns) == chain(19, layers)


class Branching(nn.Module):
    """Two branches joined, a sum over a skip, and a gate that sees everything."""

    def __init__(self, gated: bool) -> None:
        super().__init__()
        self.narrow, self.wide = nn.Conv2d(1, 2, 1), nn.Conv2d(1, 2, 5, padding=2)
        self.relu = nn.ReLU()
        self.body = nn.Conv2d(4, 4, 3, padding=1)
        self.join = nn.Identity()
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 4, 1), nn.Sigmoid())
        self.gated = gated

    def forward(self, inputs: Tensor) -> Tensor:
        both = self.relu(torch.cat([self.narrow(inputs), self.wide(inputs)], 1))
        found = both + self.body(both)
        return self.join(found * self.gate(found) if self.gated else found).flatten(1)


def test_a_join_sees_the_union_and_a_gate_everything():
    plain = fields(Branching(gated=False), "join", (1, 12, 12))
    assert plain.rows[6] == (3, 10)
    assert plain.window(0, 11) == Window(0, 4, 8, 12)
    gated = fields(Branching(gated=True), "join", (1, 12, 12))
    assert set(gated.rows) == {(0, 12)}


@pytest.mark.parametrize("name", ["images", "normed"])
def test_sizes_are_those_of_the_model_card(name):
    subject = subject_of(name)
    for layer in summarise(subject.module, subject.data.shape).layers:
        if len(layer.output_shape) == 3 and layer.receptive_field <= 5:
            found = fields(subject.module, layer.path, subject.data.shape)
            assert found.size == (layer.receptive_field, layer.receptive_field)


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_patches_are_those_of_numpy(layer):
    subject = subject_of("normed", 50)
    with undisturbed(subject.module):
        walls = look("patches", subject, layer=layer, samples=120, channels=3, first=1)[-3:]
    pictures, _ = subject.data.train.batch(torch.arange(120))
    seen = layer.replace("conv", "norm")
    output = output_of(subject.module, pictures, seen).numpy()
    sees = fields(subject.module, layer, subject.data.shape)
    for channel, wall in zip((1, 2, 3), walls, strict=True):
        best = output[:, channel].reshape(120, -1).max(1)
        order = (-best).argsort(kind="stable")[:9]
        assert wall.title == f"channel {channel}"
        assert [int(each) for each in wall.facts["indices"].split()] == order.tolist()
        values = [float(each) for each in wall.facts["values"].split()]
        assert values == pytest.approx(best[order], rel=1e-4)
        for number, index in enumerate(order):
            place = output[index, channel].argmax()
            window = sees.window(*divmod(int(place), output.shape[3]))
            piece = pictures[index, 0, window.top : window.bottom, window.left : window.right]
            shown = numpy_of(wall.images.values)[number, 0]
            assert contains(shown, (piece * 255).round().numpy())


def contains(shown: np.ndarray, piece: np.ndarray) -> bool:
    """Whether the piece lies somewhere in what is shown."""
    rows, columns = (big - small for big, small in zip(shown.shape, piece.shape, strict=True))
    return any(
        np.array_equal(shown[r : r + piece.shape[0], c : c + piece.shape[1]], piece)
        for r in range(rows + 1)
        for c in range(columns + 1)
    )


def test_nothing_outside_its_crop_moves_a_unit():
    subject = subject_of("normed", 50)
    wall = look("patches", subject, layer="conv1", samples=60, channels=1)[-1]
    corners = [tuple(map(int, each.split(","))) for each in wall.facts["windows"].split()]
    indices = [int(each) for each in wall.facts["indices"].split()]
    for index, (top, bottom, left, right) in zip(indices, corners, strict=True):
        pictures = subject.data.train.batch(torch.tensor([index]))[0].requires_grad_()
        output = output_of(subject.module, pictures, "norm1")[0, 0]
        (gradient,) = torch.autograd.grad(output.max(), [pictures])
        assert bool(gradient[0, 0, top:bottom, left:right].any())
        gradient[0, 0, top:bottom, left:right] = 0
        assert not bool(gradient.any())


def test_a_border_is_shown_in_grey_where_the_picture_ends():
    subject = two_class_images(nn.Sequential(nn.Conv2d(1, 2, 5, padding=2), nn.Flatten()))
    wall = look("patches", subject, layer="0", samples=40, channels=1)[-1]
    shown = numpy_of(wall.images.values)[:, 0]
    for picture, corners in zip(shown, wall.facts["windows"].split(), strict=True):
        top, bottom, left, right = map(int, corners.split(","))
        beyond_top, beyond_left = 5 - (bottom - top), 5 - (right - left)
        if top == 0 and bottom < 6:
            assert (picture[:beyond_top] == 128).all()
        if left == 0 and right < 6:
            assert (picture[:, :beyond_left] == 128).all()


def test_a_linear_layers_units_see_whole_pictures():
    subject = subject_of("images")
    walls = look("patches", subject, layer="fc1", samples=40, channels=2)[-2:]
    assert walls[0].images.values.shape == (9, 1, 8, 8)
    with pytest.raises(ProblemError) as caught:
        look("patches", subject, layer="conv1", first=4)
    assert caught.value.problem.field == "first"


def test_a_layer_is_read_behind_its_normalisation_before_its_non_linearity():
    module, picture = picture_net(2).eval(), torch.rand(1, 1, 8, 8)
    place = place_of(module, picture, "0", "norm")
    assert (place.path, place.seen, place.is_map) == ("0", "1", True)
    assert place_of(module, picture, "0").seen == "2"
