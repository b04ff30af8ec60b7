"""Racers go by the fused kernel where the session does."""

from collections.abc import Iterator

import pytest
import torch
from tests.lab.looking import POINTS, Mirror, run_of
from torch.nn.utils import parameters_to_vector

from lantern.lab.fused import engine
from lantern.lab.inspectors._racers import Race
from lantern.lab.subject import Progress
from lantern.protocol.experiment import Experiment, Part

pytestmark = pytest.mark.timeout(900)  # a machine that never compiled the kernel does it here

SGD = Part(name="sgd", params={"learning_rate": 0.1})
ADAM = Part(name="adam", params={"learning_rate": 0.02})
BY_SGD = POINTS.model_copy(update={"optimizer": SGD})
OVER = Experiment(
    dataset=Part(name="plane"),
    model=Part(name="mlp", params={"activation": "relu"}),
    task=Part(name="regression"),
    loss=Part(name="squared"),
)


@pytest.fixture(scope="module", autouse=True)
def _kernel() -> Iterator[None]:
    engine.prepare(torch.float32)
    assert engine.state() == "ready", engine.problem()
    yield
    engine.forget()


def raced(experiment: Experiment, entrants: list[Part], steps: int) -> tuple[Race, list[Progress]]:
    race = Race(Mirror().subject(run_of(experiment, 17), {}, own=True), entrants, fresh=False)
    list(race.prepare())
    return race, list(race.go(steps))


def test_a_racer_does_what_the_session_does_bit_for_bit():
    run = run_of(BY_SGD, 17)
    race, _ = raced(BY_SGD, [SGD, ADAM], 200)
    assert run.is_fused
    assert all(racer.run.is_fused for racer in race.racers)
    run.leap(run.step + 200)
    weights = parameters_to_vector(run.module.parameters()).detach()
    assert torch.equal(race.racers[0].trail[-1], weights)


def test_a_long_race_still_comes_in_small_pieces():
    race, bites = raced(BY_SGD, [SGD, ADAM], 2000)
    assert len(race.steps) == 81
    assert len(bites) > 30


def test_a_racer_that_diverges_stops_at_its_step():
    wild = Part(name="sgd", params={"learning_rate": 10, "momentum": 0.95})
    race, _ = raced(OVER, [ADAM, wild], 300)
    calm, gone = race.racers
    assert calm.stopped is None
    assert gone.stopped is not None
    assert 0 < gone.stopped <= 300
    assert len(gone.trail) == len(gone.losses) < len(race.steps)
