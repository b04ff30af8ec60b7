"""The surface of the loss around the present weights."""

import numpy as np
import pytest
import torch
from tests.lab.looking import POINTS, Mirror, run_of, undisturbed
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from lantern.lab.arrays import numpy_of
from lantern.lab.inspectors._weight_plane import Height, Plane, extent_around, principal_plane
from lantern.lab.kinds import Inspector
from lantern.lab.run import Run
from lantern.lab.subject import Progress, Subject
from lantern.protocol.experiment import Part
from lantern.protocol.figures import SurfaceFigure
from lantern.protocol.problems import ProblemError


def vector(run: Run) -> torch.Tensor:
    return parameters_to_vector(run.module.parameters()).detach().clone()


def trailed(stops: int = 8, every: int = 5) -> Subject:
    """A subject with the trail of a run that stopped so often on its way."""
    run, trail = run_of(POINTS, 0), []
    for _ in range(stops):
        trail.append((run.step, vector(run)))
        for _ in range(every):
            run.advance()
    return Mirror().subject(run, {}, trail, own=True)


def surfaces(subject: Subject, **params) -> list[SurfaceFigure]:
    found = Inspector.registry["landscape"].model_validate(params).figures(subject)
    return [figure for figure in found if not isinstance(figure, Progress)]


def test_the_own_path_lies_whole_within_the_plane_and_ends_at_the_present_weights():
    subject = trailed()
    with undisturbed(subject.module):
        figure = surfaces(subject, directions="path", resolution=9)[-1]
    path, (x0, x1, y0, y1) = numpy_of(figure.path), figure.extent
    assert path.shape == (9, 2)
    assert path[-1].tolist() == [0, 0]
    assert x0 < path[:, 0].min() < path[:, 0].max() < x1
    assert y0 < path[:, 1].min() < path[:, 1].max() < y1
    assert figure.facts["directions"] == "principal components of the path"
    assert "% of the variance" in figure.caption


def test_the_directions_of_the_path_are_its_principal_components():
    subject = trailed()
    figure = surfaces(subject, directions="path", resolution=5)[-1]
    here = parameters_to_vector(subject.module.parameters()).double()
    ways = torch.stack([way.double() - here for _, way in subject.trail])
    lengths = torch.linalg.svdvals(ways).square()
    share = float(lengths[:2].sum() / lengths.sum())
    assert figure.facts["variance share"] == pytest.approx(share, abs=1e-9)
    path = numpy_of(figure.path)[:-1]
    assert float((path**2).sum()) == pytest.approx(float(lengths[:2].sum()), rel=1e-4)


def test_heights_are_the_mean_loss_at_each_place():
    subject = trailed()
    figure = surfaces(subject, directions="path", resolution=5)[-1]
    x0, x1, y0, y1 = figure.extent
    origin = dict(subject.module.named_parameters())
    trail = torch.stack([way for _, way in subject.trail])
    plane, _ = principal_plane(origin, trail)
    twin = run_of(POINTS, 0)
    there = plane.at(x0 + (x1 - x0) * 3 / 4, y0 + (y1 - y0) / 4)
    vector_to_parameters(parameters_to_vector(there.values()), twin.module.parameters())
    split = subject.data.train
    with torch.no_grad():
        loss = twin.loss.values(twin.module.eval()(split.inputs), split.targets).mean()
    assert numpy_of(figure.heights)[1, 3] == pytest.approx(float(loss), rel=1e-5)


def test_places_computed_together_and_one_by_one_have_the_same_height():
    subject = trailed()
    origin = dict(subject.module.named_parameters())
    plane, _ = principal_plane(origin, torch.stack([way for _, way in subject.trail]))
    x, y = torch.linspace(-1, 1, 7), torch.linspace(1, -2, 7)
    height = Height.of(subject)
    assert height.together > 7
    together = height.at(plane.stacked(x, y))
    single = [float(height._one(plane.at(float(a), float(b)))) for a, b in zip(x, y, strict=True)]
    assert together.tolist() == pytest.approx(single, rel=1e-5)


@pytest.mark.parametrize("stops", [0, 1])
def test_a_path_too_short_is_refused_by_a_sentence(stops):
    with pytest.raises(ProblemError, match="snapshots so far, and 3 are needed") as caught:
        surfaces(trailed(stops), directions="path")
    assert caught.value.problem.field == "directions"
    assert caught.value.problem.hint is not None


def test_random_directions_stay_when_the_path_is_short():
    figure = surfaces(trailed(0), resolution=5)[-1]
    assert figure.path is None
    assert figure.extent == (-1.0, 1.0, -1.0, 1.0)
    assert np.isfinite(numpy_of(figure.heights)).all()


def test_a_fine_surface_comes_in_small_pieces():
    model = Part(name="mlp", params={"layers": [8, 8, 8]})
    subject = Mirror().subject(run_of(POINTS.model_copy(update={"model": model}), 1), {})
    found = list(Inspector.registry["landscape"](resolution=41).figures(subject))
    pieces = sum(isinstance(item, Progress) for item in found)
    assert pieces > 41**2 / Height.of(subject).together
    assert 2 < len(found) - pieces < 10


def test_a_path_along_a_line_still_has_a_plane_around_it():
    line = torch.stack([torch.linspace(0, 4, 5), torch.zeros(5)], dim=1).double()
    x0, x1, y0, y1 = extent_around([line])
    assert x0 < 0 < 4 < x1
    assert y1 - y0 >= 1


def test_the_nearest_plane_to_one_direction_alone_is_found():
    origin = {"w": torch.zeros(3)}
    ways = torch.tensor([[1.0, 2.0, 2.0], [2.0, 4.0, 4.0]])
    plane, share = principal_plane(origin, ways)
    assert share == pytest.approx(1.0)
    assert plane.first["w"].tolist() == pytest.approx([1 / 3, 2 / 3, 2 / 3])


def test_coordinates_are_found_again():
    origin = {"w": torch.tensor([1.0, 2.0, 3.0])}
    plane = Plane(origin, {"w": torch.tensor([1.0, 0.5, 0.0])}, {"w": torch.tensor([0.0, 1.0, 1])})
    there = plane.at(0.25, -0.75)["w"].unsqueeze(0)
    assert plane.coordinates(there)[0].tolist() == pytest.approx([0.25, -0.75])
