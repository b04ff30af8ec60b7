"""The sanity check and the deletion curves: closed forms, and what they say of a trained net."""

from dataclasses import replace

import pytest
import torch
from scipy.stats import spearmanr
from tests.lab.looking import LinearPictures, subject_of, two_class_images, undisturbed
from torch import nn

from lantern.lab.arrays import numpy_of
from lantern.lab.inspectors._likeness import similarity, spearman
from lantern.lab.inspectors._pixel_game import Game, area, blurred
from lantern.lab.inspectors.sanity import Depth, _caution_of_zeros
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Progress, Subject
from lantern.protocol.figures import ImagesFigure, LinesFigure, TableFigure
from lantern.protocol.problems import ProblemError

MAPS = torch.randn(2, 12, 12, generator=torch.Generator().manual_seed(1)).round(decimals=1)


def shown(subject: Subject, name: str, **params) -> list:
    """The figures after the last Progress."""
    last: list = []
    for step in Inspector.registry[name](**params).figures(subject):
        last = [] if isinstance(step, Progress) else [*last, step]
    return last


def curves(figure: LinesFigure) -> dict[str, list[float]]:
    return {series.label: numpy_of(series.y).tolist() for series in figure.series}


def test_rank_correlation_is_scipys_with_ties():
    wanted = spearmanr(MAPS[0].flatten(), MAPS[1].flatten()).statistic
    assert spearman(MAPS[0], MAPS[1]) == pytest.approx(wanted)
    assert spearman(MAPS[0], 3 * MAPS[0] + 1) == pytest.approx(1)
    assert spearman(MAPS[0], torch.ones(12, 12)) == 0


def test_ranks_of_maps_that_are_mostly_empty_are_scipys():
    ink = torch.zeros(28, 28, dtype=torch.bool)
    ink[8:20, 10:18] = True
    by = torch.Generator().manual_seed(2)
    one, other = (torch.randn(28, 28, generator=by) * ink for _ in range(2))
    wanted = spearmanr(one.abs().flatten(), other.abs().flatten()).statistic
    assert spearman(one.abs(), other.abs()) == pytest.approx(wanted)
    assert spearman(one.abs(), other.abs()) > 0.95, "the background alone makes them alike"
    found = [Depth(name, values[None, None]) for name, values in (("a", one), ("b", other))]
    (caution,) = _caution_of_zeros(found)
    rest = spearmanr(one.abs()[ink], other.abs()[ink]).statistic
    assert "88 % of the scores are 0" in caution
    assert f"sizes is {rest:.2f} " in caution
    assert _caution_of_zeros([Depth("a", MAPS[:1, None] + 9)]) == ()


def test_structural_similarity_is_one_for_the_same_map_at_any_scale():
    assert similarity(MAPS[0], MAPS[0]) == pytest.approx(1)
    assert similarity(MAPS[0], -5 * MAPS[0]) == pytest.approx(1)
    assert abs(similarity(MAPS[0], MAPS[1])) < 0.5
    tiny = torch.eye(2)
    assert similarity(tiny, tiny.flip(0)) < 0


def test_structural_similarity_of_one_window_is_the_formula():
    x, y = (values[:7, :7].abs().double() / values[:7, :7].abs().max() for values in MAPS)
    both = ((x - x.mean()) * (y - y.mean())).mean()
    c1, c2 = 1e-4, 9e-4
    light = (2 * x.mean() * y.mean() + c1) / (x.mean() ** 2 + y.mean() ** 2 + c1)
    shape = (2 * both + c2) / (x.var(correction=0) + y.var(correction=0) + c2)
    assert similarity(MAPS[0, :7, :7], MAPS[1, :7, :7]) == pytest.approx(float(light * shape))


def test_a_trained_networks_saliency_changes_more_than_its_guided_backpropagation():
    subject = subject_of("images", 150)
    kept = {}
    for method in ("saliency", "guided_backprop"):
        with undisturbed(subject.module):
            images, lines = shown(subject, "sanity", method=method)
        assert isinstance(images, ImagesFigure)
        assert images.labels[0] == "as trained"
        assert images.labels[1] == "to output"
        assert images.labels[-1] == "to conv1"
        values = curves(lines)
        assert all(each[0] == pytest.approx(1) for each in values.values())
        kept[method] = values["rank correlation"]
    assert kept["saliency"][1] < 0.5
    assert kept["guided_backprop"][1] > kept["saliency"][1] + 0.2
    assert any("Weakly dependent" in warning for warning in images.warnings)


def test_a_method_that_shows_the_input_alone_is_found_out():
    subject = two_class_images(nn.Sequential(nn.Flatten(), nn.Linear(36, 1)))
    with torch.no_grad():
        subject.module[1].weight.fill_(1.0)
    _, lines = shown(subject, "sanity", method="input_x_gradient")
    assert curves(lines)["rank correlation"][1] < 0.9
    images, _ = shown(subject_of("normed"), "sanity", method="grad_cam", depths=2)
    assert len(images.labels) <= 3
    same = shown(replace(subject, inputs={}), "sanity", method="saliency", seed=0)
    other = shown(replace(subject, inputs={}), "sanity", method="saliency", seed=1)
    assert curves(same[1]) != curves(other[1])


def test_pixels_go_in_their_order():
    model = LinearPictures((1, 6, 6), 1)
    subject = two_class_images(model)
    weight = model.output.weight[0].detach()
    inputs, _ = subject.resolve(0)
    order = (weight * inputs.flatten()).argsort(descending=True)
    curve = Game(subject, 1, 36).played(inputs, torch.zeros_like(inputs), order)
    left = (weight * inputs.flatten())[order]
    wanted = torch.stack([left[gone:].sum() + model.output.bias[0] for gone in range(37)])
    torch.testing.assert_close(curve, wanted.sigmoid().detach(), rtol=1e-4, atol=1e-5)
    assert area(torch.tensor([1.0, 1.0, 0.0])) == 0.75


def test_exact_shares_beat_the_random_order():
    subject = two_class_images(LinearPictures((1, 6, 6), 1))
    deletion, insertion, table = shown(
        subject, "deletion", methods=("input_x_gradient",), start="blank", target=1, steps=36
    )
    assert isinstance(table, TableFigure)
    (_, down, up), (name, chance_down, chance_up) = table.rows
    assert name == "random order"
    assert down < chance_down
    assert up > chance_up
    assert [len(curve) for curve in curves(deletion).values()] == [37, 37]
    assert curves(insertion)["Input × gradient"][-1] == pytest.approx(
        curves(deletion)["Input × gradient"][0], abs=1e-5
    )


def test_curves_say_which_layer_a_method_looks_at():
    subject = subject_of("images")
    figures = shown(subject, "deletion", methods=("saliency", "grad_cam", "layer_cam"))
    path = figures[0].facts["layer of Grad-CAM"]
    assert figures[0].caption == f"Grad-CAM and Layer-CAM at {path}"
    assert figures[2].caption.endswith(figures[0].caption)
    assert "layer of Saliency" not in figures[0].facts
    assert shown(subject, "deletion", methods=("saliency",))[0].caption == ""


def test_a_method_that_does_not_fit_is_left_out_with_its_reason():
    subject = subject_of("rows")
    figures = shown(subject, "deletion", methods=("saliency", "grad_cam"))
    assert "grad_cam is left out: " in figures[0].warnings[0]
    assert "method: " not in figures[0].warnings[0]
    assert len(figures[0].series) == 2
    with pytest.raises(ProblemError, match="no convolution"):
        shown(subject, "deletion", methods=("grad_cam",))
    with pytest.raises(ProblemError, match=r"grad_cam is left out.*cam is left out"):
        shown(subject, "deletion", methods=("grad_cam", "cam"))


def test_a_blur_keeps_the_mean_of_a_flat_picture_and_spreads_a_point():
    flat = torch.full((1, 3, 9, 9), 0.3)
    torch.testing.assert_close(blurred(flat, 2.0), flat)
    point = torch.zeros(1, 1, 21, 21)
    point[0, 0, 10, 10] = 1
    spread = blurred(point, 1.0)
    assert float(spread.sum()) == pytest.approx(1, abs=1e-5)
    assert float(spread[0, 0, 10, 10] / spread[0, 0, 10, 11]) == pytest.approx(1.6487, rel=1e-3)
