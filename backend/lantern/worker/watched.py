"""A view that somebody watches, and what it is looked at with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from lantern.lab.kinds import Inspector
from lantern.protocol.events import EventBase
from lantern.protocol.ids import CommandId, ViewKey
from lantern.protocol.problems import Problem
from lantern.protocol.views import View
from lantern.worker.inspection import Inspection, Steps

AWAITED_S = 4.0
"""So much computing is done at once for what somebody waits for; the rest comes by and by."""


class Stamp(NamedTuple):
    """What a figure depends on: when it is equal, so is the figure."""

    run: int
    step: int
    stage: str | None
    touched: int
    """Counts changes by hand, except those of inputs, which only some views look at."""


@dataclass(frozen=True)
class Scene:
    """What the observer looks at: asked for whenever a look begins."""

    stamp: Callable[[], Stamp]
    figures: Callable[[View, Inspector], Steps]
    """Yields what an inspector sees of the session, live or at a step of the past."""
    send: Callable[[EventBase], None]
    is_waiting: Callable[[ViewKey], bool]
    """Whether the last figure of the view has not been sent yet."""


@dataclass(eq=False)
class Watched:
    """One view that somebody watches, or that was asked for once."""

    key: ViewKey
    view: View
    inspector: Inspector
    interval_s: float = 0.0
    asked_by: CommandId | None = None
    """The command of a view that is computed once; None for a watched one."""
    answer: Callable[[Problem | None], None] | None = None
    seen: Stamp | None = None
    next_s: float = 0.0
    cost_s: float = 0.0
    turn: float = 0.0
    """Grows with every look, more than in proportion to its cost; the lowest is next."""
    sliced_s: float = 0.0
    """When it was looked at last."""
    slice_s: float = 0.0
    """What that took."""
    work: Inspection | None = None
    resume_s: float = 0.0
    """When the work under way has something to do again."""
    begun: Stamp | None = None
    is_fed: bool = False
    """Its input changes all the time, as a camera's does: nobody waits for any one picture."""
    problem: Problem | None = None

    @property
    def is_owed(self) -> bool:
        """Return whether a short view was not seen at all yet."""
        is_missing = self.seen is None and not self.is_lengthy
        return is_missing and self.asked_by is None and not self.is_fed

    @property
    def is_lengthy(self) -> bool:
        """Return whether a look takes so long, or goes so far back, that its progress is told."""
        return self.inspector.runs_long or self.view.at != "live"

    @property
    def is_awaited(self) -> bool:
        """Return whether somebody looks at an empty place until this is computed."""
        is_early = self.work is None or self.work.spent_s < AWAITED_S
        return self.seen is None and is_early and not self.is_fed

    @property
    def is_apart(self) -> bool:
        """Return whether the next slice looks at copies alone, so that a step may go on meanwhile.

        The first slice of a long look also asks for what was kept of the run.
        """
        is_copied = self.work is not None or not self.inspector.runs_long
        return self.view.at == "live" and is_copied and not self.inspector.reads_optimizer

    @property
    def is_repeated(self) -> bool:
        """Return whether the look under way differs from the last one by training alone.

        What is whole then stays until the next is whole: a matrix that empties and fills again
        every few seconds cannot be read.
        """
        seen, begun = self.seen, self.begun
        if seen is None or begun is None:
            return False
        return (seen.run, seen.touched) == (begun.run, begun.touched)

    @property
    def repeats(self) -> bool:
        """Return whether the view is computed again as training goes on."""
        return self.inspector.live and self.view.at == "live" and self.asked_by is None
