"""Optimizers racing from the same weights on the same batches."""

import math

import numpy as np
import pytest
import torch
from tests.lab.looking import POINTS, Mirror, run_of, undisturbed
from torch.nn.utils import parameters_to_vector

from lantern.lab.arrays import numpy_of
from lantern.lab.inspectors._racers import Race
from lantern.lab.kinds import Inspector
from lantern.lab.run import Run
from lantern.lab.subject import Progress, Subject
from lantern.protocol.experiment import Experiment, Part
from lantern.protocol.figures import Figure, LinesFigure, SurfaceFigure, TableFigure
from lantern.protocol.problems import ProblemError

SGD = Part(name="sgd", params={"learning_rate": 0.1})
ADAM = Part(name="adam", params={"learning_rate": 0.02})
WILD = Part(name="sgd", params={"learning_rate": 10, "momentum": 0.95})
BY_SGD = POINTS.model_copy(
    update={
        "optimizer": SGD,
        "training": POINTS.training.model_copy(update={"engine": "eager", "l2": 0.001}),
    }
)
REGRESSION = Experiment(
    dataset=Part(name="plane"),
    model=Part(name="mlp", params={"activation": "relu"}),
    task=Part(name="regression"),
    loss=Part(name="squared"),
)


def look(subject: Subject, **params) -> list[Figure | Progress]:
    return list(Inspector.registry["race"].model_validate(params).figures(subject))


def outcome(subject: Subject, **params) -> tuple[SurfaceFigure, LinesFigure, TableFigure]:
    surface, lines, table = look(subject, resolution=5, **params)[-3:]
    assert isinstance(surface, SurfaceFigure)
    assert isinstance(lines, LinesFigure)
    assert isinstance(table, TableFigure)
    return surface, lines, table


def subject_at(step: int, experiment: Experiment = BY_SGD) -> Subject:
    return Mirror().subject(run_of(experiment, step), {}, own=True)


def weights_of(run: Run) -> torch.Tensor:
    return parameters_to_vector(run.module.parameters()).detach()


@pytest.mark.parametrize("fresh", [False, True])
def test_a_racer_with_the_sessions_optimizer_does_what_the_session_does(fresh):
    run = run_of(BY_SGD, 0 if fresh else 17)  # 13 batches are an epoch: it stands inside one
    race = Race(Mirror().subject(run_of(BY_SGD, 17), {}, own=True), [SGD, ADAM], fresh=fresh)
    list(race.prepare())
    list(race.go(30))
    for _ in range(30):
        run.advance()
    assert torch.equal(race.racers[0].trail[-1], weights_of(run))
    assert not torch.equal(race.racers[1].trail[-1], weights_of(run))


def test_the_noted_losses_are_the_mean_training_loss():
    subject = subject_at(3)
    race = Race(subject, [SGD], fresh=False)
    list(race.prepare())
    list(race.go(10))
    racer, split = race.racers[0], subject.data.train
    with torch.no_grad():
        outputs = racer.run.module.eval()(split.inputs)
    loss = float(racer.run.loss.values(outputs, split.targets).mean())
    assert racer.losses[-1] == pytest.approx(loss, rel=1e-5)
    assert race.steps == list(range(11))


def test_all_paths_start_at_the_same_point_and_end_on_the_map():
    surface, lines, _ = outcome(subject_at(5), optimizers=[SGD, ADAM], steps=60)
    x0, x1, y0, y1 = surface.extent
    for path in surface.paths:
        x, y = numpy_of(path.x), numpy_of(path.y)
        assert abs(x[0]) < 1e-5
        assert abs(y[0]) < 1e-5
        assert ((x > x0) & (x < x1) & (y > y0) & (y < y1)).all()
    starts = {float(numpy_of(series.y)[0]) for series in lines.series}
    assert len(starts) == 1
    assert [len(numpy_of(series.x)) for series in lines.series] == [61, 61]
    assert numpy_of(lines.series[0].x)[-1] == 60


def test_the_map_holds_as_much_of_the_variance_as_any_plane_can():
    subject = subject_at(5)
    surface, _, _ = outcome(subject, optimizers=[SGD, ADAM], steps=40)
    race = Race(subject, [SGD, ADAM], fresh=False)
    list(race.prepare())
    list(race.go(40))
    start = race.racers[0].trail[0].double()
    ways = torch.cat([torch.stack(racer.trail) for racer in race.racers]).double() - start
    squares = torch.linalg.svdvals(ways).square()
    share = float(squares[:2].sum() / squares.sum())
    assert surface.facts["variance share"] == pytest.approx(share, abs=1e-6)
    drawn = sum(float((numpy_of(p.x) ** 2 + numpy_of(p.y) ** 2).sum()) for p in surface.paths)
    assert drawn == pytest.approx(float(squares[:2].sum()), rel=1e-3)


def test_the_height_under_the_start_is_the_loss_there():
    subject = subject_at(5)
    surface, lines, _ = outcome(subject, optimizers=[SGD, ADAM], steps=20)
    heights, (x0, x1, y0, y1) = numpy_of(surface.heights), surface.extent
    assert np.isfinite(heights).all()
    assert x0 < 0 < x1
    assert y0 < 0 < y1
    start = float(numpy_of(lines.series[0].y)[0])
    assert heights.min() <= start <= heights.max()


def test_a_race_is_the_same_each_time():
    first, second = (
        outcome(subject_at(7), optimizers=[SGD, ADAM], steps=30, start=start)
        for start in ("start", "start")
    )
    for before, after in zip(first[0].paths, second[0].paths, strict=True):
        assert np.array_equal(numpy_of(before.x), numpy_of(after.x))
    assert first[2].rows == second[2].rows


def test_the_session_is_not_touched():
    run = run_of(BY_SGD, 5)
    subject = Mirror().subject(run, {}, own=True)
    place = run.order.epochs, run.order.position
    with undisturbed(run.module, subject.module):
        outcome(subject, optimizers=[SGD, ADAM], steps=20)
    assert (run.step, (run.order.epochs, run.order.position)) == (5, place)


def test_a_diverged_racer_is_named_and_does_not_spoil_the_map():
    hot = Part(name="sgd", params={"learning_rate": 10, "momentum": 0.95})
    subject = Mirror().subject(run_of(REGRESSION, 2), {}, own=True)
    surface, lines, table = outcome(subject, optimizers=[ADAM, hot], steps=200)
    alone, _, _ = outcome(subject, optimizers=[ADAM], steps=200)
    assert [text for text in surface.warnings if text.startswith("SGD + momentum diverged at step")]
    assert surface.extent == alone.extent
    assert table.rows[0][0] == "Adam"
    assert table.rows[1][0] == "SGD + momentum"
    assert str(table.rows[1][-1]).startswith("step ")
    assert len(numpy_of(lines.series[1].x)) < len(numpy_of(lines.series[0].x))
    assert np.isfinite(numpy_of(surface.heights)).all()


def test_one_that_wanders_off_leaves_the_map_to_the_others():
    slow = Part(name="sgd", params={"learning_rate": 0.001})
    slower = Part(name="sgd", params={"learning_rate": 0.0005})
    surface, _, _ = outcome(subject_at(2), optimizers=[slow, slower, WILD], steps=60)
    assert any("its path leaves the map" in text for text in surface.warnings)
    reach = max(abs(edge) for edge in surface.extent)
    assert float(np.abs(numpy_of(surface.paths[2].x)).max()) > reach


def test_the_ranking_goes_from_the_lowest_loss_up():
    _, lines, table = outcome(subject_at(2), optimizers=[SGD, ADAM], steps=80)
    ends = {series.label: float(numpy_of(series.y)[-1]) for series in lines.series}
    assert [row[0] for row in table.rows] == sorted(ends, key=lambda label: ends[label])
    first, second = table.rows
    assert first[2] == pytest.approx(ends[str(first[0])])
    assert isinstance(first[4], int)
    assert first[5] == second[5] == ""
    assert all(isinstance(row[3], float) and math.isfinite(row[3]) for row in table.rows)


def test_figures_grow_while_the_race_goes_on():
    found = look(subject_at(2), optimizers=[SGD, ADAM], steps=100, resolution=5)
    curves = [figure for figure in found if isinstance(figure, LinesFigure)]
    lengths = [len(numpy_of(figure.series[0].x)) for figure in curves]
    assert len(lengths) > 5
    assert lengths == sorted(set(lengths))
    fractions = [item.fraction for item in found if isinstance(item, Progress)]
    assert fractions == sorted(fractions)
    assert fractions[-1] <= 1


def test_the_same_optimizer_twice_goes_by_its_rate():
    other = Part(name="sgd", params={"learning_rate": 0.01})
    surface, _, _ = outcome(subject_at(2), optimizers=[SGD, other, other], steps=10)
    labels = [path.label for path in surface.paths]
    assert labels == ["SGD, rate 0.1", "SGD, rate 0.01", "SGD, rate 0.01 (2)"]


def test_every_default_racer_runs():
    surface, _, table = outcome(subject_at(2), steps=20)
    labels = [path.label for path in surface.paths]
    assert len(set(labels)) == len(table.rows) == 8
    assert {"SGD", "SGD + momentum", "Nesterov", "Adam", "AdamW"} <= set(labels)


@pytest.mark.parametrize("count", [0, 9])
def test_no_racer_and_more_than_eight_are_refused(count):
    with pytest.raises(ProblemError, match=f"up to 8 can race at once, and {count}") as caught:
        look(subject_at(0), optimizers=[SGD] * count)
    assert caught.value.problem.field == "optimizers"


def test_a_bad_parameter_is_refused_and_its_racer_named():
    bad = Part(name="adam", params={"learning_rate": 99})
    with pytest.raises(ProblemError, match=r"optimizers\.1\.params\.learning_rate") as caught:
        look(subject_at(0), optimizers=[SGD, bad])
    assert caught.value.problem.hint == "This is racer 2, 'adam'."
    with pytest.raises(ProblemError, match="no optimizer 'none'"):
        look(subject_at(0), optimizers=[Part(name="none")])


def test_weights_without_a_finite_loss_are_no_start():
    subject = subject_at(0)
    next(subject.module.parameters()).fill_(math.nan)
    with pytest.raises(ProblemError, match="not finite"):
        look(subject, optimizers=[SGD])
    surface, _, _ = outcome(subject, optimizers=[SGD], start="start", steps=10)
    assert np.isfinite(numpy_of(surface.heights)).all()
