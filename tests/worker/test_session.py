"""What a session does when it is told to."""

import time

import safetensors.torch
from tests.worker.desk import same, small_experiment

from lantern.protocol.commands import (
    EditCommand,
    ExportCommand,
    PaceCommand,
    PauseCommand,
    ReplaceCommand,
    ResetCommand,
    RewindCommand,
    RunCommand,
    SetWeightCommand,
    StepCommand,
)
from lantern.protocol.events import BuiltEvent, EditedEvent, ExportedEvent, StateEvent
from lantern.protocol.experiment import Change, Part
from lantern.protocol.ids import CommandId
from lantern.worker.build import sentence_of


def changes(**values):
    return tuple(
        Change(path=path.replace("__", "."), value=value) for path, value in values.items()
    )


def test_it_builds_measures_step_0_and_rests(open_desk):
    desk = open_desk()
    desk.paused_at(0)
    built = desk.of(BuiltEvent)[0]
    assert (built.run, built.step, built.data.kind) == (1, 0, "points")
    assert built.views
    assert "validation_loss" in desk.rows()[0]
    assert [state.phase for state in desk.of(StateEvent)] == ["building", "paused"]


def test_it_runs_a_number_of_steps_and_pauses_with_a_row_for_each(open_desk):
    desk = open_desk()
    assert desk.ask(RunCommand(steps=50)).problem is None
    desk.paused_at(50)
    rows = desk.rows()
    assert sorted(rows) == list(range(51))
    assert all("train_loss" in rows[step] for step in range(1, 51))
    assert "validation_accuracy" in rows[50]


def test_a_step_is_taken_stage_by_stage(open_desk):
    desk = open_desk()
    stages = []
    for _ in range(4):
        desk.ask(StepCommand(unit="stage"))
        stages.append((desk.state().stage, desk.state().step))
    assert stages == [("forward", 0), ("loss", 0), ("backward", 0), (None, 1)]
    assert "train_loss" in desk.rows()[1]


def test_stages_batches_and_free_running_give_the_same_weights(open_desk):
    desk = open_desk()
    for _ in range(9):
        desk.ask(StepCommand(unit="stage"))
    desk.ask(StepCommand(unit="batch"))
    desk.ask(RunCommand(steps=7))
    desk.paused_at(10)
    other = open_desk(session="s2")
    other.ask(RunCommand(steps=10))
    other.paused_at(10)
    assert same(desk.weights(), other.weights())


def test_an_epoch_ends_where_every_sample_was_seen(open_desk):
    desk = open_desk()
    desk.ask(StepCommand(unit="batch"))
    desk.ask(StepCommand(unit="epoch"))
    desk.until(lambda: desk.state().phase == "paused" and desk.state().step > 1)
    assert desk.session.run.epoch == 1.0


def test_a_live_edit_takes_effect_and_is_recorded_with_its_step(open_desk):
    desk = open_desk(phase="running")
    reply = desk.ask(EditCommand(changes=changes(optimizer__params__learning_rate=0.005)))
    assert reply.problem is None
    desk.ask(PauseCommand())
    edit = desk.of(EditedEvent)[0].edit
    run = desk.session.run
    assert run.edits == [edit]
    assert run.experiment.optimizer.params["learning_rate"] == 0.005
    assert run.optimizer.param_groups[0]["lr"] == 0.005


def test_an_edit_inside_a_step_waits_for_its_end(open_desk):
    desk = open_desk()
    desk.ask(StepCommand(unit="stage"))
    desk.ask(EditCommand(changes=changes(optimizer__params__learning_rate=0.005)))
    assert desk.of(EditedEvent)[0].edit.step == 1


def test_an_edit_out_of_bounds_is_refused_and_the_run_goes_on(open_desk):
    desk = open_desk(phase="running")
    reply = desk.ask(EditCommand(changes=changes(optimizer__params__learning_rate=-1)))
    assert reply.problem is not None
    assert reply.problem.field == "optimizer.params.learning_rate"
    step = desk.session.run.step
    desk.until(lambda: desk.session.run.step > step)
    assert desk.session.number == 1


def test_what_was_changed_is_said_once_and_by_its_title():
    model = {"name": "mlp", "params": {}}
    said = sentence_of([Change(path="model", value=model), Change(path="model.name", value="mlp")])
    assert said == "Rebuilt: model changed to Multilayer perceptron."
    own = Change(path="dataset.params.path", value="uploads/own.zip")
    assert sentence_of([own]) == "Rebuilt: data changed to own.zip."


def test_another_layer_rebuilds_at_once_and_says_so(open_desk):
    desk = open_desk(phase="running")
    desk.ask(EditCommand(changes=changes(model__params__layers=[5, 2])))
    built = desk.of(BuiltEvent)[-1]
    assert (built.run, built.step) == (2, 0)
    assert built.sentence == "Rebuilt: layers changed to 5, 2."
    desk.until(lambda: desk.state().phase == "running" and desk.state().run == 2)
    desk.until(lambda: 2 in {event.run for event in desk.metrics()})


def test_a_rebuild_that_fails_leaves_the_old_run_untouched(open_desk):
    desk = open_desk()
    desk.ask(RunCommand(steps=5))
    desk.paused_at(5)
    before = desk.weights()
    reply = desk.ask(EditCommand(changes=changes(model__name="lenet5")))
    assert reply.problem is not None
    assert reply.problem.field
    assert len(desk.of(BuiltEvent)) == 1
    assert same(desk.weights(), before)
    assert desk.session.run.step == 5


def test_reset_and_replace_count_runs(open_desk):
    desk = open_desk()
    desk.ask(RunCommand(steps=5))
    desk.paused_at(5)
    desk.ask(ResetCommand())
    desk.paused_at(0)
    xor = desk.session.run.experiment.model_copy(update={"dataset": Part(name="xor")})
    desk.ask(ReplaceCommand(experiment=xor))
    assert [event.run for event in desk.of(BuiltEvent)] == [1, 2, 3]
    assert desk.session.run.base.dataset.name == "xor"


def test_a_weight_is_set_by_hand_and_survives_a_rewind_to_its_step(open_desk):
    desk = open_desk()
    desk.ask(RunCommand(steps=5))
    desk.paused_at(5)
    weight = SetWeightCommand(parameter="hidden1.weight", index=(0, 1), value=0.25)
    assert desk.ask(weight).problem is None
    set_by_hand = desk.weights()
    assert float(set_by_hand["model.hidden1.weight"][0, 1]) == 0.25
    desk.ask(RunCommand(steps=20))
    desk.paused_at(25)
    assert desk.ask(RewindCommand(step=5)).problem is None
    assert same(desk.weights(), set_by_hand)


def test_a_rewind_forgets_what_came_after(open_desk):
    desk = open_desk()
    desk.ask(RunCommand(steps=17))
    desk.paused_at(17)
    at_17 = desk.weights()
    desk.ask(RunCommand(steps=60))
    desk.paused_at(77)
    desk.ask(EditCommand(changes=changes(training__l2=0.1)))
    desk.ask(RewindCommand(step=17))
    desk.paused_at(17)
    built = desk.of(BuiltEvent)[-1]
    assert (built.run, built.step, built.edits) == (1, 17, ())
    assert same(desk.weights(), at_17)
    assert max(info.step for info in desk.session.keeper.history.event(1).snapshots) <= 17


def test_a_rewind_beyond_the_present_is_refused(open_desk):
    reply = open_desk().ask(RewindCommand(step=10))
    assert reply.problem is not None
    assert reply.problem.field == "step"


def test_a_repeated_command_takes_effect_once(open_desk):
    desk = open_desk()
    command = StepCommand(id=CommandId("twice"), unit="batch")
    desk.ask(command)
    desk.ask(command)
    assert desk.session.run.step == 1


def test_nan_pauses_and_names_step_and_layer(open_desk):
    desk = open_desk()
    desk.ask(RunCommand(steps=10))
    desk.paused_at(10)
    for value in (1e6, -1e6):
        desk.ask(SetWeightCommand(parameter="output.weight", index=(0, 0), value=value))
    with_nan = desk.session.run.module.get_parameter("output.bias")
    with_nan.data.fill_(float("nan"))
    desk.ask(RunCommand())
    problem = desk.until(lambda: desk.state().problem)
    assert (desk.state().phase, desk.state().step) == ("paused", 10)
    assert (problem.step, problem.layer) == (11, "output")
    assert problem.rewind_to is not None
    assert problem.rewind_to < 10


def test_a_session_that_cannot_be_built_waits_for_a_better_experiment(open_desk):
    wrong = small_experiment(model=Part(name="mlp", params={"layers": [0]}))
    desk = open_desk(wrong, phase="running")
    failed = desk.until(lambda: desk.state() if desk.state().phase == "failed" else None)
    assert failed.problem.field.startswith("model.params.layers")
    assert desk.ask(RunCommand()).problem is not None
    assert desk.ask(EditCommand(changes=changes(model__params__layers=[3]))).problem is None
    desk.until(lambda: desk.state().phase == "running")


def test_a_pace_is_kept(open_desk):
    desk = open_desk()
    desk.ask(PaceCommand(steps_per_s=100))
    started = time.perf_counter()
    desk.ask(RunCommand(steps=30))
    desk.paused_at(30)
    assert 0.25 < time.perf_counter() - started < 0.6


def test_an_export_is_a_safetensors_file_of_any_step(open_desk):
    desk = open_desk()
    desk.ask(RunCommand(steps=7))
    desk.paused_at(7)
    at_7 = desk.weights()
    desk.ask(RunCommand(steps=7))
    desk.paused_at(14)
    desk.ask(ExportCommand(step=7))
    exported = desk.of(ExportedEvent)[0]
    assert exported.step == 7
    assert same(safetensors.torch.load(bytes(exported.file.data)), at_7)
