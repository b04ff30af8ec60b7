"""Pictures made to excite a unit: against closed forms, the data's best, and themselves."""

import numpy as np
import pytest
import torch
from tests.lab.looking import (
    IMAGES,
    Mirror,
    run_of,
    subject_of,
    two_class_images,
    undisturbed,
)
from tests.lab.test_embeddings import look
from torch import nn

from lantern.lab.arrays import numpy_of
from lantern.lab.inspectors._dreaming import Pixels, Spectrum, colours_of, turned
from lantern.lab.inspectors._redirect import redirected
from lantern.protocol.experiment import Part
from lantern.protocol.problems import ProblemError

NAME = "feature_visualisation"
STILL = {"jitter": 0, "rotate": 0, "variation": 0}


def numbers(figure, name):
    return np.array([float(each) for each in figure.facts[name].split()])


def test_the_best_of_a_first_convolution_is_the_closed_form():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))
    subject = two_class_images(module)
    pictures = look(NAME, subject, layer="0", channels=4, steps=256, **STILL)[-3]
    weight, bias = module[0].weight, module[0].bias
    best = bias + weight.clamp_min(0).sum((1, 2, 3))
    assert numbers(pictures, "answers") == pytest.approx(best.numpy(), abs=1e-4)
    shown = numpy_of(pictures.images.values)[:, 0, 2:5, 2:5]
    assert np.array_equal(shown > 128, (weight[:, 0] > 0).numpy())
    assert pictures.facts["beats the data"] == "4 of 4"


@pytest.mark.parametrize("layer", ["conv1", "conv2", "output"])
@pytest.mark.parametrize("parametrisation", ["pixels", "spectrum"])
def test_pictures_excite_more_than_all_of_the_data(layer, parametrisation):
    subject = subject_of("images", 200)
    with undisturbed(subject.module):
        found = look(
            NAME, subject, layer=layer, channels=4, parametrisation=parametrisation, jitter=1
        )
    pictures = found[-3]
    assert pictures.facts["beats the data"] == "4 of 4"
    inputs = subject.data.train.batch(torch.arange(256))[0]
    output = subject.module(inputs)
    if layer == "output":
        record = output[:, :4].amax(0).numpy()
        assert numbers(pictures, "data maximum") == pytest.approx(record, rel=1e-4)
        assert pictures.labels[0].startswith(f"{subject.data.classes[0]}:")


@pytest.fixture(scope="module")
def settled():
    """A network with ReLUs that grey pictures leave dead, long after it has learnt the digits."""
    params = {"channels": [6, 8, 10]}
    part = Part(name="small_cnn", params=params)
    return run_of(IMAGES.model_copy(update={"model": part}), 600)


@pytest.mark.parametrize("layer", ["conv2", "conv3", "output"])
def test_pictures_for_a_trained_network_with_rectifiers_excite_more_than_the_data(settled, layer):
    subject = Mirror().subject(settled, {})
    with undisturbed(subject.module):
        pictures = look(NAME, subject, layer=layer, channels=8, compare=128)[-3]
    better = int(pictures.facts["beats the data"].split()[0])
    assert better >= 6  # the others ended on a lower hill
    assert bool(pictures.warnings) == (better < 8)


def test_what_falls_short_of_the_data_is_said():
    pictures = look(NAME, subject_of("images", 200), layer="conv2", steps=1, channels=4)[-3]
    better = int(pictures.facts["beats the data"].split()[0])
    assert better < 4
    assert "than by some training picture" in pictures.warnings[0]


def test_dead_rectifiers_let_what_raises_them_through():
    dead = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    with torch.no_grad():
        dead[0].bias.fill_(-9)
        dead[2].weight.copy_(torch.tensor([[1.0, -1.0, 2.0]]))
    inputs = torch.zeros(1, 2, requires_grad=True)
    with undisturbed(dead), redirected(dead):
        (found,) = torch.autograd.grad(-dead(inputs).sum(), [inputs])
        assert torch.equal(dead(inputs)[0], dead[2].bias)
    raised = dead[0].weight[[0, 2]] * torch.tensor([[1.0], [2.0]])
    torch.testing.assert_close(found[0], -raised.sum(0))


@pytest.mark.parametrize("kind", [nn.ReLU, nn.ReLU6])
def test_live_rectifiers_have_their_own_gradients(kind):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(4, 20), kind(), nn.Linear(20, 1))
    inputs = (8 * torch.randn(5, 4)).requires_grad_()
    (wanted,) = torch.autograd.grad(module(inputs).sum(), [inputs])
    with redirected(module):
        (found,) = torch.autograd.grad(module(inputs).sum(), [inputs])
    assert torch.equal(found, wanted)


def test_a_film_shows_how_it_came_to_be():
    subject = subject_of("images", 200)
    *_, pictures, curve, film = look(NAME, subject, channels=2, steps=20, frames=5)
    assert film.facts["frame steps"] == "0 5 10 15 20"
    frames = numpy_of(film.images.values).reshape(5, 2, 1, 8, 8)
    assert np.array_equal(frames[-1], numpy_of(pictures.images.values))
    assert np.abs(frames[0].astype(int) - 128).max() < 30
    assert len(curve.series) == 2
    answers = numpy_of(curve.series[0].y)
    assert answers[-1] > answers[0]
    assert numpy_of(curve.series[0].x)[-1] == 20


def test_a_seed_gives_the_same_pictures_and_another_others():
    def made(seed):
        return bytes(
            look(NAME, subject_of("images", 200), steps=8, seed=seed)[-1].images.values.data
        )

    assert made(1) == made(1)
    assert made(1) != made(2)


def test_a_unit_alone_is_as_in_the_grid():
    subject = subject_of("images", 200)
    grid = look(NAME, subject, steps=10, channels=4)[-3]
    alone = look(NAME, subject, steps=10, first=2, channels=1)[-3]
    assert numbers(alone, "answers")[0] == pytest.approx(numbers(grid, "answers")[2], rel=1e-3)
    assert len(look(NAME, subject, steps=10, first=2, channels=1)[-2].series) == 2


def test_the_mean_of_a_channel_can_be_asked_for():
    subject = subject_of("images", 200)
    pictures = look(NAME, subject, layer="conv1", objective="channel", channels=1, **STILL)[-3]
    shown = torch.from_numpy(numpy_of(pictures.images.values).copy()).float() / 255
    module = subject.module
    answer = float(module.conv1(module.normalise(shown))[0, 0].mean())
    assert numbers(pictures, "answers")[0] == pytest.approx(answer, abs=0.02)


@pytest.mark.parametrize("parametrisation", ["pixels", "spectrum"])
def test_colour_pictures_work(parametrisation):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))
    subject = two_class_images(module)
    pictures = torch.rand(20, 3, 6, 6, generator=torch.Generator().manual_seed(1))
    split = type(subject.data.train)(pictures, torch.zeros(20, dtype=torch.long))
    data = type(subject.data)("images", split, split, ("dark", "bright"))
    subject = type(subject)(**{**vars(subject), "data": data})
    found = look(NAME, subject, layer="0", channels=2, steps=10, parametrisation=parametrisation)
    assert found[-3].images.values.shape == (2, 3, 6, 6)


def test_both_ways_to_write_pictures_begin_at_grey():
    noise = torch.randn(2, 3, 8, 9, generator=torch.Generator().manual_seed(0))
    for written in (Pixels(noise), Spectrum(noise, torch.eye(3))):
        pictures = written.pictures().detach()
        assert pictures.shape == noise.shape
        assert float((pictures - 0.5).abs().max()) < 0.3
        assert written.numbers.requires_grad


def test_colours_have_the_data_s_covariance_but_for_scale():
    pictures = torch.rand(30, 3, 5, 5, generator=torch.Generator().manual_seed(3))
    pictures[:, 1] = pictures[:, 0] * 0.5
    root = colours_of(pictures)
    covariance = torch.cov(pictures.transpose(0, 1).flatten(1))
    found = root @ root.t()
    torch.testing.assert_close(
        found / found[0, 0], covariance / covariance[0, 0], atol=1e-3, rtol=0
    )
    assert colours_of(pictures[:, :1]).tolist() == [[1.0]]


def test_a_quarter_turn_is_a_quarter_turn():
    picture = torch.rand(1, 1, 7, 7)
    found = turned(picture, torch.tensor(torch.pi / 2))
    turns = [picture.rot90(times, (2, 3)) for times in (1, 3)]
    assert any(torch.allclose(found, turn, atol=1e-5) for turn in turns)


def test_units_that_are_not_there_are_refused():
    with pytest.raises(ProblemError) as caught:
        look(NAME, subject_of("images"), layer="conv1", first=9)
    assert caught.value.problem.field == "first"
