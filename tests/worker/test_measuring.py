"""Validation in slices: the numbers are those of the step at which a measurement began."""

import pytest
from tests.worker.desk import same, small_experiment

from lantern.lab import chunks
from lantern.protocol.commands import (
    BudgetCommand,
    PaceCommand,
    PauseCommand,
    RunCommand,
    WatchCommand,
)
from lantern.protocol.events import ProgressEvent
from lantern.protocol.experiment import Part
from lantern.protocol.ids import CommandId
from lantern.protocol.views import View
from lantern.worker import measuring, session


def images():
    return small_experiment(
        dataset=Part(name="digits"),
        model=Part(name="small_cnn", params={"channels": [3, 4], "hidden": 8}),
    )


def measured(desk) -> list[int]:
    return [step for step, row in desk.rows().items() if "validation_loss" in row]


def test_rows_of_validation_are_those_of_their_step_though_training_went_on(open_desk, monkeypatch):
    monkeypatch.setattr(measuring, "SLICE_S", 0.0)  # a chunk at a time
    desk = open_desk(images(), session="live")
    desk.ask(BudgetCommand(share=0.5))
    view = View(inspector="prediction")
    desk.ask(WatchCommand(key=view.key, view=view, max_rate_hz=1))
    desk.ask(RunCommand())
    desk.until(lambda: len(measured(desk)) >= 4)
    desk.ask(PauseCommand())
    step = measured(desk)[-2]
    desk.stop()
    again = open_desk(images(), session="again")
    again.ask(RunCommand(steps=step))
    again.paused_at(step)
    row, wanted = desk.rows()[step], again.rows()[step]
    names = ("validation_loss", "validation_accuracy", "validation_f1", "train_accuracy")
    assert {name: row[name] for name in names} == {name: wanted[name] for name in names}


def test_a_pause_measures_where_it_stands_at_once(open_desk, monkeypatch):
    monkeypatch.setattr(measuring, "SLICE_S", 0.0)
    desk = open_desk(images())
    desk.ask(RunCommand(steps=7))
    desk.paused_at(7)
    assert desk.rows()[7]["validation_loss"] == pytest.approx(
        desk.session.run.task.evaluate(
            desk.session.run.module.eval(), desk.session.run.data, desk.session.run.loss
        )["validation_loss"],
        rel=1e-6,
    )


def test_measuring_changes_nothing_of_the_run(open_desk):
    runs = []
    for name, share in (("often", 0.9), ("seldom", 0.01)):
        desk = open_desk(images(), session=name)
        desk.ask(BudgetCommand(share=share))
        desk.ask(RunCommand(steps=120))
        desk.paused_at(120)
        runs.append(desk.weights())
    assert same(*runs)


def test_what_is_asked_at_a_pause_goes_before_a_long_measurement(open_desk, monkeypatch):
    monkeypatch.setattr(measuring, "SLICE_S", 0.0)
    monkeypatch.setattr(measuring, "LONG_S", 0.0)
    monkeypatch.setattr(measuring, "TELL_EVERY_S", 0.0)
    desk = open_desk(images())
    desk.ask(RunCommand(steps=7))
    desk.paused_at(7)
    said = [event for event in desk.of(ProgressEvent) if event.key == measuring.KEY]
    assert said[-1].fraction == 1.0
    assert any(0 < event.fraction < 1 for event in said)
    desk.inbox.put(RunCommand(id=CommandId("run"), steps=5))
    desk.inbox.put(PaceCommand(id=CommandId("pace"), steps_per_s=None))
    desk.until(lambda: 12 in desk.rows() and "validation_loss" in desk.rows()[12])
    assert desk.state().phase == "paused"


def test_what_takes_too_long_is_measured_while_the_run_goes_on(open_desk, monkeypatch):
    monkeypatch.setattr(measuring, "SLICE_S", 0.0)
    monkeypatch.setattr(measuring, "LONG_S", 0.0)
    monkeypatch.setattr(session, "FIRST_S", 0.0)
    monkeypatch.setattr(chunks, "MACS", 1)  # one sample in a pass, as of a very dear model
    desk = open_desk(images(), session="dear")
    assert desk.until(lambda: desk.state().phase == "paused")
    desk.until(lambda: 0 in measured(desk))  # at rest
    view = View(inspector="prediction")
    desk.ask(WatchCommand(key=view.key, view=view, max_rate_hz=1))
    desk.ask(BudgetCommand(share=0.5))
    desk.ask(RunCommand())
    desk.until(lambda: len(measured(desk)) >= 2)
    later = measured(desk)[-1]
    assert 0 < later < desk.session.run.step
    values = desk.rows()[0]
    desk.stop()
    monkeypatch.undo()
    again = open_desk(images(), session="cheap")
    again.until(lambda: 0 in measured(again))
    for name in ("validation_loss", "validation_accuracy", "train_accuracy"):
        assert values[name] == pytest.approx(again.rows()[0][name], rel=1e-5)
