"""Augmentations: what each does to pictures whose answer is known, and the view of them."""

import random

import numpy as np
import pytest
import torch
from tests.lab.looking import subject_of, undisturbed
from torch import Tensor

from lantern.lab.building.augment import (
    cut_out,
    flipped,
    jittered,
    noisy,
    rotated,
    shifted,
    zoomed,
)
from lantern.lab.inspectors.augmented import Augmented
from lantern.lab.kinds import Augmentation
from lantern.lab.subject import Subject
from lantern.protocol.experiment import Part


def by(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def images() -> Tensor:
    return torch.rand(40, 3, 16, 16, generator=by(9))


def test_flips_are_mirror_images_as_often_as_asked(images: Tensor):
    assert torch.equal(flipped(images, 0, by()), images)
    assert torch.equal(flipped(images, 1, by()), images.flip(-1))
    half = flipped(images, 0.5, by())
    mirrored = (half == images.flip(-1)).flatten(1).all(1)
    same = (half == images).flatten(1).all(1)
    assert (mirrored ^ same).all()
    assert 10 <= int(mirrored.sum()) <= 30


def test_shifts_move_by_whole_pixels_and_fill_with_black(images: Tensor):
    moved = shifted(images, 2, by())
    for before, after in zip(images, moved, strict=True):
        padded = torch.nn.functional.pad(before, [2] * 4)
        crops = [padded[:, y : y + 16, x : x + 16] for y in range(5) for x in range(5)]
        assert any(torch.equal(after, crop) for crop in crops)


def test_a_disc_is_turned_into_itself_and_a_bar_is_not():
    line = torch.arange(31) - 15.0
    disc = ((12 - torch.hypot(line[:, None], line[None])) / 6).clamp(0, 1).expand(20, 1, 31, 31)
    assert (rotated(disc, 90, by()) - disc).abs().mean() < 0.01
    bar = torch.zeros(20, 1, 31, 31)
    bar[:, :, 14:17] = 1
    turned = rotated(bar, 45, by())
    assert (turned - bar).abs().mean() > 0.03
    torch.testing.assert_close(turned[:, :, 15, 15], bar[:, :, 15, 15], atol=1e-4, rtol=0)


def test_angles_are_within_bounds_and_go_both_ways():
    bar = torch.zeros(200, 1, 41, 41)
    bar[:, :, 20] = 1
    turned = rotated(bar, 20, by())
    rows = torch.arange(41.0)
    height = (turned[:, 0] * rows[:, None]).sum(1) / turned[:, 0].sum(1).clamp_min(1e-6)
    slope = (height[:, 32] - height[:, 8]) / 24  # of the line through the columns 8 and 32
    degrees = torch.rad2deg(slope.atan())
    assert degrees.abs().max() <= 20.5
    assert degrees.max() > 15
    assert degrees.min() < -15


def test_a_zoom_shows_a_part_of_the_picture():
    ramp = torch.linspace(0, 1, 21).expand(50, 1, 21, 21).contiguous()
    torch.testing.assert_close(zoomed(ramp, 1.0, by()), ramp, atol=1e-5, rtol=0)
    part = zoomed(ramp, 0.5, by())[:, 0, 10]  # a row of each
    span = part[:, -1] - part[:, 0]
    assert (span > 0.49).all()
    assert (span < 1.001).all()
    assert (span.std() > 0.05) & (part[:, 0].std() > 0.05)
    inner = part.diff(dim=1)
    torch.testing.assert_close(
        inner, inner.mean(1, keepdim=True).expand_as(inner), atol=1e-4, rtol=0
    )


def test_brightness_adds_and_contrast_stretches():
    grey = torch.full((60, 1, 8, 8), 0.5)
    brighter = jittered(grey, by(), brightness=0.3, contrast=0, colour=0)
    change = brighter[:, 0, 0, 0] - 0.5
    assert (brighter == brighter[:, :, :1, :1]).all()
    assert change.abs().max() <= 0.3
    assert change.min() < -0.2 < 0.2 < change.max()
    soft = 0.5 + 0.2 * (torch.rand(60, 1, 8, 8, generator=by(1)) - 0.5)
    stretched = jittered(soft, by(), brightness=0, contrast=0.5, colour=0)
    factor = stretched.std(dim=(1, 2, 3)) / soft.std(dim=(1, 2, 3))
    assert ((factor > 0.5) & (factor < 1.5)).all()
    assert factor.std() > 0.1
    torch.testing.assert_close(stretched.mean((1, 2, 3)), soft.mean((1, 2, 3)), atol=1e-5, rtol=0)


def test_colour_leaves_grey_grey_and_brightness_alone(images: Tensor):
    same = jittered(images, by(), brightness=0, contrast=0, colour=0)
    torch.testing.assert_close(same, images, atol=1e-6, rtol=0)
    grey = images.mean(1, keepdim=True).expand(-1, 3, -1, -1)
    tinted = jittered(grey, by(), brightness=0, contrast=0, colour=1)
    torch.testing.assert_close(tinted, grey, atol=1e-4, rtol=0)
    turned = jittered(images, by(), brightness=0, contrast=0, colour=0.5)
    assert (turned - images).abs().mean() > 0.05
    top = images.amax(1)
    torch.testing.assert_close(turned.amax(1), top, atol=1e-3, rtol=0)  # the V of HSV


def test_noise_has_its_deviation():
    grey = torch.full((50, 1, 20, 20), 0.5)
    assert (noisy(grey, 0.1, by()) - 0.5).std() == pytest.approx(0.1, rel=0.03)
    assert torch.equal(noisy(grey, 0, by()), grey)


def test_a_cutout_is_a_grey_square_of_its_size(images: Tensor):
    cut = cut_out(images, 0.5, by())
    changed = (cut != images).any(1)  # (40, 16, 16)
    assert (cut[changed[:, None].expand_as(cut)] == 0.5).all()
    rows, columns = changed.any(2).sum(1), changed.any(1).sum(1)
    assert torch.equal(changed.sum((1, 2)), rows * columns), "it is a rectangle"
    assert int(rows.max()) == int(columns.max()) == 8
    assert rows.float().std() > 0.5, "some of it may lie outside"


def test_standard_does_one_change_after_the_other(images: Tensor):
    make = Augmentation.make
    none = {"mirror": False, "pixels": 0}
    still = make(Part(name="standard", params=none)).apply(images, by())
    assert torch.equal(still, images)
    for params, alone in (
        ({"mirror": False, "pixels": 3}, shifted(images, 3, by())),
        (none | {"degrees": 30.0}, rotated(images, 30, by())),
        (none | {"cutout": 0.3}, cut_out(images, 0.3, by())),
        ({"pixels": 0}, flipped(images, 0.5, by())),
    ):
        together = make(Part(name="standard", params=params)).apply(images, by())
        assert torch.equal(together, alone)
    everything = {"degrees": 10.0, "jitter": 0.5, "cutout": 0.2}
    mixed = make(Part(name="standard", params=everything)).apply(images, by())
    assert 0 <= mixed.min() <= mixed.max() <= 1
    assert not torch.equal(mixed, images)


@pytest.mark.parametrize("name", sorted(Augmentation.registry))
def test_random_numbers_come_from_the_generator_alone(images: Tensor, name: str):
    plugin = Augmentation.make(Part(name=name))
    plugin.apply(images, by())  # so that kornia is imported
    state = (torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tobytes())
    results = [plugin.apply(images, by(seed)) for seed in (1, 1, 2)]
    assert torch.equal(state[0], torch.get_rng_state())
    assert state[1:] == (random.getstate(), np.random.get_state()[1].tobytes())
    assert torch.equal(results[0], results[1])
    assert name == "none" or not torch.equal(results[0], results[2])


def with_augmentation(subject: Subject, name: str, **params: object) -> Subject:
    part = Part.model_validate({"name": name, "params": params})
    experiment = subject.experiment.model_copy(update={"augmentation": part})
    return Subject(**{**vars(subject), "experiment": experiment})


def pixels(figure) -> bytes:
    return bytes(figure.images.values.data)


def test_the_view_shows_the_same_pictures_before_and_after():
    subject = with_augmentation(subject_of("images"), "flip", chance=1.0)
    with undisturbed(subject.module):
        before, after = Augmented(start=3, count=5).figures(subject)
    assert (before.title, after.title) == ("Before", "After")
    assert before.labels == after.labels
    assert before.facts["indices"] == "3 4 5 6 7"
    left, right = (np.frombuffer(pixels(f), np.uint8).reshape(5, 8, 8) for f in (before, after))
    assert (left[:, :, ::-1] == right).all()


def test_the_view_draws_anew_when_asked_and_stays_at_the_end_of_the_data():
    subject = with_augmentation(subject_of("images"), "noise", deviation=0.2)
    shown = [list(Augmented(draw=draw).figures(subject))[1] for draw in (0, 0, 1)]
    assert pixels(shown[0]) == pixels(shown[1]) != pixels(shown[2])
    last = next(iter(Augmented(start=10**6, count=4).figures(subject)))
    assert last.facts["indices"].split()[-1] == str(len(subject.data.train) - 1)


def test_without_an_augmentation_both_rows_are_alike():
    before, after = Augmented(count=2).figures(with_augmentation(subject_of("images"), "none"))
    assert pixels(before) == pixels(after)
