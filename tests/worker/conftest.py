"""Opens sessions for the tests of the worker."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from tests.worker.desk import Desk, small_experiment

from lantern.lab.plugin import load_plugins
from lantern.protocol.experiment import Experiment
from lantern.protocol.ids import SessionId
from lantern.protocol.link import StartWorker
from lantern.worker.session import Place


@pytest.fixture(scope="session", autouse=True)
def _plugins() -> None:
    load_plugins()
    torch.set_num_threads(1)


Opened = Callable[..., Desk]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Folders of the test's own."""
    return Place(tmp_path / "home", tmp_path / "data")


@pytest.fixture
def open_desk(place: Place) -> Iterator[Opened]:
    """Opens sessions, and stops them after the test."""
    desks: list[Desk] = []

    def opened(experiment: Experiment | None = None, **fields: object) -> Desk:
        facts = {
            "session": SessionId("s1"),
            "incarnation": 1,
            "token": "t",
            "experiment": experiment or small_experiment(),
            "phase": "paused",
            **fields,
        }
        desk = Desk(StartWorker.model_validate(facts), place)
        desks.append(desk)
        return desk

    yield opened
    for desk in desks:
        desk.stop()
