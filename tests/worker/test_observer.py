"""Whose turn it is to be looked at, on a clock of the test's own."""

from collections import Counter
from collections.abc import Iterator

import pytest

from lantern.lab.kinds import Inspector
from lantern.lab.plugin import load_plugins
from lantern.lab.subject import Progress
from lantern.protocol.events import EventBase, FigureEvent, ViewProblemEvent
from lantern.protocol.figures import Figure, TextFigure
from lantern.protocol.ids import ViewKey
from lantern.protocol.views import View
from lantern.worker import inspection, observer
from lantern.worker.observer import Observer, Scene, Stamp
from lantern.worker.watched import AWAITED_S

load_plugins()


class Looking:
    """Lets an observer look without pause; every look takes what the test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, costs_s: dict[str, float]) -> None:
        self.now = 100.0
        self.costs_s = costs_s
        self.looks: Counter[str] = Counter()
        self.said: list[EventBase] = []
        self.touched = 0
        self.unsent: set[str] = set()
        """Views whose last figure was not sent yet."""
        self.step: int | None = None
        """Where the run stands; it goes on with the clock where this is None."""
        for module in (observer, inspection):
            monkeypatch.setattr(module.time, "perf_counter", lambda: self.now)
            monkeypatch.setattr(module.time, "thread_time", lambda: self.now)
        scene = Scene(
            stamp=lambda: Stamp(1, self.step or int(self.now * 1e5), None, self.touched),
            figures=self._figures,
            send=self.said.append,
            is_waiting=lambda key: key in self.unsent,
        )
        self.observer = Observer(scene)
        for name in costs_s:
            self.watch(name)

    def watch(self, name: str) -> None:
        """Open a view."""
        self.observer.watch(ViewKey(name), View(inspector=name), 60)

    def _figures(self, view: View, inspector: Inspector) -> Iterator[Figure | Progress]:
        slices = 5 if inspector.runs_long else 1
        for number in range(slices):
            self.now += self.costs_s[view.inspector]
            self.looks[view.inspector] += 1
            if number < slices - 1:
                yield TextFigure(text="so far")
                yield Progress(number / slices, "on its way")
        yield TextFigure(text="seen")

    def whole(self) -> list[bool]:
        """Return which figures were whole, in the order in which they were sent; forget them."""
        found = [event.final for event in self.said if isinstance(event, FigureEvent)]
        self.said.clear()
        return found

    def go(self, seconds: float) -> None:
        """Give one slice after the other, with a little training in between."""
        until = self.now + seconds
        while self.now < until:
            self.observer.slice(self.now)
            self.now += 0.0001


def test_cheap_views_are_looked_at_more_often_than_dear_ones(monkeypatch):
    looking = Looking(monkeypatch, {"network": 0.012, "output": 0.030})
    looking.go(10)
    assert looking.looks["network"] > 1.5 * looking.looks["output"]
    assert looking.looks["output"] > 30


def test_a_long_look_gives_way_to_short_ones(monkeypatch):
    looking = Looking(monkeypatch, {"network": 0.001, "output": 0.002, "landscape": 0.003})
    looking.go(1)
    assert looking.looks["network"] > 55
    assert looking.looks["output"] > 55
    assert looking.looks["landscape"] == 5


def test_one_look_that_took_long_does_not_make_its_view_wait(monkeypatch):
    looking = Looking(monkeypatch, {"network": 0.5, "output": 0.003})
    looking.go(0.5)
    looking.costs_s["network"] = 0.001
    looking.looks.clear()
    looking.go(1)
    assert looking.looks["network"] > 20


def test_the_first_look_at_a_run_is_owed_whatever_the_budget_says(monkeypatch):
    looking = Looking(monkeypatch, {"network": 0.2, "output": 0.2, "landscape": 0.003})
    watching = looking.observer
    while watching.is_hurried:
        assert watching.slice(looking.now)
    assert looking.looks == {"network": 1, "output": 1}
    watching.restart()
    assert watching.is_hurried


def test_what_somebody_waits_for_takes_turns_with_all_the_others_until_it_is_there(monkeypatch):
    others = {"network": 0.02, "output": 0.02, "norms": 0.02, "weights": 0.02}
    looking = Looking(monkeypatch, others)
    looking.go(1)
    looking.costs_s["landscape"] = 0.02
    looking.watch("landscape")
    assert looking.observer.is_awaited(looking.now)
    looking.looks.clear()
    looking.go(0.15)
    assert looking.looks["landscape"] == 5
    assert looking.looks.total() - 5 in (2, 3)  # of the others meanwhile
    assert not looking.observer.is_awaited(looking.now)
    looking.looks.clear()
    looking.go(1)
    assert looking.looks.total() - looking.looks["landscape"] > 30


def test_what_takes_too_long_to_wait_for_gives_way(monkeypatch):
    looking = Looking(monkeypatch, {"network": 0.01, "landscape": AWAITED_S})
    assert looking.observer.is_awaited(looking.now)
    looking.go(AWAITED_S)
    assert looking.looks["landscape"] == 1  # of the five that make it whole
    assert not looking.observer.is_awaited(looking.now)


def test_a_change_by_hand_waits_for_the_next_step_and_is_shown_once(monkeypatch):
    looking = Looking(monkeypatch, {"network": 0.001})
    watching = looking.observer
    watching.slice(looking.now)
    looking.looks.clear()
    watching.touch()
    assert watching.awaits_step
    looking.now += 0.001  # the stamp is of another step
    assert not watching.awaits_step
    assert watching.slice(looking.now)
    assert not watching.slice(looking.now)
    assert looking.looks["network"] == 1


def test_another_input_is_looked_at_by_those_that_show_it_alone(monkeypatch):
    looking = Looking(monkeypatch, {"network": 0.001, "confusion": 0.001, "inputs": 0.001})
    looking.step = 7
    looking.go(1)
    looking.looks.clear()
    looking.observer.put_in(0)
    assert looking.observer.is_hurried
    looking.go(1)
    assert looking.looks == {"network": 1, "inputs": 1}
    looking.observer.put_in(3)
    looking.go(1)
    assert looking.looks == {"network": 1, "inputs": 2}


def test_a_film_of_inputs_keeps_to_the_budget(monkeypatch):
    looking = Looking(monkeypatch, {"network": 0.001, "activations": 0.001})
    watching = looking.observer
    looking.go(1)
    watching.put_in(0)
    assert watching.is_hurried
    assert not watching.is_fed(looking.now)
    looking.go(0.1)
    for _ in range(5):
        watching.put_in(0)
        assert not watching.is_hurried
        assert not watching.is_awaited(looking.now)
        assert watching.is_fed(looking.now)
        assert watching.has_due(looking.now, "all")
        looking.go(0.1)
    looking.go(1)
    assert not watching.is_fed(looking.now)
    watching.put_in(0)
    assert watching.is_hurried


def test_what_is_whole_stays_until_the_next_is_whole_unless_something_was_changed(monkeypatch):
    looking = Looking(monkeypatch, {"confusion": 0.001})
    looking.go(1 / 60)
    assert looking.whole() == [False] * 4 + [True]
    looking.go(2 / 60)
    assert looking.whole() == [True, True]
    looking.touched += 1
    looking.observer.touch()
    looking.go(1 / 60)
    assert looking.whole()[-5:] == [False] * 4 + [True]


def test_what_reads_the_optimizer_is_never_looked_at_beside_a_step(monkeypatch):
    looking = Looking(monkeypatch, {"norms": 0.001, "network": 0.001, "landscape": 0.001})
    watching = looking.observer
    while watching.slice(looking.now, "beside"):
        pass
    assert looking.looks == {"network": 1}
    assert watching.slice(looking.now, "between")
    assert watching.slice(looking.now, "between")
    assert looking.looks["norms"] == 1
    while watching.slice(looking.now, "beside"):  # what is begun looks at a copy
        pass
    assert looking.looks["landscape"] == 5


def test_what_is_half_done_gives_way_and_says_why(monkeypatch):
    looking = Looking(monkeypatch, {"landscape": 0.01, "output": 0.001})
    looking.go(0.02)
    begun = looking.looks["landscape"]
    assert 0 < begun < 5
    looking.observer.give_way()
    told = [event for event in looking.said if isinstance(event, ViewProblemEvent)]
    assert [event.key for event in told] == ["landscape"]
    assert "not enough memory" in told[0].problem.sentence
    looking.go(10)
    assert looking.looks["landscape"] == begun  # not at once again
    assert looking.looks["output"] > 100
    looking.go(25)
    assert looking.looks["landscape"] > begun


def test_a_change_is_shown_at_once_also_where_the_last_figure_was_still_on_its_way(monkeypatch):
    looking = Looking(monkeypatch, {"network": 0.002, "output": 0.003})
    looking.go(0.5)
    looking.unsent.add("output")
    looking.touched += 1
    looking.observer.touch()
    looks = looking.looks["output"]
    looking.go(0.02)
    assert looking.looks["output"] == looks
    assert looking.observer.is_hurried
    looking.unsent.clear()
    looking.go(0.004)
    assert looking.looks["output"] > looks
