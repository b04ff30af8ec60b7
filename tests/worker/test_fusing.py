"""It makes no difference to a run when the fused kernel became ready."""

from collections.abc import Callable, Iterator

import pytest
import torch
from tests.worker.desk import Desk, same

from lantern.lab.fused import engine
from lantern.lab.state import is_provisional
from lantern.protocol.commands import (
    EditCommand,
    PauseCommand,
    RewindCommand,
    RunCommand,
    StepCommand,
)
from lantern.protocol.events import BuiltEvent, StateEvent, TelemetryEvent
from lantern.protocol.experiment import Change
from lantern.worker.checkpoint import path_of, read, steps_in

pytestmark = pytest.mark.timeout(900)  # a machine that never compiled the kernel does it here

Ready = Callable[[bool], None]


@pytest.fixture
def set_ready(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ready]:
    """Decides whether the kernel is there or still awaited."""
    engine.prepare(torch.float32)
    kernel = engine.kernel(torch.float32)
    assert kernel is not None, engine.problem()
    monkeypatch.setattr(engine, "look", lambda now, at_once=False: False)
    own = engine.Engine()
    monkeypatch.setattr(engine, "_engine", own)

    def decide(is_ready: bool) -> None:
        if is_ready:
            own.kernels[torch.float32] = kernel
        own.state = "ready" if is_ready else "awaited"

    yield decide
    monkeypatch.undo()
    engine.forget()


def trained(open_desk, steps: int) -> Desk:
    """Return a session that had the kernel from the beginning."""
    desk = open_desk(session="straight")
    desk.ask(RunCommand(steps=steps))
    desk.paused_at(steps)
    assert desk.of(TelemetryEvent)[-1].engine == "fused"
    return desk


def settled(desk: Desk) -> None:
    """Wait until the run is the kernel's."""
    desk.until(lambda: not desk.session.run.is_provisional)
    desk.until(lambda: desk.of(TelemetryEvent)[-1].engine == "fused")


def agree(one: Desk, other: Desk) -> bool:
    """Return whether two sessions came to the same bits, and told the same rows of it."""
    first, second = one.rows(), other.rows()
    shared = first.keys() & second.keys()
    assert [step for step, row in first.items() if "train_loss" in row] == [
        step for step, row in second.items() if "train_loss" in row
    ]
    for step in shared:
        for name in first[step].keys() & second[step].keys():
            assert first[step][name] == second[step][name], (step, name)
    return same(one.weights(), other.weights())


def test_a_session_with_the_kernel_trains_with_it_at_once(open_desk, set_ready):
    set_ready(True)
    desk = trained(open_desk, 50)
    assert not desk.session.run.is_provisional
    assert sorted(desk.rows()) == list(range(51))


def test_a_paused_run_is_done_again_when_the_kernel_comes(open_desk, set_ready):
    set_ready(False)
    desk = open_desk()
    desk.ask(RunCommand(steps=200))
    desk.paused_at(200)
    assert desk.session.run.is_provisional
    before = desk.weights()
    set_ready(True)
    settled(desk)
    assert not same(before, desk.weights())
    desk.ask(RunCommand(steps=100))
    desk.paused_at(300)
    assert agree(desk, trained(open_desk, 300))
    assert len(desk.of(BuiltEvent)) == 1


def test_a_running_run_is_done_again_when_the_kernel_comes(open_desk, set_ready):
    set_ready(False)
    desk = open_desk()
    desk.ask(RunCommand(steps=4000))
    desk.until(lambda: desk.session.run.step > 300)
    set_ready(True)
    settled(desk)
    desk.paused_at(4000)
    assert agree(desk, trained(open_desk, 4000))


def test_its_snapshots_are_replaced(open_desk, set_ready, place):
    set_ready(False)
    desk = open_desk()
    desk.ask(RunCommand(steps=150))
    desk.paused_at(150)
    folder = place.run_folder("s1", 1)
    desk.session.keeper.writer.flush()
    assert any(is_provisional(read(path_of(folder, step)).meta) for step in steps_in(folder))
    set_ready(True)
    settled(desk)
    desk.session.keeper.writer.flush()
    kept = steps_in(folder)
    assert 150 in kept
    assert not any(is_provisional(read(path_of(folder, step)).meta) for step in kept)
    desk.ask(RewindCommand(step=77))
    desk.paused_at(77)
    assert same(desk.weights(), trained(open_desk, 77).weights())


def test_edits_made_meanwhile_are_made_again(open_desk, set_ready):
    change = EditCommand(changes=(Change(path="optimizer.params.learning_rate", value=0.01),))

    def edited(desk: Desk) -> Desk:
        desk.ask(RunCommand(steps=40))
        desk.paused_at(40)
        assert desk.ask(change).problem is None
        desk.ask(RunCommand(steps=40))
        desk.paused_at(80)
        return desk

    set_ready(False)
    late = edited(open_desk())
    set_ready(True)
    settled(late)
    assert agree(late, edited(open_desk(session="s2")))


def test_inside_a_step_it_waits_for_the_end(open_desk, set_ready):
    set_ready(False)
    desk = open_desk()
    desk.ask(RunCommand(steps=10))
    desk.paused_at(10)
    desk.ask(StepCommand(unit="stage"))
    set_ready(True)
    for _ in range(3):
        desk.ask(StepCommand(unit="stage"))
    settled(desk)
    assert desk.session.run.step == 11
    assert agree(desk, trained(open_desk, 11))


def test_a_session_resumed_with_the_kernel_stands_where_it_stood(open_desk, set_ready):
    set_ready(False)
    desk = open_desk()
    desk.ask(RunCommand(steps=120))
    desk.paused_at(120)
    desk.stop()
    set_ready(True)
    again = open_desk(incarnation=2, resume=True, rows_to=120)
    again.paused_at(120)
    assert same(again.weights(), trained(open_desk, 120).weights())


def test_a_run_without_end_goes_over_and_is_paused_anywhere(open_desk, set_ready):
    set_ready(False)
    desk = open_desk(phase="running")
    desk.until(lambda: len(desk.rows()) > 50)
    set_ready(True)
    settled(desk)
    desk.ask(PauseCommand())
    state = desk.wait_for(StateEvent, lambda event: event.phase == "paused")
    assert agree(desk, trained(open_desk, state.step))
