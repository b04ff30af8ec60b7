"""A run stops by itself at the same step each time, and says why."""

import sys
from pathlib import Path

import pytest
from tests.worker.desk import Desk, same, small_experiment

from lantern.lab.look import Mirror
from lantern.lab.run import Run, load_data
from lantern.protocol.commands import (
    EditCommand,
    PaceCommand,
    PauseCommand,
    RewindCommand,
    RunCommand,
    StepCommand,
    WatchCommand,
)
from lantern.protocol.events import StateEvent
from lantern.protocol.experiment import Change, Part, Training
from lantern.protocol.ids import ViewKey
from lantern.protocol.views import View
from lantern.worker.goal import Goal
from lantern.worker.stopping import Record, Stopping

LR = Part(name="sgd", params={"learning_rate": 0.3})


def stopping(*, batch_size=10, **conditions):
    """An experiment of 20 steps an epoch with conditions to stop."""
    training = Training(batch_size=batch_size, engine="eager", **conditions)
    return small_experiment(training=training, optimizer=LR)


def stopped(desk: Desk, after: int = 0) -> StateEvent:
    """Wait until the session has paused by itself beyond a step; return the state."""
    return desk.until(
        lambda: next(
            (s for s in desk.of(StateEvent) if s.sentence is not None and s.step > after), None
        )
    )


def edit(**values) -> EditCommand:
    return EditCommand(
        changes=tuple(
            Change(path=path.replace("__", "."), value=value) for path, value in values.items()
        )
    )


def test_epochs_stop_at_the_last_step_of_the_last_one(open_desk):
    state = stopped(open_desk(stopping(stop_epochs=3), phase="running"))
    assert (state.phase, state.step, state.mark) == ("paused", 60, None)
    assert state.sentence == "Paused: 3 epochs are complete."


def test_a_batch_that_does_not_divide_the_data_stops_at_the_same_place(open_desk):
    desk = open_desk(stopping(stop_epochs=2, batch_size=30), phase="running")
    assert stopped(desk).step == 14
    assert desk.session.run.epoch == 2.0


def test_run_goes_on_past_the_epochs_until_they_are_raised(open_desk):
    desk = open_desk(stopping(stop_epochs=1), phase="running")
    assert stopped(desk).sentence == "Paused: 1 epoch is complete."
    desk.ask(RunCommand())
    desk.until(lambda: desk.session.run.step > 60)
    assert desk.state().phase == "running"
    assert desk.state().sentence is None
    desk.ask(PauseCommand())
    epoch = int(desk.session.run.epoch) + 2
    desk.ask(edit(training__stop_epochs=epoch))
    desk.ask(RunCommand())
    assert stopped(desk, after=60).step == epoch * 20


def test_a_goal_beyond_the_condition_is_not_reached(open_desk):
    desk = open_desk(stopping(stop_epochs=2))
    desk.ask(RunCommand(steps=1000))
    assert stopped(desk).step == 40
    desk.ask(StepCommand(unit="epoch"))
    desk.paused_at(60)
    assert desk.state().sentence is None


def test_a_small_loss_stops_and_says_what_it_is(open_desk):
    desk = open_desk(stopping(stop_loss=0.4), phase="running")
    state = stopped(desk)
    loss = desk.rows()[state.step]["validation_loss"]
    assert loss <= 0.4
    assert state.step % 20 == 0
    assert state.sentence == (
        f"Paused: the validation loss is {loss:.4g}, and it was to reach 0.4."
    )
    assert state.mark == state.step
    earlier = [row.get("validation_loss", 9) for at, row in desk.rows().items() if at % 20 == 0]
    assert sum(value <= 0.4 for value in earlier) == 1
    desk.ask(RunCommand())
    desk.until(lambda: desk.session.run.step > state.step + 100)
    assert desk.state().phase == "running"
    desk.ask(PauseCommand())


def test_patience_stops_so_many_epochs_after_the_lowest_loss(open_desk):
    desk = open_desk(stopping(patience=5), phase="running")
    state = stopped(desk)
    losses = {
        at: row["validation_loss"] for at, row in desk.rows().items() if at % 20 == 0 and at > 0
    }
    lowest = min(losses, key=losses.__getitem__)
    assert state.mark == lowest
    assert state.step == lowest + 5 * 20
    assert state.sentence == (
        f"Paused: the validation loss did not fall for 5 epochs; it was lowest at step {lowest:,}."
    )
    desk.ask(RunCommand())  # as many epochs again
    again = stopped(desk, after=state.step)
    assert again.step >= state.step + 100


def test_where_it_stops_does_not_depend_on_who_watches_or_how_fast_it_goes(open_desk):
    alone = stopped(open_desk(stopping(patience=4), phase="running"))
    desk = open_desk(stopping(patience=4), session="s2")
    view = View(inspector="network")
    desk.ask(WatchCommand(key=ViewKey(view.key), view=view))
    desk.ask(PaceCommand(steps_per_s=3000))
    for unit in ("batch", "epoch"):
        desk.ask(StepCommand(unit=unit))
        desk.until(lambda: desk.state().phase == "paused")
    for _ in range(30):
        desk.ask(RunCommand(steps=7))
        desk.until(lambda: desk.state().phase == "paused" and desk.session.goal == Goal())
        if desk.state().sentence:
            break
    if not desk.state().sentence:
        desk.ask(RunCommand())
    state = stopped(desk)
    assert (state.step, state.mark) == (alone.step, alone.mark)


@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_what_is_known_survives_the_death_of_a_worker(open_desk, share):
    desk = open_desk(stopping(patience=5), phase="running")
    state = stopped(desk)
    weights = desk.weights()
    desk.stop()
    rows_to = int(state.step * share)
    again = open_desk(
        stopping(patience=5), incarnation=2, resume=True, rows_to=rows_to, phase="running"
    )
    found = stopped(again)
    assert (found.step, found.mark) == (state.step, state.mark)
    assert same(again.weights(), weights)


def test_a_rewind_takes_back_what_was_known(open_desk):
    desk = open_desk(stopping(patience=5), phase="running")
    state = stopped(desk)
    desk.ask(RewindCommand(step=state.step - 30))
    assert desk.state().sentence is None
    desk.ask(RunCommand())
    again = desk.until(lambda: desk.state() if desk.state().sentence else None)
    assert (again.step, again.mark) == (state.step, state.mark)


def test_painting_begins_to_count_anew(open_desk):
    own = stopping(patience=3).model_copy(update={"dataset": Part(name="circle")})
    desk = open_desk(own, phase="running")
    state = stopped(desk)
    desk.ask(edit(dataset__params__noise=0.5).model_copy(update={"keep": True}))
    desk.ask(RunCommand())
    again = stopped(desk, after=state.step)
    assert again.mark is not None
    assert again.mark > state.step


def test_nothing_is_measured_when_nothing_was_asked(open_desk):
    desk = open_desk(stopping())
    desk.ask(RunCommand(steps=40))
    desk.paused_at(40)
    assert "validation_loss" not in desk.rows()[20]
    assert Stopping().steps_left(desk.session.run) == sys.maxsize


def test_looks_get_rarer_where_epochs_are_short():
    experiment = stopping(patience=100_000, batch_size=200)  # one step an epoch
    run, conditions = Run(experiment, load_data(experiment, Path())), Stopping()
    looked = []
    while run.step < 1050:
        for _ in range(conditions.steps_left(run)):
            run.advance()
        if conditions.look(run) is not None:
            looked.append(run.step)
        assert conditions.look(run) is None
    assert looked[:102] == [*range(1, 102), 103]
    assert looked[-2:] == [1039, 1050]
    assert len(looked) < 400


def test_what_is_looked_at_is_what_the_chart_shows(open_desk):
    desk = open_desk(stopping(stop_epochs=2, patience=9), phase="running")
    stopped(desk)
    run = desk.session.run
    subject = Mirror().subject(run, {})
    loss = run.task.validation_loss(subject.module, run.data, run.loss)
    assert loss == run.task.evaluate(subject.module, run.data, run.loss)["validation_loss"]
    assert desk.rows()[40]["validation_loss"] == loss


def test_a_snapshot_without_a_word_of_it_begins_anew():
    record = Record(looked=3, lowest=0.5, lowest_step=60, lowest_epoch=3)
    assert Stopping.of(Stopping(record).meta()).meta() == Stopping(record).meta()
    assert Stopping.of({}).meta() == Stopping().meta()
