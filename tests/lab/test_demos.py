"""Demos are figures of parameters alone."""

import numpy as np
import pytest
import torch

from lantern.lab.arrays import numpy_of
from lantern.lab.building.activations import MODULES
from lantern.lab.kinds import Demo
from lantern.lab.plugin import load_plugins
from lantern.protocol.problems import ProblemError

load_plugins()


def show(name: str, **params):
    return list(Demo.registry[name].model_validate(params).figures())


def test_convolution_starts_with_four_and_spells_the_sum():
    numbers, kernel, result = show("convolution")
    assert numpy_of(kernel.values).tolist() == [[-1, 0, 1], [-2, 1, 2], [-3, 0, 3]]
    assert numbers.values.shape == (8, 8)
    assert numpy_of(result.values)[0, 0] == 4
    assert result.facts["first sum"].endswith("= 4")


def test_convolution_agrees_with_a_sum_by_hand():
    params = {"stride": 2, "padding": 1, "dilation": 2}
    numbers, kernel, result = show("convolution", **params)
    padded, weights = numpy_of(numbers.values), numpy_of(kernel.values)
    found = numpy_of(result.values)
    assert padded.shape == (10, 10)
    assert found.shape == (3, 3)
    for row, column in np.ndindex(3, 3):
        window = padded[2 * row : 2 * row + 5 : 2, 2 * column : 2 * column + 5 : 2]
        assert found[row, column] == (window * weights).sum()


def test_seven_by_seven_with_stride_two_gives_three_by_three():
    numbers = [[1.0] * 7] * 7
    assert show("convolution", numbers=numbers, stride=2)[2].values.shape == (3, 3)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"numbers": [[1, 2], [3]]}, "numbers"),
        ({"numbers": [[1, 2], [3, 4]]}, "kernel"),
    ],
)
def test_a_convolution_that_does_not_fit_is_refused(params, field):
    with pytest.raises(ProblemError) as caught:
        show("convolution", **params)
    assert caught.value.problem.field == field


@pytest.mark.parametrize("name", sorted(MODULES))
def test_the_slope_is_the_derivative(name):
    (figure,) = show("activation_function", function=name, low=-3, high=3)
    x, y = (numpy_of(array).astype(float) for array in (figure.series[0].x, figure.series[0].y))
    slope = numpy_of(figure.series[1].y)
    inner = np.abs(x) > 0.05  # not at the kinks
    assert slope[inner] == pytest.approx(np.gradient(y, x)[inner], abs=0.01)


def test_an_empty_axis_is_refused():
    with pytest.raises(ProblemError) as caught:
        show("activation_function", low=1, high=1)
    assert caught.value.problem.field == "high"


def test_previews_show_points_and_pictures(monkeypatch, tmp_path):
    monkeypatch.setenv("LANTERN_DATA", str(tmp_path))
    (points,) = show("dataset_preview", dataset="xor", params={"samples": 100, "noise": 0})
    assert points.points.shape == (100, 2)
    where = torch.from_numpy(numpy_of(points.points).copy())
    assert numpy_of(points.labels).tolist() == (where.prod(1) > 0).int().tolist()
    (pictures,) = show("dataset_preview", dataset="digits", count=6)
    assert pictures.images.values.shape == (6, 1, 8, 8)
    assert len(pictures.labels) == 6
    with pytest.raises(ProblemError, match="not in the data folder"):
        show("dataset_preview", dataset="mnist")
    with pytest.raises(ProblemError) as caught:
        show("dataset_preview", dataset="no_such_set")
    assert caught.value.problem.field == "dataset.name"
