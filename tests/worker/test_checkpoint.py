"""Snapshots: whole or not at all, and a run resumed from one goes on bit for bit."""

import threading
from typing import NoReturn

import pytest
import torch
from safetensors import SafetensorError
from tests.worker.desk import same, small_experiment

from lantern.lab.run import Run
from lantern.protocol.commands import EditCommand, ExportCommand, RunCommand, SnapshotCommand
from lantern.protocol.events import BuiltEvent, ProblemEvent
from lantern.protocol.experiment import Change
from lantern.worker import checkpoint, keeper
from lantern.worker.checkpoint import (
    CorruptSnapshotError,
    Snapshot,
    Writer,
    path_of,
    read,
    write,
)


def snapshot():
    tensors = {"model.a": torch.arange(6.0).reshape(2, 3), "optimizer.a.step": torch.tensor(4.0)}
    return Snapshot(step=7, tensors=tensors, meta={"note": "x"})


def test_a_snapshot_comes_back_as_it_was(tmp_path):
    path = path_of(tmp_path / "run-1", 7)
    write(path, snapshot())
    back = read(path)
    assert (back.step, back.meta["note"]) == (7, "x")
    assert same(back.tensors, snapshot().tensors)
    assert [file.name for file in path.parent.iterdir()] == ["step-0000000007.safetensors"]


def test_large_snapshots_wait_for_the_disk_one_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "WAITING_BYTES", 28)  # as much as one takes
    writer, may_go_on, written = Writer(), threading.Event(), []
    writer.call(may_go_on.wait)
    assert not writer.is_full
    writer.put(path_of(tmp_path, 7), snapshot(), lambda step, size: written.append((step, size)))
    assert snapshot().size_bytes == 28
    assert writer.is_full
    may_go_on.set()
    writer.flush()
    assert not writer.is_full
    assert written == [(7, path_of(tmp_path, 7).stat().st_size)]
    writer.close()


def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path, monkeypatch):
    def refuse(tensors, path, **_):
        path.write_bytes(b"half of it")
        raise SafetensorError("Error while serializing: No space left on device (os error 28)")

    monkeypatch.setattr(checkpoint.safetensors.torch, "save_file", refuse)
    writer = Writer()
    writer.put(path_of(tmp_path, 7), snapshot(), lambda step, size: None)
    writer.flush()
    assert writer.problem is not None
    assert writer.problem.strerror == "No space left on device"
    assert not list(tmp_path.iterdir())
    monkeypatch.undo()
    writer.put(path_of(tmp_path, 7), snapshot(), lambda step, size: None)
    writer.close()
    assert read(path_of(tmp_path, 7)).step == 7


@pytest.mark.parametrize("harm", ["cut", "flipped", "emptied", "other"])
def test_a_harmed_file_is_noticed(tmp_path, harm):
    path = path_of(tmp_path, 7)
    write(path, snapshot())
    content = bytearray(path.read_bytes())
    if harm == "cut":
        del content[-5:]
    elif harm == "flipped":
        content[-5] ^= 1
    elif harm == "emptied":
        content.clear()
    else:
        content[:8] = b"notatall"
    path.write_bytes(content)
    with pytest.raises(CorruptSnapshotError):
        read(path)


def test_a_resumed_session_goes_on_bit_for_bit_even_if_the_newest_file_is_broken(open_desk, place):
    whole = open_desk(session="whole")
    rate = EditCommand(changes=(Change(path="optimizer.params.learning_rate", value=0.002),))
    whole.ask(RunCommand(steps=40))
    whole.paused_at(40)
    whole.ask(rate)
    whole.ask(RunCommand(steps=60))
    whole.paused_at(100)
    edits = tuple(whole.session.run.edits)

    first = open_desk()
    first.ask(RunCommand(steps=40))
    first.paused_at(40)
    first.ask(rate)
    first.ask(RunCommand(steps=15))
    first.paused_at(55)
    first.ask(SnapshotCommand())
    first.stop()
    newest = path_of(place.run_folder("s1", 1), 55)
    newest.write_bytes(newest.read_bytes()[:-9])

    second = open_desk(incarnation=2, resume=True, edits=edits)
    built = second.wait_for(BuiltEvent)
    assert (built.run, built.edits) == (1, edits)
    assert 40 <= built.step < 55
    second.until(lambda: second.state().phase == "paused")
    second.ask(RunCommand(steps=100 - built.step))
    second.paused_at(100)
    assert same(second.weights(), whole.weights())
    assert all(
        whole.rows()[n]["train_loss"] == second.rows()[n]["train_loss"]
        for n in range(built.step + 1, 101)
    )


def test_a_snapshot_of_another_experiment_is_not_taken(open_desk):
    first = open_desk()
    first.ask(RunCommand(steps=10))
    first.paused_at(10)
    first.stop()
    second = open_desk(small_experiment(seed=4), incarnation=2, resume=True)
    assert second.wait_for(BuiltEvent).step == 0


def test_a_shared_run_is_reproduced_to_its_step_with_all_rows(open_desk):
    first = open_desk()
    first.ask(RunCommand(steps=30))
    first.paused_at(30)
    first.ask(EditCommand(changes=(Change(path="training.batch_size", value=7),)))
    first.ask(RunCommand(steps=30))
    first.paused_at(60)
    edits = tuple(first.session.run.edits)
    shared = open_desk(session="shared", edits=edits, start_step=60)
    shared.paused_at(60)
    origin = {"session": "s1", "run": 1, "step": 60}
    forked = open_desk(session="forked", edits=edits, start_step=60, origin=origin)
    forked.paused_at(60)
    assert same(shared.weights(), first.weights())
    assert same(forked.weights(), first.weights())
    assert set(range(1, 61)) <= set(shared.rows())


def test_a_run_goes_on_where_memory_does_not_suffice_to_keep_its_state(open_desk, monkeypatch):
    monkeypatch.setattr(keeper, "EVERY_S", 0.05)
    desk = open_desk()
    desk.ask(RunCommand(steps=5))
    desk.paused_at(5)
    with monkeypatch.context() as short:
        short.setattr(Run, "tensors", _short_of_memory)
        desk.ask(RunCommand(steps=40))
        desk.paused_at(45)
        told = desk.until(lambda: [event.problem for event in desk.of(ProblemEvent)])
        assert "could not be kept: there is not enough memory" in told[0].sentence
        assert "--worker-gib" in (told[0].hint or "")
        reply = desk.ask(ExportCommand())
        assert reply.problem is not None
        assert "not enough memory" in reply.problem.sentence
    desk.until(lambda: desk.session.keeper.history.newest == 45)
    assert len(desk.of(ProblemEvent)) == 1


def _short_of_memory(run: Run) -> NoReturn:
    raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes.")
