"""The map of the plane: one figure for two classes, for several, and for values."""

import numpy as np
import pytest
import torch
from tests.lab.looking import run_of

from lantern.lab.arrays import numpy_of
from lantern.lab.data import Data, Split
from lantern.lab.kinds import Demo, Inspector
from lantern.lab.look import Mirror
from lantern.lab.plane import scatter_of, target_range
from lantern.lab.plugin import load_plugins
from lantern.lab.subject import Subject
from lantern.protocol.experiment import Experiment, Part
from lantern.protocol.figures import HeatmapFigure

load_plugins()

MLP = Part(name="mlp", params={"layers": [4]})
ARMS = Experiment(dataset=Part(name="spiral_arms"), model=MLP)
PLANE = Experiment(
    dataset=Part(name="plane"),
    model=MLP,
    task=Part(name="regression"),
    loss=Part(name="squared"),
)


def subject_of(experiment: Experiment) -> Subject:
    return Mirror().subject(run_of(experiment), {})


def output_of(subject: Subject, **params: object) -> HeatmapFigure:
    inspector = Inspector.registry["output"].model_validate({"resolution": 16, **params})
    (figure,) = inspector.figures(subject)
    assert isinstance(figure, HeatmapFigure)
    return figure


def outputs_at_centres(subject: Subject) -> torch.Tensor:
    centres = (torch.arange(16) + 0.5) / 16 * 12 - 6
    y, x = torch.meshgrid(-centres, centres, indexing="ij")
    with torch.no_grad():
        return subject.module(torch.stack([x, y], dim=-1).reshape(-1, 2))


def test_several_classes_share_one_map_of_the_likeliest():
    subject = subject_of(ARMS)
    figure = output_of(subject)
    assert figure.classes == subject.data.classes
    assert figure.labels is not None
    likely, labels = outputs_at_centres(subject).softmax(dim=1).max(dim=1)
    assert numpy_of(figure.labels).reshape(-1).tolist() == labels.tolist()
    classes = len(figure.classes)
    strength = numpy_of(figure.values).reshape(-1) / 255
    expected = (likely * classes - 1) / (classes - 1)
    assert strength == pytest.approx(expected.numpy(), abs=0.003)
    assert (figure.low, figure.high, figure.smooth) == (0, 1, True)
    for name in figure.classes:
        assert name in figure.alt


def test_discretized_classes_have_their_full_colour():
    figure = output_of(subject_of(ARMS), discretize=True)
    assert set(numpy_of(figure.values).reshape(-1).tolist()) == {255}
    assert not figure.smooth


def test_values_are_coloured_over_the_range_of_the_targets():
    subject = subject_of(PLANE)
    figure = output_of(subject)
    low, high = target_range(subject.data)
    assert (figure.low, figure.high) == (low, high)
    assert figure.labels is None
    shown = numpy_of(figure.values).reshape(-1) / 255 * (high - low) + low
    said = outputs_at_centres(subject)[:, 0].clamp(low, high)
    assert shown == pytest.approx(said.numpy(), abs=(high - low) / 400)
    assert figure.points is not None
    assert figure.points.values is not None
    assert figure.points.value_range == (low, high)
    targets = torch.cat([subject.data.train.targets, subject.data.validation.targets])
    assert numpy_of(figure.points.values).tolist() == targets.tolist()


def test_discretized_values_come_in_eight_bands():
    figure = output_of(subject_of(PLANE), discretize=True)
    bands = np.unique(numpy_of(figure.values))
    assert 2 <= len(bands) <= 8
    assert set(bands.tolist()) <= {round((band + 0.5) / 8 * 255) for band in range(8)}


def test_points_to_be_tested_on_can_be_left_out():
    subject = subject_of(ARMS)
    figure = output_of(subject, show_validation=False)
    assert figure.points is not None
    assert figure.points.points.shape == (len(subject.data.train), 2)
    assert not numpy_of(figure.points.held_out).any()


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([-0.5, 2.0], (-2.0, 2.0)),
        ([1.0, 5.0], (1.0, 5.0)),
        ([-3.0, -1.0], (-3.0, -1.0)),
        ([4.0, 4.0], (3.0, 5.0)),
        ([], (-1.0, 1.0)),
    ],
)
def test_the_range_of_values_is_even_about_zero_where_zero_lies_within(targets, expected):
    split = Split(torch.zeros(len(targets), 2), torch.tensor(targets))
    empty = Split(torch.zeros(0, 2), torch.zeros(0))
    data = Data(kind="points", train=split, validation=empty, classes=())
    assert target_range(data) == expected


def test_points_come_in_the_order_that_painting_counts_in():
    train = Split(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([0, 1]))
    other = Split(torch.tensor([[5.0, 6.0]]), torch.tensor([1]))
    data = Data(kind="points", train=train, validation=other, classes=("orange", "blue"))
    figure = scatter_of(data)
    assert numpy_of(figure.points).tolist() == [[1, 2], [3, 4], [5, 6]]
    assert numpy_of(figure.held_out).tolist() == [0, 0, 1]
    assert numpy_of(figure.labels).tolist() == [0, 1, 1]


@pytest.mark.parametrize("name", ["plane", "multi_gauss", "sine"])
def test_previews_of_values_are_coloured_by_them(name):
    preview = Demo.registry["dataset_preview"].model_validate({"dataset": name})
    (figure,) = preview.figures()
    assert figure.values is not None
    assert figure.values.shape == (len(numpy_of(figure.points)),)
    assert figure.classes == ()


def test_previews_of_several_classes_have_them_all():
    preview = Demo.registry["dataset_preview"].model_validate(
        {"dataset": "blobs", "params": {"classes": 5}}
    )
    (figure,) = preview.figures()
    assert set(numpy_of(figure.labels).tolist()) == {0, 1, 2, 3, 4}
    assert len(figure.classes) == 5
