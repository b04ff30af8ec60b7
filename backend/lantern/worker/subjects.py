"""What is looked at: copies of a session's run, live, held for a moment, or at a past step."""

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lantern.lab.kinds import Inspector
from lantern.lab.look import Mirror
from lantern.lab.run import Run
from lantern.lab.subject import Progress, Subject
from lantern.protocol.problems import ProblemError
from lantern.protocol.views import InputRef, View
from lantern.worker.inspection import Steps
from lantern.worker.past import Past
from lantern.worker.watched import Stamp

if TYPE_CHECKING:
    from lantern.worker.session import Session


@dataclass(frozen=True)
class Held:
    """What is looked at while the run goes on: copies of it as it stood when its steps began."""

    stamp: Stamp
    subject: Subject


class Subjects:
    """Makes the subjects that inspectors look at, and says of which moment they are."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._mirror = Mirror()
        self._past = Past(session.materialise)
        self._touched = 0
        self._held: Held | None = None

    def restart(self) -> None:
        """Forget the run so far: another one took its place."""
        self._mirror = Mirror()
        self._past.forget()

    def touch(self) -> None:
        """Note a change by hand: what was seen before it is out of date."""
        self._touched += 1

    def stamp(self) -> Stamp:
        """Return the moment that is looked at."""
        if self._held is not None:
            return self._held.stamp
        session = self._session
        return Stamp(session.number, session.run.step, session.stage, self._touched)

    @contextlib.contextmanager
    def holding(self) -> Iterator[None]:
        """Look at the run as it stands now, whatever becomes of it meanwhile."""
        self._held = Held(self.stamp(), self._live())
        try:
            yield
        finally:
            self._held = None

    def own(self) -> Subject:
        """Return a subject of the run as it stands now that stays as it is."""
        return self._live(own=True)

    def figures(self, view: View, inspector: Inspector) -> Steps:
        """Yield what the inspector sees; its subject is made when the first slice begins."""
        if self._held is not None:
            subject = self._held.subject
        elif view.at == "live":
            subject = self._subject(self._session.run, self._mirror, inspector)
        else:
            run, mirror = yield from self._at(view.at)
            subject = self._subject(run, mirror, inspector, own=True)
        yield from inspector.figures(subject)

    def check_input(self, ref: InputRef) -> None:
        """Raise a ProblemError if this run cannot take the input."""
        self._live().resolve(ref)

    def fits(self, ref: InputRef) -> bool:
        """Return whether this run can take the input."""
        try:
            self.check_input(ref)
        except ProblemError:
            return False
        return True

    def _live(self, *, own: bool = False) -> Subject:
        return self._mirror.subject(self._session.run, self._session.inputs, own=own)

    def _subject(
        self, run: Run, mirror: Mirror, inspector: Inspector, *, own: bool = False
    ) -> Subject:
        wants_trail = inspector.long and not inspector.live
        trail = self._session.keeper.history.trail(run) if wants_trail else ()
        return mirror.subject(run, self._session.inputs, trail, own=own or inspector.runs_long)

    def _at(self, step: int) -> Generator[Progress, None, tuple[Run, Mirror]]:
        for item in self._past.at(step):
            if not isinstance(item, Progress):
                return item
            yield item
        raise AssertionError(f"step {step} was not made")
