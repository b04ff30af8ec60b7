"""Optimizers, schedules, augmentations, dropout, data order."""

import copy
import math

import pytest
import torch
from torch import nn

from lantern.lab.augmentations.shift import Shift
from lantern.lab.building.dropout import Dropout
from lantern.lab.building.resize import Resize
from lantern.lab.data import Split
from lantern.lab.kinds import Optimizer
from lantern.lab.optimizers.adadelta import Adadelta
from lantern.lab.optimizers.adagrad import Adagrad
from lantern.lab.optimizers.adam import Adam
from lantern.lab.optimizers.adamw import AdamW
from lantern.lab.optimizers.rmsprop import RmsProp
from lantern.lab.optimizers.sgd import Sgd
from lantern.lab.order import SMALL_BYTES, BatchOrder
from lantern.lab.schedules.cosine import Cosine
from lantern.lab.schedules.exponential import Exponential
from lantern.lab.schedules.one_cycle import OneCycle
from lantern.lab.schedules.step import Step
from lantern.lab.schedules.warmup_cosine import WarmupCosine
from lantern.protocol.experiment import Part
from lantern.protocol.problems import ProblemError


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


def path_of(plugin: Optimizer, steps: int = 6) -> list[float]:
    """Return where a weight goes that starts at 1 with the gradient 2 w."""
    weight = nn.Parameter(torch.tensor([1.0], dtype=torch.float64))
    optimizer = plugin.build([weight])
    path: list[float] = []
    for _ in range(steps):
        optimizer.zero_grad()
        weight.square().sum().backward()
        optimizer.step()
        path.append(weight.item())
    return path


def test_nesterov_looks_ahead():
    value, velocity, expected = 1.0, 0.0, []
    for _ in range(6):
        gradient = 2 * value
        velocity = 0.5 * velocity + gradient
        value -= 0.1 * (gradient + 0.5 * velocity)
        expected.append(value)
    found = path_of(Sgd(learning_rate=0.1, momentum=0.5, nesterov=True))
    assert found == pytest.approx(expected)


def test_nesterov_without_momentum_is_refused():
    with pytest.raises(ProblemError, match="needs a momentum above 0") as caught:
        Optimizer.make(Part(name="sgd", params={"nesterov": True}))
    assert caught.value.problem.field == "optimizer.params.nesterov"


def test_adagrad_takes_the_steps_of_the_paper():
    value, total, expected = 1.0, 0.0, []
    for _ in range(6):
        total += (2 * value) ** 2
        value -= 0.3 * 2 * value / math.sqrt(total)
        expected.append(value)
    assert path_of(Adagrad(learning_rate=0.3)) == pytest.approx(expected)


def test_adadelta_takes_the_steps_of_the_paper():
    value, squares, moves, expected = 1.0, 0.0, 0.0, []
    for _ in range(6):
        gradient = 2 * value
        squares = 0.8 * squares + 0.2 * gradient**2
        move = math.sqrt(moves + 1e-6) / math.sqrt(squares + 1e-6) * gradient
        moves = 0.8 * moves + 0.2 * move**2
        value -= move
        expected.append(value)
    assert path_of(Adadelta(rho=0.8)) == pytest.approx(expected)


@pytest.mark.parametrize("momentum", [0.0, 0.6])
def test_rmsprop_takes_the_steps_of_the_lecture(momentum):
    value, squares, velocity, expected = 1.0, 0.0, 0.0, []
    for _ in range(6):
        gradient = 2 * value
        squares = 0.8 * squares + 0.2 * gradient**2
        velocity = momentum * velocity + gradient / (math.sqrt(squares) + 1e-8)
        value -= 0.05 * velocity
        expected.append(value)
    plugin = RmsProp(learning_rate=0.05, decay=0.8, momentum=momentum)
    assert path_of(plugin) == pytest.approx(expected)


def test_rmsprop_takes_momentum_up_while_it_runs():
    weight = nn.Parameter(torch.tensor([1.0]))
    optimizer = RmsProp().build([weight])
    for momentum in (0.0, 0.9, 0.0, 0.5):
        RmsProp(momentum=momentum).adjust(optimizer, 1.0)
        weight.square().sum().backward()
        optimizer.step()
    assert weight.item() < 1


def test_adamw_shrinks_weights_apart_from_adams_step():
    decayed = path_of(AdamW(learning_rate=0.1, weight_decay=0.5), steps=1)
    plain = path_of(Adam(learning_rate=0.1), steps=1)
    assert decayed == pytest.approx([plain[0] - 0.1 * 0.5])


def test_adams_first_step_is_the_learning_rate():
    weight = nn.Parameter(torch.tensor([1.0, -5.0]))
    optimizer = Adam(learning_rate=0.01).build([weight])
    weight.square().sum().backward()
    optimizer.step()
    torch.testing.assert_close(weight.detach(), torch.tensor([0.99, -4.99]))


@pytest.mark.parametrize(
    ("plugin", "fields"),
    [
        (
            Sgd(learning_rate=0.2, momentum=0.8, nesterov=True),
            {"lr": 0.1, "momentum": 0.8, "nesterov": True},
        ),
        (Adagrad(learning_rate=0.2), {"lr": 0.1}),
        (Adadelta(learning_rate=0.2, rho=0.5), {"lr": 0.1, "rho": 0.5}),
        (
            RmsProp(learning_rate=0.2, decay=0.5, momentum=0.3),
            {"lr": 0.1, "alpha": 0.5, "momentum": 0.3},
        ),
        (
            AdamW(learning_rate=0.2, beta1=0.5, weight_decay=0.3),
            {"lr": 0.1, "betas": (0.5, 0.999), "weight_decay": 0.3},
        ),
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


def test_warmup_cosine_is_cosine_after_a_share_of_its_steps():
    one = WarmupCosine(steps=110, warmup_share=0.1, floor=0.1)
    other = Cosine(steps=110, warmup_steps=11, floor=0.1)
    steps = (0, 5, 10, 11, 60, 110, 5000)
    assert [one.factor(s, 0) for s in steps] == [other.factor(s, 0) for s in steps]


def test_steps_down_come_at_their_interval():
    schedule = Step(every=10, gamma=0.5)
    assert [schedule.factor(s, 0) for s in (0, 9, 10, 19, 20, 35)] == [1, 1, 0.5, 0.5, 0.25, 0.125]


def test_exponential_halves_in_its_half_life():
    schedule = Exponential(half_life=10, floor=0.1)
    factors = [schedule.factor(step, 0) for step in (0, 5, 10, 20, 10_000)]
    assert factors == pytest.approx([1, math.sqrt(0.5), 0.5, 0.25, 0.1])


def test_one_cycle_is_torchs():
    weight = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    reference = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=1.0, total_steps=101, cycle_momentum=False, pct_start=0.3
    )
    mine, theirs = OneCycle(steps=100, rise_share=0.3), []
    for _ in range(101):
        theirs.append(reference.get_last_lr()[0])
        optimizer.step()
        if len(theirs) < 101:
            reference.step()
    assert theirs[0] == pytest.approx(mine.factor(0, 0))
    assert theirs[-1] == pytest.approx(mine.factor(100, 0), rel=1e-3)
    # Torch counts the rise to one step earlier, so the two are off by less than a step.
    assert [mine.factor(s, 0) for s in range(101)] == pytest.approx(theirs, abs=0.06)
    assert mine.factor(10**6, 0) == mine.factor(100, 0)


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
    for _ in range(3):
        assert torch.equal(small.batch(4)[1], large.batch(4)[1])
        for order in (small, large):
            order.move(100)


def test_resize_adds_a_border_or_scales():
    image = torch.rand(1, 1, 28, 28)
    border = Resize(28, 32)
    assert torch.equal(border(image)[:, :, 2:30, 2:30], image)
    assert border(image)[:, :, :2].abs().sum() == 0
    scaled = Resize(8, 32)(torch.full((1, 1, 8, 8), 0.25))
    assert torch.equal(scaled, torch.full((1, 1, 32, 32), 0.25))
    assert Resize(32, 32)(image) is image
