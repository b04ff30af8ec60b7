"""What the inspectors show of networks in the plane."""

from typing import Any

import numpy as np
import pytest
import torch
from tests.lab.looking import POINTS, Mirror, run_of, subject_of, undisturbed

from lantern.lab.arrays import numpy_of
from lantern.lab.kinds import Inspector
from lantern.lab.plane import grid, target_range
from lantern.lab.subject import Progress, Subject
from lantern.protocol.experiment import Part
from lantern.protocol.figures import Figure, Images, NetworkFigure
from lantern.protocol.problems import ProblemError


def look(name: str, subject, **params) -> list[Figure]:
    found = Inspector.registry[name].model_validate(params).figures(subject)
    return [figure for figure in found if not isinstance(figure, Progress)]


def floats(images: Images) -> np.ndarray:
    values = numpy_of(images.values).astype(np.float64)
    low = numpy_of(images.low).reshape(-1, 1, 1, 1)
    high = numpy_of(images.high).reshape(-1, 1, 1, 1)
    return low + values / 255 * (high - low)


def test_the_grid_starts_at_the_top_left_with_cell_centres():
    places = grid((-6.0, 6.0, -3.0, 3.0), 3, torch.device("cpu")).reshape(3, 3, 2)
    assert places[0, 0].tolist() == [-4.0, 2.0]
    assert places[0, 2].tolist() == [4.0, 2.0]
    assert places[2, 0].tolist() == [-4.0, -2.0]


def test_the_network_shows_every_unit_after_its_non_linearity():
    subject = subject_of("points")
    (figure,) = look("network", subject, resolution=12)
    assert [(layer.path, layer.title, layer.kind, layer.units) for layer in figure.layers] == [
        ("features", "features", "feature", 2),
        ("hidden1", "hidden 1", "linear", 4),
        ("hidden2", "hidden 2", "linear", 2),
        ("output", "output", "output", 1),
    ]
    assert [layer.parameters for layer in figure.layers] == [0, 12, 10, 3]
    assert figure.layers[0].names == ("x1", "x2")
    assert figure.extent == subject.data.extent
    module, places = subject.module, grid(figure.extent, 12, torch.device("cpu"))
    hidden1 = module.hidden1(module.features(places)).tanh()
    hidden2 = module.hidden2(hidden1).tanh()
    output = 2 * module.output(hidden2).sigmoid() - 1
    for layer, wanted in zip(figure.layers, (places, hidden1, hidden2, output), strict=True):
        maps = wanted.t().reshape(-1, 1, 12, 12).numpy()
        found = floats(layer.maps)
        reach = 1 if layer.kind == "output" else np.abs(maps).max()
        assert np.abs(found - maps).max() <= reach / 255 * 1.01, layer.path


def network_of(model: dict[str, Any], **experiment: Part) -> tuple[Subject, NetworkFigure]:
    """The subject and figure of a run of two steps with these parameters of the model."""
    part = Part(name="mlp", params=model)
    run = run_of(POINTS.model_copy(update={"model": part, **experiment}), 2)
    subject = Mirror().subject(run, {})
    (figure,) = look("network", subject)
    assert isinstance(figure, NetworkFigure)
    return subject, figure


@pytest.mark.parametrize(
    ("layers", "side"), [([4, 2], 40), ([], 40), ([8] * 6, 24), ([64, 64], 20)]
)
def test_maps_are_coarser_where_there_are_many(layers, side):
    _, figure = network_of({"layers": layers})
    assert {layer.maps.values.shape[-2:] for layer in figure.layers} == {(side, side)}


def test_a_layer_shows_what_the_next_one_is_given():
    model = {"layers": [3, 2], "activations": ["relu", "sine"], "disabled": ["hidden1:1"]}
    subject, figure = network_of({**model, "features": ["x1", "cos_x2"], "scaling": "standardise"})
    places = grid(figure.extent, 40, torch.device("cpu"))
    module = subject.module
    scaled = module.scaling(module.features(places))
    hidden1 = module.hidden1(scaled).relu() * torch.tensor([1.0, 0.0, 1.0])
    hidden2 = module.hidden2(hidden1).sin()
    for layer, wanted in zip(figure.layers, (scaled, hidden1, hidden2), strict=False):
        maps = wanted.t().reshape(-1, 1, 40, 40).numpy()
        assert np.abs(floats(layer.maps) - maps).max() <= np.abs(maps).max() / 255 * 1.01
    assert figure.layers[0].names == ("x1", "cos_x2")
    assert numpy_of(figure.layers[1].maps.high)[1] == 0


def test_regression_shows_the_value_over_the_range_of_the_targets():
    parts = {"dataset": "plane", "task": "regression", "loss": "squared"}
    subject, figure = network_of(
        {"layers": [2]}, **{kind: Part(name=name) for kind, name in parts.items()}
    )
    low, high = target_range(subject.data)
    values = subject.module(grid(figure.extent, 40, torch.device("cpu")))[:, 0]
    wanted = (2 * (values - low) / (high - low) - 1).clamp(-1, 1).reshape(40, 40).numpy()
    assert np.abs(floats(figure.layers[-1].maps)[0, 0] - wanted).max() <= 1.01 / 255
    assert figure.layers[-1].names == ()


def test_several_classes_have_a_map_each():
    dataset = Part(name="blobs", params={"classes": 6})
    subject, figure = network_of({"layers": [3]}, dataset=dataset)
    output = figure.layers[-1]
    assert (output.units, output.names) == (6, subject.data.classes)
    logits = subject.module(grid(figure.extent, 40, torch.device("cpu")))
    wanted = (2 * logits.softmax(1) - 1).t().reshape(6, 1, 40, 40).numpy()
    assert np.abs(floats(output.maps) - wanted).max() <= 1.01 / 255


def test_links_hold_weights_biases_and_their_names():
    subject = subject_of("points")
    (figure,) = look("network", subject)
    assert [(link.source, link.target) for link in figure.links] == [(0, 1), (1, 2), (2, 3)]
    link = figure.links[1]
    assert (link.weight_name, link.bias_name) == ("hidden2.weight", "hidden2.bias")
    assert np.array_equal(numpy_of(link.weight), subject.module.hidden2.weight.numpy())
    assert np.array_equal(numpy_of(link.bias), subject.module.hidden2.bias.numpy())


def test_features_have_their_names():
    names = ["x1_squared", "x1_x2", "sin_x2"]
    model = Part(name="mlp", params={"features": names, "layers": []})
    run = run_of(POINTS.model_copy(update={"model": model}), 1)
    (figure,) = look("network", Mirror().subject(run, {}))
    assert figure.layers[0].names == tuple(names)
    assert [layer.kind for layer in figure.layers] == ["feature", "output"]


@pytest.mark.parametrize("loss", ["cross_entropy", "squared"])
def test_output_and_network_say_the_same(loss):
    run = run_of(POINTS.model_copy(update={"loss": Part(name=loss)}))
    subject = Mirror().subject(run, {})
    (output,) = look("output", subject, resolution=20)
    (network,) = look("network", subject, resolution=20)
    shown = -1 + numpy_of(output.values).astype(float) / 255 * 2
    last = floats(network.layers[-1].maps)[0, 0]
    assert np.abs(shown - last).max() < 1.5 / 255 + 1.5 / 255
    logits = subject.module(grid(output.extent, 20, torch.device("cpu")))
    wanted = (logits / 2).tanh() if loss == "cross_entropy" else logits.tanh()
    assert np.abs(shown - wanted.reshape(20, 20).numpy()).max() < 1.1 / 255


def test_output_discretized_shows_the_decision_only():
    (figure,) = look("output", subject_of("points"), resolution=20, discretize=True)
    assert set(np.unique(numpy_of(figure.values))) <= {0, 255}
    assert not figure.smooth


def test_output_holds_the_points_and_validation_if_wanted():
    subject = subject_of("points")
    (both,) = look("output", subject)
    (train,) = look("output", subject, show_validation=False)
    held_out = numpy_of(both.points.held_out)
    assert (len(held_out), int(held_out.sum())) == (400, 200)
    assert numpy_of(train.points.held_out).sum() == 0
    assert numpy_of(train.points.points).shape == (200, 2)
    assert both.points.classes == ("orange", "blue")


def test_confusion_counts_every_validation_sample_once():
    subject = subject_of("points", 200)
    figures = [figure for figure in look("confusion", subject) if figure.type == "heatmap"]
    counts = numpy_of(figures[-1].values)
    split = subject.data.validation
    said = (subject.module(split.inputs)[:, 0] > 0).long()
    wanted = torch.zeros(2, 2, dtype=torch.int64)
    for truth, answer in zip(split.targets, said, strict=True):
        wanted[truth, answer] += 1
    assert counts.tolist() == wanted.tolist()
    assert figures[-1].facts["accuracy"] == pytest.approx(
        float((said == split.targets).float().mean())
    )


def test_gradients_are_those_of_the_mean_loss():
    subject = subject_of("points")
    with undisturbed(subject.module):
        (figure,) = look("gradients", subject)
    module = Mirror().subject(run_of(POINTS), {}, own=True).module.requires_grad_()
    inputs, targets = subject.data.train.batch(torch.arange(64))
    loss = subject.loss.values(module(inputs), targets).mean()
    loss.backward()
    assert figure.facts["loss"] == pytest.approx(float(loss.detach()))
    norm = float(module.hidden1.weight.grad.norm())
    assert figure.facts["norm of hidden1.weight"] == pytest.approx(norm)
    assert numpy_of(figure.series[0].counts).sum() == 8


def test_weights_are_counted_in_full():
    (figure,) = look("weights", subject_of("points"))
    assert [series.label for series in figure.series] == [
        "hidden1.weight",
        "hidden2.weight",
        "output.weight",
    ]
    assert [numpy_of(series.counts).sum() for series in figure.series] == [8, 8, 2]


def test_the_landscape_is_the_training_loss_and_the_path_ends_in_the_middle():
    run = run_of(POINTS)
    earlier = torch.nn.utils.parameters_to_vector(run.module.parameters()).detach().clone()
    run.advance()
    subject = Mirror().subject(run, {}, ((5, earlier),), own=True)
    inspector = Inspector.registry["landscape"](resolution=5, radius=0.5)
    found = list(inspector.figures(subject))
    figures = [figure for figure in found if not isinstance(figure, Progress)]
    first, last = numpy_of(figures[0].heights), numpy_of(figures[-1].heights)
    assert np.isnan(first[1:]).all()
    assert np.isfinite(last).all()
    inputs, targets = subject.data.train.inputs, subject.data.train.targets
    middle = float(subject.loss.values(subject.module(inputs), targets).mean())
    assert last[2, 2] == pytest.approx(middle, rel=1e-5)
    path = numpy_of(figures[-1].path)
    assert path.shape == (2, 2)
    assert path[-1].tolist() == [0, 0]
    assert np.abs(path[0]).max() > 0


def test_a_point_on_the_landscapes_plane_is_found_again():
    from lantern.lab.inspectors.landscape import plane_of

    subject = subject_of("points")
    plane = plane_of(subject)
    there = torch.nn.utils.parameters_to_vector(plane.at(0.25, -0.5).values())
    looked = Mirror().subject(run_of(POINTS), {}, ((0, there),))
    figures = look("landscape", looked, resolution=5)
    assert numpy_of(figures[-1].path)[0].tolist() == pytest.approx([0.25, -0.5], abs=1e-4)


@pytest.mark.parametrize("name", ["samples", "attribution", "attack"])
def test_inspectors_of_images_refuse_points(name):
    with pytest.raises(ProblemError, match="learns from points") as caught:
        look(name, subject_of("points"))
    assert caught.value.problem.field == "inspector"
