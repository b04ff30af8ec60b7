"""Looking while the fused kernel trains: what is seen is one step, and the run does not notice."""

import threading
import time

import pytest
import torch
from tests.worker.desk import same, small_experiment

from lantern.lab.errors import NonFiniteError
from lantern.lab.fused import engine
from lantern.lab.run import Run
from lantern.protocol.commands import (
    BudgetCommand,
    PauseCommand,
    RunCommand,
    UnwatchCommand,
    WatchCommand,
)
from lantern.protocol.events import FigureEvent, StateEvent, TelemetryEvent
from lantern.protocol.experiment import Part, Training
from lantern.protocol.ids import LayerPath
from lantern.protocol.views import View
from lantern.worker import lookout
from lantern.worker.beside import Beside
from lantern.worker.loop import TARGET_S, Stride

IMAGE_VIEWS = ("network", "prediction", "confusion", "embedding", "norms", "attack", "ranking")
PLANE_VIEWS = ("network", "output", "norms", "backprop", "landscape", "activation_histogram")


@pytest.fixture
def with_kernel(monkeypatch):
    monkeypatch.setattr(lookout, "CORES", 2)
    engine.prepare(torch.float32)
    assert engine.kernel(torch.float32) is not None, engine.problem()
    yield
    engine.forget()


def test_the_work_goes_on_until_looking_is_over_and_it_tells_what_each_took():
    begun, enough = threading.Event(), threading.Event()
    looks: list[bool] = []

    def work(is_looking) -> None:
        begun.set()
        assert enough.wait(5)
        while is_looking():
            time.sleep(0.001)
        looks.append(is_looking())

    def look() -> None:
        assert begun.wait(5)
        enough.set()

    times = Beside().train(work, look)
    assert looks == [False]
    assert times.trained_s >= times.looked_s > 0
    assert times.over_s == 0


def test_what_the_work_raises_is_raised_where_it_was_asked_for():
    def work(is_looking) -> None:
        raise NonFiniteError(3, LayerPath("hidden1"), "The loss is not a number.")

    with pytest.raises(NonFiniteError):
        Beside().train(work, lambda: None)


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("with_kernel")
def test_the_run_is_the_same_bit_for_bit_however_much_is_looked_at(open_desk):
    desk = open_desk(session="watched")
    for name in PLANE_VIEWS:
        view = View(inspector=name)
        desk.ask(WatchCommand(key=view.key, view=view, max_rate_hz=60))
    desk.ask(RunCommand(steps=600_000))
    desk.paused_at(600_000)
    assert desk.of(TelemetryEvent)[-1].engine == "fused"
    desk.stop()  # looks at rest put torch's random state back, which the next one draws from
    alone = open_desk(session="alone")
    alone.ask(RunCommand(steps=600_000))
    alone.paused_at(600_000)
    assert same(desk.session.run.tensors(), alone.session.run.tensors())


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("with_kernel")
def test_a_figure_is_of_the_step_it_names_although_training_went_on_meanwhile(
    open_desk, monkeypatch
):
    beside = []
    plain = lookout.Lookout.look_beside

    def counted(self, steps):
        took_s = plain(self, steps)
        beside.append(self.observer)
        return took_s

    monkeypatch.setattr(lookout.Lookout, "look_beside", counted)
    desk = open_desk(session="live")
    view = View(inspector="output")
    desk.ask(WatchCommand(key=view.key, view=view, max_rate_hz=60))
    desk.ask(RunCommand())
    desk.until(lambda: len(desk.of(FigureEvent)) > 8)
    desk.ask(UnwatchCommand(key=view.key))
    desk.ask(PauseCommand())
    assert beside
    shown = desk.of(FigureEvent)[-2]
    desk.stop()
    past = open_desk(session="again")
    past.ask(RunCommand(steps=shown.step))
    past.paused_at(shown.step)
    past.ask(WatchCommand(key=view.key, view=view))
    again = past.until(
        lambda: next((e for e in past.of(FigureEvent) if e.step == shown.step), None)
    )
    assert again.figures == shown.figures


IMAGES = {
    "dataset": Part(name="glyphs", params={"samples": 400}),
    "model": Part(name="small_cnn", params={"dropout": 0.3, "batch_norm": True}),
    "augmentation": Part(name="standard"),
    "training": Training(batch_size=64),
}


@pytest.fixture
def long_steps(monkeypatch):
    monkeypatch.setattr(lookout, "CORES", 2)
    monkeypatch.setattr(lookout, "LONG_STEP_S", 0.0)


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("long_steps")
def test_steps_of_pytorch_beside_looking_are_the_same_bit_for_bit(open_desk, monkeypatch):
    helds = []
    plain = Beside.train

    def counted(self, work, look):
        helds.append(threading.get_ident())
        return plain(self, work, look)

    monkeypatch.setattr(Beside, "train", counted)
    desk = open_desk(session="watched", experiment=small_experiment(**IMAGES))
    desk.ask(BudgetCommand(share=0.5))
    for name in IMAGE_VIEWS:
        view = View(inspector=name)
        desk.ask(WatchCommand(key=view.key, view=view, max_rate_hz=60))
    desk.ask(RunCommand(steps=60))
    desk.paused_at(60)
    assert len(helds) > 3
    desk.stop()
    alone = open_desk(session="alone", experiment=small_experiment(**IMAGES))
    alone.ask(RunCommand(steps=60))
    alone.paused_at(60)
    assert same(desk.session.run.tensors(), alone.session.run.tensors())


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("long_steps")
def test_a_step_that_fails_beside_looking_pauses_the_session(open_desk, monkeypatch):
    plain = Run.advance

    def failing(self) -> None:
        if threading.current_thread().name.startswith("train"):
            raise NonFiniteError(self.step + 1, LayerPath("conv1"), "The loss is not a number.")
        plain(self)

    monkeypatch.setattr(Run, "advance", failing)
    desk = open_desk(experiment=small_experiment(**IMAGES))
    view = View(inspector="network")
    desk.ask(WatchCommand(key=view.key, view=view, max_rate_hz=60))
    desk.ask(RunCommand())
    said = desk.until(lambda: next((e for e in desk.of(StateEvent) if e.problem is not None), None))
    assert (said.phase, said.problem.layer) == ("paused", "conv1")


def test_a_few_steps_that_were_all_that_was_allowed_do_not_shorten_the_stride():
    stride = Stride()
    for _ in range(20):
        stride.adapt(stride.steps, stride.steps * 1e-6)
    settled = stride.steps
    stride.adapt(1, 5e-5)
    assert stride.steps == settled
    assert stride.is_long(settled)
    assert not stride.is_long(1)
    stride.adapt(1, 2 * TARGET_S)
    assert stride.steps == 1
