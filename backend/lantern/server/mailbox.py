"""What waits for one viewer: the newest frame of each key, and a short queue of all else.

A viewer that is slow gets fewer figures, never older ones: a frame that was not sent yet is
replaced by its successor, and figures are sent only while fewer than `WINDOW` are unacknowledged
(TCP's own buffers would let a slow viewer fall half a minute behind).
"""

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from lantern.server.metrics import Meters

WINDOW = 2
SLOW_ACK_S = 0.5
"""A viewer that takes longer than this for one figure gets the next message only when it is drawn:
what waits behind a figure on a thin line is out of date when it arrives."""
ROWS = re.compile(r'\{"seq":\d+,"type":"metrics",')
QUEUE_CAP = 256
ACK_DEADLINE_S = 15.0

Message = str | bytes
Send = Callable[[Message], Awaitable[None]]


class SlowViewerError(Exception):
    """The viewer cannot keep up; it is to connect again and begin with a snapshot."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Mailbox:
    """Filled by the relay, emptied by one sender task."""

    def __init__(self, meters: Meters) -> None:
        self.meters = meters
        self._queue: deque[Message] = deque()
        self._slots: dict[str, Message] = {}
        self._figures: dict[str, Message] = {}
        self._sent_at: deque[float] = deque()
        self._ack_s = 0.0
        self._overflown = False
        self._wake = asyncio.Event()

    def post(self, message: Message) -> None:
        """Queue a message that counts."""
        if len(self._queue) >= QUEUE_CAP:
            self._overflown = True
        else:
            self._queue.append(message)
        self._wake.set()

    def put(self, key: str, message: Message) -> None:
        """Put the newest small message of a key in its slot."""
        self._put(self._slots, key, message)

    def put_figure(self, key: str, message: Message) -> None:
        """Put the newest figure of a key in its slot, to be sent when there is credit."""
        self._put(self._figures, key, message)

    def _put(self, slots: dict[str, Message], key: str, message: Message) -> None:
        if key in slots:
            self.meters.replaced.add()
        slots[key] = message
        self._wake.set()

    def drop(self, key: str) -> None:
        """Forget what waits under a key."""
        self._slots.pop(key, None)
        self._figures.pop(key, None)

    def acknowledge(self, frames: int) -> None:
        """Give credit back for figures that were drawn."""
        now = time.monotonic()
        for _ in range(min(frames, len(self._sent_at))):
            self._ack_s = now - self._sent_at.popleft()
            self.meters.ack_s.observe(self._ack_s)
        if self._figures or self._slots or self._queue:
            self._wake.set()

    @property
    def has_credit(self) -> bool:
        """Whether one more figure may be on its way."""
        return len(self._sent_at) < (1 if self.is_slow else WINDOW)

    @property
    def is_slow(self) -> bool:
        """Whether the last figure took long to be drawn."""
        return self._ack_s > SLOW_ACK_S

    def check(self) -> None:
        """Raise SlowViewerError when the viewer is beyond waiting for."""
        if self._overflown:
            raise SlowViewerError("queue")
        if self._sent_at and time.monotonic() - self._sent_at[0] > ACK_DEADLINE_S:
            raise SlowViewerError("ack")

    async def run(self, send: Send) -> None:
        """Send what there is, in order of importance, until cancelled."""
        while True:
            self.check()
            message = self._next()
            if message is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            await send(message)
            self.meters.sent.add()

    def _next(self) -> Message | None:
        """Take the next message; keys take turns, since a key sent goes to the end of its dict."""
        if self.is_slow and self._sent_at:
            return None  # all of it would only wait on the line, behind the figure
        if self._queue:
            return self._queue_head()
        if self._slots:
            return self._slots.pop(next(iter(self._slots)))
        if self._figures and self.has_credit:
            self._sent_at.append(time.monotonic())
            return self._figures.pop(next(iter(self._figures)))
        return None

    def _queue_head(self) -> Message:
        """Take the oldest message that counts; on a thin line rows that wait go as one message."""
        first = self._queue.popleft()
        if not (self.is_slow and self._queue):
            return first
        rows = _rows_of(first)
        while rows is not None and self._queue:
            more = _rows_of(self._queue[0])
            if more is None or more["run"] != rows["run"]:
                break
            rows = {**more, "rows": rows["rows"] + more["rows"]}
            self._queue.popleft()
        return first if rows is None else json.dumps(rows, separators=(",", ":"))


def _rows_of(message: Message) -> dict[str, Any] | None:
    """Return a message of metrics, read; None for any other."""
    if isinstance(message, bytes) or ROWS.match(message) is None:
        return None
    return json.loads(message)
