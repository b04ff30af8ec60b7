"""The plane as a pair of neurons sees it."""

import numpy as np
import pytest
import torch
from tests.lab.looking import POINTS, Mirror, run_of, subject_of

from lantern.lab.arrays import numpy_of
from lantern.lab.inspectors.space import crossings
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.protocol.experiment import Experiment, Part
from lantern.protocol.figures import ScatterFigure
from lantern.protocol.problems import ProblemError


def space(subject: Subject, **params) -> ScatterFigure:
    (figure,) = Inspector.registry["space"].model_validate(params).figures(subject)
    assert isinstance(figure, ScatterFigure)
    return figure


def with_model(**params) -> Subject:
    model = Part(name="mlp", params=params)
    return Mirror().subject(run_of(POINTS.model_copy(update={"model": model}), 2), {})


def test_crossings_reach_the_corners_of_the_plane():
    places = crossings(subject_of("points"), 5).reshape(5, 5, 2)
    x0, x1, y0, y1 = subject_of("points").data.extent
    assert places[0, 0].tolist() == [x0, y1]
    assert places[-1, -1].tolist() == [x1, y0]
    assert places[2, 2].tolist() == pytest.approx([(x0 + x1) / 2, (y0 + y1) / 2])


def test_each_crossing_and_point_lies_where_the_two_neurons_put_it():
    subject = subject_of("points")
    figure = space(subject, layer="hidden1", first=2, second=0, resolution=6)
    module = subject.module

    def seen(places: torch.Tensor) -> np.ndarray:
        return module.hidden1(module.features(places)).tanh()[:, [2, 0]].numpy()

    mesh = numpy_of(figure.mesh.points)
    assert mesh.shape == (6, 6, 2)
    assert np.allclose(mesh.reshape(-1, 2), seen(crossings(subject, 6)), atol=1e-6)
    data = subject.data
    both = torch.cat([data.train.inputs, data.validation.inputs])
    assert np.allclose(numpy_of(figure.points), seen(both), atol=1e-6)
    wanted = torch.cat([data.train.targets, data.validation.targets])
    assert numpy_of(figure.labels).tolist() == wanted.tolist()
    assert figure.x.label == "hidden 1, neuron 3"
    assert figure.y.label == "hidden 1, neuron 1"


def test_cells_bear_the_colour_of_the_output():
    subject = subject_of("points")
    figure = space(subject, resolution=7)
    output = 2 * subject.module(crossings(subject, 7)).sigmoid() - 1
    assert np.allclose(numpy_of(figure.mesh.values).ravel(), output[:, 0].numpy(), atol=1e-6)
    assert figure.mesh.labels is None


def test_the_last_hidden_layer_is_taken_where_none_is_named():
    figure = space(subject_of("points"))
    assert figure.facts["layer"] == "hidden2"


def test_the_extent_holds_the_whole_grid():
    figure = space(subject_of("points"), layer="hidden1")
    x0, x1, y0, y1 = figure.extent
    mesh = numpy_of(figure.mesh.points)
    assert x0 < mesh[..., 0].min() < mesh[..., 0].max() < x1
    assert y0 < mesh[..., 1].min() < mesh[..., 1].max() < y1


def test_validation_points_can_be_left_out():
    figure = space(subject_of("points"), show_validation=False)
    assert numpy_of(figure.held_out).sum() == 0
    assert numpy_of(figure.points).shape == (200, 2)


def test_more_classes_bear_the_likeliest_and_how_sure_it_is():
    experiment = Experiment(
        dataset=Part(name="blobs", params={"classes": 4}), model=Part(name="mlp")
    )
    subject = Mirror().subject(run_of(experiment, 40), {})
    figure = space(subject, resolution=9)
    likely = subject.module(crossings(subject, 9)).softmax(1)
    assert numpy_of(figure.mesh.labels).ravel().tolist() == likely.argmax(1).tolist()
    values = numpy_of(figure.mesh.values)
    assert values.min() >= 0
    assert np.allclose(values.ravel(), (likely.amax(1).numpy() - 0.25) / 0.75, atol=1e-5)


def test_regression_is_coloured_within_its_range():
    experiment = Experiment(
        dataset=Part(name="plane"),
        model=Part(name="mlp", params={"layers": [3, 3]}),
        task=Part(name="regression"),
        loss=Part(name="squared"),
    )
    figure = space(Mirror().subject(run_of(experiment, 5), {}), resolution=9)
    values = numpy_of(figure.mesh.values)
    assert np.isfinite(values).all()
    assert np.abs(values).max() <= 1
    assert figure.values is not None


def test_dropout_does_not_shake_the_plane():
    subject = with_model(layers=[4, 3], dropout=0.5)
    first, second = (numpy_of(space(subject).mesh.points) for _ in range(2))
    assert np.array_equal(first, second)


def test_what_is_not_there_is_refused_by_a_sentence():
    with pytest.raises(
        ProblemError, match="no hidden layer 'hidden9'; there are hidden1"
    ) as caught:
        space(subject_of("points"), layer="hidden9")
    assert caught.value.problem.field == "layer"
    with pytest.raises(ProblemError, match="has 2 neurons, so there is no neuron 6") as caught:
        space(subject_of("points"), second=5)
    assert caught.value.problem.field == "second"
    with pytest.raises(ProblemError, match="nothing bends the plane"):
        space(with_model(layers=[]))
    with pytest.raises(ProblemError, match="hidden1 has 1 neuron, so"):
        space(with_model(layers=[1]))


def test_a_network_that_looks_at_images_is_refused_by_name():
    with pytest.raises(ProblemError, match="space shows networks that learn from points") as caught:
        space(subject_of("images"))
    assert caught.value.problem.field == "inspector"
