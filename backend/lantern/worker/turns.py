"""Whose turn it is to be looked at, among views of very different cost."""

import math
from collections.abc import Iterable

from lantern.worker.watched import Watched

DEAR_S = 0.006
"""What a slice of a long look counts as, and any other at most: long looks give way."""

PATIENCE_S = 0.25
"""A look, or the next slice of a long one, that is so long overdue goes first ..."""

PATIENCE = 40
"""... but later by so many times what the last one took: or a few dear views would leave the cheap
ones, which are in motion, no time."""

AHEAD = 3.0
LEAD_S = 0.05
"""Views that somebody waits for may be so far ahead of the others, which they leave so little of
the time: one part in four."""


class Turns:
    """Gives each view a share of the looking that falls with the cost of one look.

    The network's many maps stay in motion beside a landscape of the loss. What somebody waits for,
    since it was just opened or asked, gets three quarters of the time.
    """

    def __init__(self) -> None:
        self._lead_s = 0.0
        """What views that somebody waits for took more than is theirs of the time of all: `AHEAD`
        times that of the others, or the page would stand still meanwhile."""
        self._turn = 0.0
        """The turn of the view looked at last: one that did not wait meanwhile gains nothing."""

    def next(self, due: Iterable[Watched], now: float, *, hurried: bool) -> Watched | None:
        """Return the view to look at next; when `hurried`, cheap ones that are owed go first."""
        return min(due, key=lambda watched: self._place(watched, now, hurried), default=None)

    def taken(self, watched: Watched, now: float, spent_s: float, *, was_awaited: bool) -> None:
        """Note that a view was looked at for so long, begun at `now`."""
        watched.sliced_s, watched.slice_s = now, spent_s
        self._lead_s = max(0.0, self._lead_s + (spent_s if was_awaited else -AHEAD * spent_s))
        self._turn = max(watched.turn, self._turn)
        price_s = DEAR_S if watched.inspector.runs_long else min(spent_s, DEAR_S)
        watched.turn = self._turn + spent_s * price_s**2

    def _place(self, watched: Watched, now: float, hurried: bool) -> tuple[float, float]:
        """Return what sorts the views that are due: the lowest is looked at next."""
        if hurried:
            return float(not watched.is_owed), watched.cost_s
        if watched.is_awaited and self._lead_s < LEAD_S:
            # One after the other: the first of several pictures is there sooner than by turns.
            return -math.inf, -watched.work.spent_s if watched.work else 0.0
        # A long look goes on in slices: it waits from one to the next, so it never stands still.
        since_s = watched.sliced_s if watched.inspector.runs_long else watched.next_s
        if now - since_s > PATIENCE_S + PATIENCE * watched.slice_s:
            return since_s - now, 0.0
        return 0.0, max(watched.turn, self._turn)
