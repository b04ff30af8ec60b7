"""Edits of a living session: what is told, what survives, what is refused."""

import pytest
from tests.worker.desk import Desk, same, small_experiment

from lantern.protocol.commands import (
    EditCommand,
    PaintCommand,
    PauseCommand,
    ReinitialiseCommand,
    RewindCommand,
    RunCommand,
    StepCommand,
)
from lantern.protocol.events import BuiltEvent, EditedEvent, StateEvent
from lantern.protocol.experiment import (
    Change,
    Configure,
    Paint,
    Part,
    Reinitialise,
    Reshape,
    with_edits,
)


def edit(*, keep=False, **values) -> EditCommand:
    changes = tuple(
        Change(path=path.replace("__", "."), value=value) for path, value in values.items()
    )
    return EditCommand(changes=changes, keep=keep)


def begun(desk: Desk) -> Desk:
    desk.until(lambda: desk.of(StateEvent) and desk.state().phase in ("paused", "running"))
    return desk


def run_to(desk: Desk, step: int) -> None:
    begun(desk)
    desk.ask(RunCommand(steps=step - desk.session.run.step))
    desk.paused_at(step)


def done(desk: Desk, command) -> None:
    assert desk.ask(command).problem is None


def eventful(desk: Desk) -> None:
    """Do one of everything on the way to step 60."""
    run_to(desk, 12)
    done(desk, edit(keep=True, model__params__layers=[6, 3]))
    run_to(desk, 25)
    done(desk, PaintCommand(add=((1.0, 2.0, 1.0), (2.0, 1.0, 0.0)), remove=(0, 5)))
    run_to(desk, 33)
    done(desk, ReinitialiseCommand(layer="hidden2"))
    done(desk, ReinitialiseCommand(layer="hidden2"))
    run_to(desk, 41)
    done(desk, edit(training__frozen=["hidden1:0"]))
    done(desk, PaintCommand(remove=(3, 250)))
    run_to(desk, 60)


def test_a_reshape_goes_on_in_the_same_run_and_says_what_was_kept(open_desk):
    desk = open_desk()
    run_to(desk, 20)
    done(desk, edit(keep=True, model__params__layers=[4, 3, 2]))
    built = desk.of(BuiltEvent)[-1]
    assert (built.run, built.step) == (1, 20)
    assert built.sentence == ("Reshaped: layers changed to 4, 3, 2. Weights kept: 3 of 4 layers.")
    edited = desk.of(EditedEvent)[-1].edit
    assert isinstance(edited.action, Reshape)
    assert built.edits == (edited,)
    assert "hidden3" in [layer.path for layer in built.model.layers]
    assert desk.state().step == 20
    run_to(desk, 30)
    assert {event.run for event in desk.metrics()} == {1}


def test_a_running_session_is_reshaped_while_it_runs(open_desk):
    desk = open_desk(phase="running")
    done(desk, edit(keep=True, model__params__layers=[8]))
    step = desk.of(BuiltEvent)[-1].step
    desk.until(lambda: desk.session.run.step > step + 20)
    assert desk.state().phase == "running"
    done(desk, PauseCommand())


def test_keep_without_need_is_a_plain_edit(open_desk):
    desk = open_desk()
    done(desk, edit(keep=True, training__batch_size=5))
    assert isinstance(desk.of(EditedEvent)[-1].edit.action, Configure)
    assert len(desk.of(BuiltEvent)) == 1


def test_a_refused_reshape_leaves_the_run_as_it_was(open_desk):
    desk = open_desk()
    run_to(desk, 10)
    before = desk.weights()
    for command in (
        edit(keep=True, model={"name": "lenet5"}),
        edit(keep=True, dataset={"name": "plane"}),
        edit(keep=True, model__params__layers=[64] * 9),
        ReinitialiseCommand(layer="nowhere"),
        PaintCommand(remove=(400,)),
        PaintCommand(add=((0.0, 0.0, 7.0),)),
        edit(training__frozen=["hidden9"]),
    ):
        problem = desk.ask(command).problem
        assert problem is not None
        assert problem.field
    assert desk.session.run.edits == []
    assert desk.session.run.experiment.dataset.name == "circle"
    assert same(desk.weights(), before)
    assert len(desk.of(BuiltEvent)) == 1


def test_painting_makes_other_data_the_users_own_and_keeps_the_weights(open_desk):
    desk = open_desk(small_experiment(title="Mine"))
    run_to(desk, 10)
    before = desk.weights()
    data = desk.session.run.data
    first = data.train.inputs[0].tolist()
    done(desk, PaintCommand(remove=(0,), add=((1.0, 2.0, 1.0),)))
    run = desk.session.run
    assert (run.experiment.dataset.name, run.experiment.title) == ("own", "Mine")
    points = run.experiment.dataset.params["points"]
    assert isinstance(points, list)
    assert len(points) == 400
    assert points[0] == [1.0, 2.0, 1.0]
    assert first not in [point[:2] for point in points if isinstance(point, list)]
    weights = {name: tensor for name, tensor in desk.weights().items() if "model." in name}
    assert same(weights, {name: before[name] for name in weights})
    assert [type(edit.action) for edit in run.edits] == [Reshape, Paint]
    assert len(run.data.train) + len(run.data.validation) == 400
    assert run.data.classes == data.classes or len(run.data.classes) == 2


def test_indices_count_the_points_as_they_stand_training_ones_first(open_desk):
    desk = begun(open_desk(small_experiment(dataset=Part(name="own"))))
    data = desk.session.run.data
    gone = [data.train.inputs[1].tolist(), data.validation.inputs[0].tolist()]
    done(desk, PaintCommand(remove=(1, len(data.train))))
    data = desk.session.run.data
    left = [*data.train.inputs.tolist(), *data.validation.inputs.tolist()]
    assert not any(point in left for point in gone)


def test_values_can_be_painted_too(open_desk):
    fields = {
        "dataset": Part(name="plane"),
        "task": Part(name="regression"),
        "loss": Part(name="squared"),
    }
    desk = open_desk(small_experiment(**fields))
    done(desk, PaintCommand(add=((1.0, 2.0, 0.25),)))
    assert desk.session.run.data.classes == ()
    run_to(desk, 20)
    assert "validation_rmse" in desk.rows()[20]


def test_images_cannot_be_painted(open_desk):
    images = {"dataset": Part(name="digits"), "model": Part(name="small_cnn")}
    problem = open_desk(small_experiment(**images)).ask(PaintCommand(add=((0, 0, 0),))).problem
    assert problem is not None
    assert "images" in problem.sentence


def test_many_strokes_stay_small_and_cheap(open_desk):
    desk = open_desk(small_experiment(dataset=Part(name="own")), phase="running")
    for place in range(200):
        done(desk, PaintCommand(add=((place / 100, 1.0, 1.0),)))
    done(desk, PauseCommand())
    run = desk.session.run
    assert len(run.data.train) + len(run.data.validation) == 216
    assert sum(len(edit.model_dump_json()) for edit in run.edits) < 200 * 120
    assert len(desk.of(BuiltEvent)) == 1


def test_points_pasted_by_an_edit_are_live(open_desk):
    desk = open_desk(small_experiment(dataset=Part(name="own")), phase="running")
    points = [[float(place), 1.0, float(place % 2)] for place in range(-5, 5)]
    done(desk, edit(dataset__params__points=points))
    assert len(desk.of(BuiltEvent)) == 1
    run = desk.session.run
    assert len(run.data.train) + len(run.data.validation) == 10
    done(desk, PauseCommand())


def test_a_rewind_goes_back_over_every_kind_of_edit(open_desk):
    desk = open_desk()
    eventful(desk)
    at_60, edits = desk.weights(), tuple(desk.session.run.edits)
    replayed = open_desk(session="s2", edits=edits, start_step=60)
    replayed.paused_at(60)
    assert same(replayed.weights(), at_60)
    for step, count in ((45, 7), (36, 5), (30, 3), (20, 1), (5, 0)):
        done(desk, RewindCommand(step=step))
        assert len(desk.session.run.edits) == count
        done(replayed, RewindCommand(step=step))
        assert same(desk.weights(), replayed.weights())
    assert desk.session.run.experiment == desk.session.run.base


def test_a_worker_that_died_goes_on_bit_for_bit(open_desk, place):
    desk = open_desk()
    eventful(desk)
    base, edits = desk.session.run.base, tuple(desk.session.run.edits)
    run_to(desk, 90)
    at_90 = desk.weights()
    desk.stop()
    for rows_to in (90, 61, 38, 27, 14, 3):  # web knows all edits, and the rows up to some step
        again = open_desk(incarnation=2, resume=True, edits=edits, rows_to=rows_to)
        assert again.state().phase == "paused" or again.until(
            lambda again=again: again.state().phase == "paused"
        )
        assert again.session.run.base == base
        if again.session.run.step < 90:
            run_to(again, 90)
        assert same(again.weights(), at_90)
        again.stop()


def test_a_built_event_holds_all_that_a_late_joiner_needs(open_desk):
    desk = open_desk()
    eventful(desk)
    done(desk, RewindCommand(step=60))
    built = desk.of(BuiltEvent)[-1]
    assert with_edits(built.experiment, built.edits) == desk.session.run.experiment
    kinds = {type(edit.action) for edit in built.edits}
    assert kinds == {Reshape, Paint, Reinitialise, Configure}


def test_an_edit_inside_a_step_finishes_it_first(open_desk):
    desk = open_desk()
    done(desk, StepCommand(unit="stage"))
    done(desk, edit(keep=True, model__params__layers=[5]))
    assert desk.of(EditedEvent)[-1].edit.step == 1
    assert desk.session.run.step == 1


@pytest.mark.parametrize("keep", [True, False])
def test_what_was_frozen_and_is_gone_is_taken_off_the_list(open_desk, keep):
    desk = open_desk()
    done(desk, edit(training__frozen=["hidden1:3", "hidden2", "output"]))
    done(desk, edit(keep=keep, model__params__layers=[3]))
    assert desk.session.run.experiment.training.frozen == ("output",)


def test_the_state_stays_what_it_was(open_desk):
    desk = open_desk()
    done(desk, edit(keep=True, model__params__layers=[5]))
    assert desk.of(StateEvent)[-1].phase == "paused"


def test_a_run_that_overflowed_goes_back_to_where_its_loss_was_still_sane(open_desk):
    desk = open_desk(
        small_experiment(
            dataset=Part(name="plane"),
            optimizer=Part(name="sgd"),
            task=Part(name="regression"),
            loss=Part(name="squared"),
            model=Part(name="mlp", params={"layers": [4, 2], "activation": "relu"}),
        )
    )
    for step in (20, 30):
        run_to(desk, step)
        desk.until(lambda wanted=step: desk.session.keeper.history.newest == wanted)  # a busy disk
    done(desk, edit(optimizer__params__learning_rate=10))
    done(desk, RunCommand())
    problem = desk.until(lambda: desk.state().problem)
    assert desk.state().phase == "paused"
    back = problem.rewind_to
    assert back is not None
    assert 20 <= back <= 30
    done(desk, RewindCommand(step=back))
    assert desk.state().problem is None
    done(desk, edit(optimizer__params__learning_rate=0.03))
    run_to(desk, back + 50)
    assert desk.rows()[back + 50]["validation_loss"] < 1
