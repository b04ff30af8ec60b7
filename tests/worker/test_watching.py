"""Watching: it changes nothing, it keeps to its budget, and nothing is computed twice."""

import time

import pytest
from tests.worker.desk import same, small_experiment

from lantern.lab.tasks import _supervised
from lantern.lab.tasks._supervised import answered
from lantern.protocol.commands import (
    BudgetCommand,
    CancelCommand,
    EditCommand,
    InspectCommand,
    PauseCommand,
    RunCommand,
    SetInputCommand,
    UnwatchCommand,
    WatchCommand,
)
from lantern.protocol.events import (
    EditedEvent,
    FigureEvent,
    InspectedEvent,
    ProgressEvent,
    TelemetryEvent,
    ViewProblemEvent,
)
from lantern.protocol.experiment import Change, Part, Training
from lantern.protocol.ids import CommandId
from lantern.protocol.views import SampleInput, View
from lantern.worker.build import MORE_MEMORY

IMAGE_VIEWS = (
    View(inspector="network"),
    View(inspector="network", params={"slot": 1}),
    View(inspector="samples"),
    View(inspector="prediction"),
    View(inspector="prediction", params={"slot": 1}),
    View(inspector="confusion", params={"samples": 200}),
    View(inspector="activations", params={"layer": "conv1"}),
    View(inspector="filters", params={"layer": "conv1"}),
    View(inspector="gradients"),
    View(inspector="weights"),
    View(inspector="embedding"),
    View(inspector="landscape", params={"resolution": 5}),
    View(inspector="attribution", params={"method": "saliency"}),
    View(inspector="attribution", params={"method": "grad_cam"}),
    View(inspector="attribution", params={"method": "integrated_gradients"}),
    View(inspector="attribution", params={"method": "input_x_gradient"}),
    View(inspector="attribution", params={"method": "occlusion"}),
    View(inspector="attack", params={"method": "fgsm"}),
    View(inspector="attack", params={"method": "pgd"}),
    View(inspector="network", at=3),
)


def watch(view, **fields):
    return WatchCommand(key=view.key, view=view, **fields)


def images_experiment():
    return small_experiment(
        dataset=Part(name="digits"),
        model=Part(name="small_cnn", params={"dropout": 0.2}),
        training=Training(batch_size=16),
    )


def test_watched_and_unwatched_training_give_the_same_weights(open_desk):
    alone = open_desk(images_experiment(), session="alone")
    alone.ask(RunCommand(steps=120))
    alone.paused_at(120)
    expected, rows = alone.weights(), alone.rows()
    alone.stop()

    watched = open_desk(images_experiment(), session="watched")
    watched.ask(BudgetCommand(share=0.6))
    watched.ask(RunCommand(steps=4))
    watched.paused_at(4)
    watched.ask(SetInputCommand(slot=1, input=SampleInput(index=3)))
    for view in IMAGE_VIEWS:
        assert watched.ask(watch(view)).problem is None, view
    watched.ask(RunCommand(steps=116))
    watched.paused_at(120)
    watched.until(
        lambda: {view.key for view in IMAGE_VIEWS} <= {f.key for f in watched.of(FigureEvent)}
    )
    assert watched.of(ViewProblemEvent) == []
    assert any(0 < figure.step < 120 for figure in watched.of(FigureEvent))
    assert same(watched.weights(), expected)
    again = watched.rows()
    assert all(rows[n]["train_loss"] == again[n]["train_loss"] for n in range(1, 121))


def test_a_past_step_is_shown_exactly(open_desk):
    desk = open_desk()
    view = View(inspector="output", params={"resolution": 20})
    desk.ask(RunCommand(steps=33))
    desk.paused_at(33)
    desk.ask(InspectCommand(view=view))
    desk.ask(EditCommand(changes=(Change(path="training.l2", value=0.1),)))
    desk.ask(RunCommand(steps=100))
    desk.paused_at(133)
    desk.ask(InspectCommand(view=view.model_copy(update={"at": 33})))
    then, again = desk.of(InspectedEvent)
    assert then.step == again.step == 33
    assert bytes(then.figures[0].values.data) == bytes(again.figures[0].values.data)


def test_a_paused_session_computes_a_view_once_and_again_after_a_change(open_desk):
    desk = open_desk()
    view = View(inspector="network")
    desk.ask(watch(view))
    desk.wait_for(FigureEvent)
    time.sleep(0.3)
    assert len(desk.of(FigureEvent)) == 1
    desk.ask(SetInputCommand(slot=0, input=SampleInput(index=3)))
    desk.until(lambda: len(desk.of(FigureEvent)) == 2)


def test_views_stop_when_nobody_watches(open_desk):
    desk = open_desk(phase="running")
    view = View(inspector="output", params={"resolution": 10})
    desk.ask(watch(view))
    desk.until(lambda: len(desk.of(FigureEvent)) > 3)
    desk.ask(UnwatchCommand(key=view.key))
    seen = len(desk.of(FigureEvent))
    time.sleep(0.2)
    assert len(desk.of(FigureEvent)) <= seen + 1


def test_watching_keeps_to_its_budget(open_desk):
    desk = open_desk(phase="running", budget_share=0.05)
    for resolution in range(60, 70):
        desk.ask(watch(View(inspector="output", params={"resolution": resolution})))
    started = time.monotonic()
    desk.until(lambda: time.monotonic() - started > 1.5)
    telemetry = desk.of(TelemetryEvent)[-1]
    assert 0.005 < telemetry.watching_share < 0.09
    assert telemetry.steps_per_s > 0


def test_a_view_that_fails_harms_nobody(open_desk):
    desk = open_desk(phase="running")
    wrong = View(inspector="activations", params={"layer": "nowhere"})
    desk.ask(watch(wrong))
    problem = desk.wait_for(ViewProblemEvent).problem
    assert "nowhere" in problem.sentence
    step = desk.session.run.step
    desk.until(lambda: desk.session.run.step > step)


@pytest.mark.parametrize(
    "view",
    [
        View(inspector="nothing"),
        View(inspector="output", params={"resolution": 10**6}),
        View(inspector="output", at=10**6),
    ],
)
def test_a_view_that_cannot_be_is_refused_with_a_sentence(open_desk, view):
    reply = open_desk().ask(InspectCommand(view=view))
    assert reply.problem is not None
    assert reply.problem.field


def test_a_long_inspection_tells_how_far_it_is_and_can_be_stopped(open_desk):
    desk = open_desk(phase="running")
    view = View(inspector="race", params={"steps": 5000})
    desk.ask(watch(view))
    desk.wait_for(ProgressEvent, lambda event: 0 < event.fraction < 1)
    step = desk.session.run.step
    desk.until(lambda: desk.session.run.step > step + 10)
    desk.ask(CancelCommand(key=view.key))
    desk.wait_for(ProgressEvent, lambda event: event.sentence == "Stopped.")
    assert not any(figure.final for figure in desk.of(FigureEvent))


def _first_after(figures: list[FigureEvent], step: int) -> list[int]:
    """Return the steps of the first figures of two views after a step, or none yet."""
    first = {figure.key: figure.step for figure in reversed(figures) if figure.step > step}
    return list(first.values()) if len(first) == 2 else []


def test_a_slider_shows_after_one_step(open_desk):
    desk = open_desk(phase="running")
    desk.ask(watch(View(inspector="network")))
    desk.ask(watch(View(inspector="output", params={"resolution": 50})))
    desk.until(lambda: len(desk.of(FigureEvent)) > 4)
    for n in range(20):
        rate = Change(path="optimizer.params.learning_rate", value=0.001 + n * 1e-4)
        desk.inbox.put(EditCommand(id=CommandId(f"e{n}"), changes=(rate,)))
        edited = desk.until(lambda n=n: len(desk.of(EditedEvent)) > n and desk.of(EditedEvent)[n])
        step = edited.edit.step
        shown = desk.until(lambda step=step: _first_after(desk.of(FigureEvent), step))
        assert shown == [step + 1] * 2
    desk.ask(PauseCommand())


def test_a_view_gives_way_to_a_step_that_lacks_memory(open_desk, monkeypatch):
    tried = []

    def forward(module, inputs):
        if module.training and not tried:
            tried.append(desk.session.run.step)
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return answered(module, inputs)

    desk = open_desk(small_experiment(training=Training(batch_size=10, engine="eager")))
    desk.ask(RunCommand(steps=5))
    desk.paused_at(5)
    view = View(inspector="landscape")
    desk.ask(WatchCommand(key=view.key, view=view, max_rate_hz=10))
    desk.until(lambda: any(event.key == view.key for event in desk.of(ProgressEvent)))
    monkeypatch.setattr(_supervised, "answered", forward)
    desk.ask(RunCommand(steps=5))
    desk.paused_at(10)
    assert tried == [5]
    assert desk.state().problem is None
    other = open_desk(desk.session.run.base, session="other")
    other.ask(RunCommand(steps=10))
    other.paused_at(10)
    assert same(desk.weights(), other.weights())


def test_a_step_that_memory_never_suffices_for_pauses_the_run(open_desk, monkeypatch):
    def refuse(module, inputs):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    desk = open_desk(small_experiment(training=Training(batch_size=10, engine="eager")))
    desk.ask(RunCommand(steps=5))
    desk.paused_at(5)
    monkeypatch.setattr(_supervised, "answered", refuse)
    desk.ask(RunCommand(steps=5))
    problem = desk.until(lambda: desk.state().problem)
    assert problem.step == 6
    assert problem.rewind_to in range(5)
    assert problem.hint == MORE_MEMORY
    monkeypatch.undo()
    desk.ask(RunCommand(steps=5))
    desk.paused_at(10)
