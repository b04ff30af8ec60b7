"""A run by the fused kernel is a pure function of experiment, edits and seed, as any other."""

import math
from collections.abc import Iterator

import pytest
import torch
from tests.lab.fusing import begin, differences, eager, network

from lantern.lab.errors import NonFiniteError
from lantern.lab.fused import engine
from lantern.lab.run import Run
from lantern.protocol.experiment import (
    Change,
    Configure,
    Edit,
    Part,
    Reinitialise,
    Reshape,
    SetWeight,
)
from lantern.worker.ledger import Ledger
from lantern.worker.loop import train

pytestmark = pytest.mark.timeout(900)  # a machine that never compiled the kernel does it here

ADAM = Part(name="adam", params={"learning_rate": 0.02})
COSINE = Part(name="cosine", params={"steps": 40, "warmup_steps": 5})


@pytest.fixture(autouse=True)
def _kernel() -> Iterator[None]:
    engine.prepare(torch.float32)
    assert engine.state() == "ready", engine.problem()
    yield
    engine.forget()


def same(one: Run, other: Run) -> bool:
    return set(differences(one, other).values()) == {0.0} and one.meta() == other.meta()


def configure(step: int, **changes) -> Edit:
    made = tuple(Change(path=k.replace("__", "."), value=v) for k, v in changes.items())
    return Edit(step=step, action=Configure(changes=made))


EDITS = (
    configure(7, optimizer__params__learning_rate=0.01),
    configure(13, training__batch_size=7, training__l2=0.01),
    Edit(step=20, action=SetWeight(parameter="hidden1.weight", index=(1, 0), value=0.5)),
    configure(26, training__frozen=["hidden1:0"]),
    Edit(step=33, action=Reinitialise(layer="hidden2")),
    configure(40, model__params__disabled=["hidden1:3"]),
    Edit(
        step=47,
        action=Reshape(changes=(Change(path="model.params.layers", value=[5, 3, 2]),)),
    ),
)


def test_how_steps_are_divided_makes_no_difference():
    experiment = network(optimizer=ADAM, schedule=COSINE)
    whole, single, pieces = (begin(experiment, EDITS) for _ in range(3))
    while whole.step < 60:
        whole.leap(60)
    for _ in range(60):
        single.advance()
    for last in (1, 3, 4, 11, 12, 30, 41, 48, 59, 60):
        while pieces.step < last:
            pieces.leap(last)
    assert same(whole, single)
    assert same(whole, pieces)


def test_edits_have_the_effect_they_have_in_pytorch():
    experiment = network(optimizer=ADAM, schedule=COSINE)
    fused, plain = begin(experiment, EDITS), begin(eager(experiment), EDITS)
    for _ in range(60):
        fused.advance()
        plain.advance()
    assert fused.is_fused
    assert max(differences(fused, plain).values()) < 1e-5


def test_a_saved_run_goes_on_bit_for_bit():
    experiment = network(optimizer=ADAM)
    straight, first = begin(experiment, EDITS[:5]), begin(experiment, EDITS[:5])
    for run, steps in ((straight, 50), (first, 24)):
        for _ in range(steps):
            run.advance()
    tensors, meta = first.tensors(), first.meta()
    first.advance()
    for second in (begin(experiment, EDITS[:5]), first):
        second.restore(tensors, meta)
        while second.step < 50:
            second.leap(50)
        assert same(straight, second)


def test_a_step_shown_in_stages_ends_as_the_kernel_does_it():
    experiment = network(optimizer=ADAM)
    shown, straight = begin(experiment), begin(experiment)
    for _ in range(5):
        stages = list(shown.stages())
        assert stages == ["forward", "loss", "backward", "update"]
    straight.leap(5)
    assert same(shown, straight)


def test_a_step_begun_in_stages_is_finished_by_the_kernel():
    experiment = network(optimizer=Part(name="sgd", params={"momentum": 0.9}))
    shown, straight = begin(experiment), begin(experiment)
    assert next(iter(shown.stages())) == "forward"
    shown.advance()
    assert shown.step == 1
    straight.advance()
    assert same(shown, straight)


def test_rows_are_means_since_the_row_before():
    rows: list[tuple[int, float, float]] = []
    run, plain = begin(network()), begin(eager(network()))
    run.leap(9, (2, 5, 9), lambda *row: rows.append(row))
    expected = []
    for step in range(1, 10):
        plain.advance()
        if step in (2, 5, 9):
            expected.append((step, plain.epoch, plain.take_train_loss()))
    assert [row[:2] for row in rows] == [row[:2] for row in expected]
    assert [row[2] for row in rows] == pytest.approx([row[2] for row in expected])
    assert run.take_train_loss() is None


def test_it_stops_before_a_loss_that_is_not_finite():
    wild = Part(name="sgd", params={"learning_rate": 10.0})
    model = {"activation": "linear"}
    experiment = network(optimizer=wild, model=model, dataset=Part(name="plane")).model_copy(
        update={"task": Part(name="regression")}
    )
    run, plain = begin(experiment), begin(eager(experiment))
    with pytest.raises(NonFiniteError) as ours:
        run.leap(500)
    with pytest.raises(NonFiniteError) as theirs:
        train(plain, Ledger(), 500)
    assert ours.value.step == run.step + 1
    assert abs(ours.value.step - theirs.value.step) <= 1
    assert math.isfinite(run.last_loss)
    weights = run.tensors()
    with pytest.raises(NonFiniteError):
        run.advance()
    assert all(torch.equal(weights[k], v) for k, v in run.tensors().items())


def test_dropout_set_later_goes_over_to_pytorch_and_back():
    edits = [configure(5, model__params__dropout=0.3), configure(10, model__params__dropout=0.0)]
    run = begin(network(optimizer=ADAM), edits)
    engines = []
    for _ in range(15):
        engines.append(run.is_fused)
        run.advance()
    assert engines == [True] * 5 + [False] * 5 + [True] * 5
    assert not run.is_provisional


def test_nothing_is_provisional_where_nobody_waits_for_the_kernel():
    engine.forget()
    run = begin(network())
    run.advance()
    assert not run.is_fused
    assert not run.is_provisional
