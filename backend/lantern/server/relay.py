"""From one session to everyone who looks at it: bytes go on as they came, arrays undecoded."""

from dataclasses import dataclass, field

from lantern.protocol.ids import ViewKey
from lantern.protocol.live import ViewersEvent
from lantern.protocol.views import View
from lantern.server.mailbox import Mailbox, Message

MAX_VIEWS = 64
"""That one viewer may have open."""


@dataclass
class Watched:
    """One view and who looks at it."""

    key: ViewKey
    view: View
    viewers: set["Viewer"] = field(default_factory=set["Viewer"])
    newest: Message | None = None
    """The latest figure frame or problem, sent at once to whoever comes later."""
    newest_is_figure: bool = False


@dataclass(eq=False)
class Viewer:
    """One browser on one session."""

    mailbox: Mailbox
    refs: dict[str, ViewKey] = field(default_factory=dict[str, ViewKey])
    """The viewer's own names of its views."""


class Relay:
    """Knows the viewers of a session and the newest frame of every view."""

    def __init__(self) -> None:
        self.viewers: set[Viewer] = set()
        self.watched: dict[ViewKey, Watched] = {}

    def join(self, viewer: Viewer) -> None:
        """Add a viewer, and tell all how many there are."""
        self.viewers.add(viewer)
        self._announce()

    def leave(self, viewer: Viewer) -> list[ViewKey]:
        """Remove a viewer; return the views that nobody looks at now."""
        self.viewers.discard(viewer)
        left = [key for ref in list(viewer.refs) if (key := self.unwatch(viewer, ref)) is not None]
        self._announce()
        return left

    def _announce(self) -> None:
        self.put("viewers", ViewersEvent(count=len(self.viewers)).model_dump_json())

    def watch(self, viewer: Viewer, ref: str, view: View) -> tuple[ViewKey, bool, ViewKey | None]:
        """Let a viewer look at a view under its own name for it.

        Return the view's key, whether it is new to the worker, and the key of the view that the
        name stood for before, if nobody looks at that now.
        """
        left = self.unwatch(viewer, ref) if viewer.refs.get(ref) not in {None, view.key} else None
        viewer.refs[ref] = view.key
        is_new = view.key not in self.watched
        watched = self.watched.setdefault(view.key, Watched(view.key, view))
        watched.viewers.add(viewer)
        return view.key, is_new, left

    def unwatch(self, viewer: Viewer, ref: str) -> ViewKey | None:
        """End a viewer's look at a view; return the view's key if nobody looks at it now."""
        key = viewer.refs.pop(ref, None)
        watched = self.watched.get(key) if key is not None else None
        if watched is None or key in viewer.refs.values():
            return None
        watched.viewers.discard(viewer)
        viewer.mailbox.drop(watched.key)
        return None if watched.viewers else watched.key

    def forget(self, key: ViewKey) -> bool:
        """Drop a view if still nobody looks at it; return whether it was dropped."""
        watched = self.watched.get(key)
        if watched is None or watched.viewers:
            return False
        del self.watched[key]
        return True

    def resend(self, viewer: Viewer, key: ViewKey) -> None:
        """Give a viewer the newest that is known of a view."""
        watched = self.watched[key]
        if watched.newest is not None:
            self._hand(viewer, watched)

    def post(self, message: Message) -> None:
        """Send to every viewer, in order, dropping nothing."""
        for viewer in self.viewers:
            viewer.mailbox.post(message)

    def put(self, key: str, message: Message) -> None:
        """Send to every viewer; a newer message of the key takes its place."""
        for viewer in self.viewers:
            viewer.mailbox.put(key, message)

    def put_view(self, key: ViewKey, message: Message, *, is_figure: bool) -> None:
        """Send a figure, or why there is none, to those who look at that view."""
        watched = self.watched.get(key)
        if watched is None:
            return
        watched.newest, watched.newest_is_figure = message, is_figure
        for viewer in watched.viewers:
            self._hand(viewer, watched)

    def put_progress(self, key: str, message: Message) -> None:
        """Send progress of a view to those who look at it, any other to all."""
        watched = self.watched.get(ViewKey(key))
        for viewer in self.viewers if watched is None else watched.viewers:
            viewer.mailbox.put(f"progress {key}", message)

    def clear_figures(self) -> None:
        """Forget all figures: they are of a model that is gone."""
        for watched in self.watched.values():
            watched.newest = None
            for viewer in watched.viewers:
                viewer.mailbox.drop(watched.key)

    @staticmethod
    def _hand(viewer: Viewer, watched: Watched) -> None:
        assert watched.newest is not None
        if watched.newest_is_figure:
            viewer.mailbox.put_figure(watched.key, watched.newest)
        else:
            viewer.mailbox.put(watched.key, watched.newest)
