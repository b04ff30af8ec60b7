"""A look that waits for another thread leaves the training thread alone meanwhile."""

from collections.abc import Iterator

from lantern.lab.kinds import Inspector
from lantern.lab.plugin import load_plugins
from lantern.lab.subject import Progress
from lantern.protocol.figures import Figure, TextFigure
from lantern.protocol.ids import ViewKey
from lantern.protocol.views import View
from lantern.worker.observer import Observer, Scene, Stamp

load_plugins()


def resting(view: View, inspector: Inspector) -> Iterator[Figure | Progress]:
    yield Progress(0.1, "waiting for another thread", rest_s=0.05)
    yield Progress(0.5, "at work")
    yield TextFigure(text="seen")


def test_a_look_at_rest_is_not_asked_before_its_time():
    scene = Scene(
        stamp=lambda: Stamp(1, 1, None, 0),
        figures=resting,
        send=lambda event: None,
        is_waiting=lambda key: False,
    )
    observer = Observer(scene)
    observer.watch(ViewKey("umap"), View(inspector="umap"), 60)
    now = 1e9  # long after the view was due
    assert observer.slice(now)
    assert not observer.slice(now + 0.04)
    assert observer.is_behind()
    assert observer.slice(now + 0.06)
    assert observer.slice(now + 0.06)
    assert not observer.slice(now + 1)
    assert not observer.is_behind()
