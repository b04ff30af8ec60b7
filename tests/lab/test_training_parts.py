"""Optimizers, schedules, augmentations, dropout, data order."""

import copy

import pytest
import torch
from torch import nn

from lantern.lab.augmentations.shift import Shift
from lantern.lab.building.dropout import Dropout
from lantern.lab.building.resize import Resize
from lantern.lab.data import Split
from lantern.lab.optimizers.adam import Adam
from lantern.lab.optimizers.sgd import Sgd
from lantern.lab.order import SMALL_BYTES, BatchOrder
from lantern.lab.schedules.cosine import Cosine


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_sgd_with_momentum_takes_the_steps_of_the_formula():
    weight = nn.Parameter(torch.tensor([1.0]))
    optimizer = Sgd(learning_rate=0.1, momentum=0.5).build([weight])
    value, velocity = 1.0, 0.0
    for _ in range(5):
        optimizer.zero_grad()
        weight.square().sum().backward()
        optimizer.step()
        velocity = 0.5 * velocity + 2 * value
        value -= 0.1 * velocity
    assert weight.item() == pytest.approx(value, rel=1e-5)


def test_adams_first_step_is_the_learning_rate():
    weight = nn.Parameter(torch.tensor([1.0, -5.0]))
    optimizer = Adam(learning_rate=0.01).build([weight])
    weight.square().sum().backward()
    optimizer.step()
    torch.testing.assert_close(weight.detach(), torch.tensor([0.99, -4.99]))


@pytest.mark.parametrize(
    ("plugin", "fields"),
    [
        (Sgd(learning_rate=0.2, momentum=0.8), {"lr": 0.1, "momentum": 0.8}),
        (Adam(learning_rate=0.2, beta1=0.5, beta2=0.9), {"lr": 0.1, "betas": (0.5, 0.9)}),
    ],
)
def test_live_fields_reach_the_optimizer(plugin, fields):
    optimizer = type(plugin)().build([nn.Parameter(torch.zeros(2))])
    plugin.adjust(optimizer, 0.5)
    assert {name: optimizer.param_groups[0][name] for name in fields} == fields


def test_cosine_warms_up_falls_and_stays():
    schedule = Cosine(steps=110, warmup_steps=10, floor=0.1)
    factors = [schedule.factor(step, 0) for step in (0, 9, 10, 60, 110, 5000)]
    assert factors == pytest.approx([1 / 11, 10 / 11, 1.0, 0.55, 0.1, 0.1])


def test_shift_moves_each_image_as_a_whole():
    images = torch.rand(40, 2, 9, 7, generator=generator()) + 0.5
    moved = Shift(pixels=2).apply(images, generator(1))
    assert moved.shape == images.shape
    seen = {move_of(image, after) for image, after in zip(images, moved, strict=True)}
    assert len(seen) > 10


def move_of(image: torch.Tensor, after: torch.Tensor) -> tuple[int, int]:
    for down in range(-2, 3):
        for across in range(-2, 3):
            expected = torch.zeros_like(image)
            rows, columns = image.shape[1:]
            for y in range(max(0, down), min(rows, rows + down)):
                for x in range(max(0, across), min(columns, columns + across)):
                    expected[:, y, x] = image[:, y - down, x - across]
            if torch.equal(expected, after):
                return down, across
    raise AssertionError("this image was not shifted")


def test_shift_depends_on_its_generator_alone():
    images = torch.rand(8, 1, 8, 8)
    first, second = (Shift().apply(images, generator(3)) for _ in range(2))
    assert torch.equal(first, second)


def test_dropout_is_a_function_of_its_seed():
    layer = Dropout(0.4)
    ones = torch.ones(200, 50)
    layer.reseed(1)
    first, later = layer(ones), layer(ones)
    layer.reseed(1)
    assert torch.equal(layer(ones), first)
    assert not torch.equal(first, later)
    assert (first == 0).float().mean() == pytest.approx(0.4, abs=0.02)
    assert first.max().item() == pytest.approx(1 / 0.6)
    assert copy.deepcopy(layer).eval()(ones) is ones


@pytest.mark.parametrize("features", [2, SMALL_BYTES // 400])
def test_every_sample_comes_once_an_epoch_whatever_the_batch_size(features):
    inputs = torch.arange(100.0)[:, None].expand(-1, features)
    order = BatchOrder(Split(inputs, torch.arange(100)), 7)
    epochs: list[list[int]] = []
    for sizes in ((30, 30, 30, 30), (7, 60, 33)):
        epochs.append([])
        for size in sizes:
            batch, targets = order.batch(size)
            assert torch.equal(batch[:, 0].long(), targets)
            epochs[-1].extend(targets.tolist())
            order.move(len(targets))
    assert [sorted(epoch) for epoch in epochs] == [list(range(100))] * 2
    assert epochs[0] != epochs[1]
    assert (order.epoch, order.epochs, order.position) == (2.0, 2, 0)

    order.place(1, 7)
    assert order.batch(60)[1].tolist() == epochs[1][7:67]


def test_small_and_large_sets_come_in_the_same_order():
    labels = torch.arange(100)
    small = BatchOrder(Split(torch.zeros(100, 2), labels), 7)
    large = BatchOrder(Split(torch.zeros(100, 1).expand(100, SMALL_BYTES), labels), 7)
    assert torch.equal(small._indices, large._indices)


def test_resize_adds_a_border_or_scales():
    image = torch.rand(1, 1, 28, 28)
    border = Resize(28, 32)
    assert torch.equal(border(image)[:, :, 2:30, 2:30], image)
    assert border(image)[:, :, :2].abs().sum() == 0
    scaled = Resize(8, 32)(torch.full((1, 1, 8, 8), 0.25))
    assert torch.equal(scaled, torch.full((1, 1, 32, 32), 0.25))
    assert Resize(32, 32)(image) is image
