"""The process that checks models: quick, one after the other, and back after it has died."""

import asyncio
import os
import signal

import pytest

from lantern.protocol.checking import CheckModel
from lantern.protocol.experiment import Part
from lantern.protocol.link import DemoJob, RunJob
from lantern.worker.checker import Checker
from lantern.worker.forkserver import ForkServer

pytestmark = pytest.mark.asyncio


def job(*layers: dict, timeout_s: float = 30.0) -> RunJob:
    model = Part(name="sequential", params={"layers": list(layers)})
    check = CheckModel(model=model, kind="images", shape=(1, 28, 28), classes=10)
    return RunJob(id=f"{len(layers)}", job=check, timeout_s=timeout_s)


async def test_it_answers_all_in_their_turn_and_comes_back_after_its_death():
    checker = Checker(ForkServer())
    answers = await asyncio.gather(*(checker.done(job(*[{"type": "conv"}] * n)) for n in range(4)))
    assert [answer.id for answer in answers] == ["0", "1", "2", "3"]
    assert [len(answer.checked.layers) for answer in answers] == [0, 1, 2, 3]
    first = checker._process
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    first.join()
    died = await checker.done(job())
    assert died.problem.sentence == "The process that checks models has died; try again."
    assert (await checker.done(job())).checked.parameters == 7_850
    second = checker._process
    assert second is not None
    os.kill(second.pid, signal.SIGSTOP)  # or it might be quicker than the limit
    late = await checker.done(job(timeout_s=0.01))
    assert late.problem.sentence == "This took longer than 0.01 s."
    assert (await checker.done(job({"type": "linear"}))).checked.problem is not None
    unknown = RunJob(id="d", job=DemoJob(name="nothing"))
    assert "nothing" in (await checker.done(unknown)).problem.sentence
    last = checker._process
    assert last is not None
    checker._asks.close()  # as when the agent is gone
    last.join(10)
    assert last.exitcode == 0
