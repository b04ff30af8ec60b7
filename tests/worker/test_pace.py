"""A pace hands out steps at a rate, makes up for a little, and says when steps are lost."""

import pytest

from lantern.worker import pace as module
from lantern.worker.pace import BURST_S, Pace


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: now[0])
    return now


def test_late_steps_are_made_up_for_until_too_many_are_late(clock):
    pace = Pace(1000)
    pace.restart()
    assert pace.take(10) == 1
    clock[0] += BURST_S / 2
    assert not pace.is_lost()
    clock[0] += BURST_S
    assert pace.is_lost()
    assert pace.take(10_000) == 1000 * BURST_S
    assert not pace.is_lost()


def test_without_a_rate_every_moment_is_lost(clock):
    pace = Pace(None)
    assert pace.is_lost()
    assert pace.take(7) == 7
    assert pace.wait_s() == 0
