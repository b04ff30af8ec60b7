"""What a worker has to say, held until web has stored it.

Two threads meet here: the training thread puts events in and never waits, the link's thread takes
them out. Events of which every one counts wait in order until they are persisted; of keyed events
only the newest of each key is kept, before and after it was sent.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

from lantern.protocol.events import EventBase, MetricsEvent

MERGE_ROWS = 2000
"""Rows that a waiting metrics event may grow to before a new one is begun."""


def _nothing() -> None:
    """Wake nobody."""


class Outbox:
    """Ordered events until persisted, and one slot with the newest event per key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: deque[EventBase] = deque()
        self._slots: OrderedDict[tuple[str, str], EventBase] = OrderedDict()
        self._fresh: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._last_seq = 0
        self._sent_seq = 0
        self.wake: Callable[[], None] = _nothing
        """Called, from any thread, when there is something new to send."""

    @property
    def last_seq(self) -> int:
        """Number of the newest event without a key."""
        return self._last_seq

    def put(self, event: EventBase) -> None:
        """Take an event in; returns at once."""
        with self._lock:
            if event.keyed_by is None:
                self._append(event)
            else:
                key = _key_of(event)
                self._slots[key] = event
                self._fresh[key] = None
        self.wake()

    def forget(self, key: str) -> None:
        """Drop the keyed events of a view that nobody watches any more."""
        with self._lock:
            for slot in [slot for slot in self._slots if slot[1] == key]:
                self._slots.pop(slot)
                self._fresh.pop(slot, None)

    def is_waiting(self, key: str) -> bool:
        """Return whether the newest figure of a view has not been sent yet."""
        return ("figure", key) in self._fresh

    def take(self) -> EventBase | None:
        """Return the next event to send, ordered ones first, or None."""
        with self._lock:
            if self._sent_seq < self._last_seq and self._held:
                at = max(0, self._sent_seq + 1 - self._held[0].seq)
                event = self._held[at]
                self._sent_seq = event.seq
                return event
            if self._fresh:
                key, _ = self._fresh.popitem(last=False)
                return self._slots[key]
        return None

    def persisted(self, seq: int) -> None:
        """Let go of the ordered events up to this number."""
        with self._lock:
            while self._held and self._held[0].seq <= seq:
                self._held.popleft()

    def rewind(self, have_seq: int) -> None:
        """Begin anew on a fresh link: send again what web lacks, then the newest keyed events."""
        self.persisted(have_seq)
        with self._lock:
            self._sent_seq = self._held[0].seq - 1 if self._held else self._last_seq
            self._fresh = OrderedDict.fromkeys(self._slots)

    def is_empty(self) -> bool:
        """Return whether web has stored everything that counts."""
        with self._lock:
            return not self._held

    def _append(self, event: EventBase) -> None:
        last = self._held[-1] if self._held else None
        if (
            isinstance(event, MetricsEvent)
            and isinstance(last, MetricsEvent)
            and last.seq > self._sent_seq
            and last.run == event.run
            and len(last.rows) < MERGE_ROWS
        ):
            # Not yet sent, so it may still grow: hours without web cost rows, not messages.
            self._held[-1] = last.model_copy(update={"rows": last.rows + event.rows})
            return
        self._last_seq += 1
        self._held.append(event.model_copy(update={"seq": self._last_seq}))


def _key_of(event: EventBase) -> tuple[str, str]:
    kind = str(getattr(event, "type"))  # noqa: B009 - declared by every event, not by the base
    return kind, kind if event.keyed_by == "type" else str(getattr(event, event.keyed_by or ""))
