"""A session: one run in training, what is told of it, and how it changes its phase."""

import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lantern.lab.errors import NonFiniteError
from lantern.lab.run import Run
from lantern.lab.subject import Progress
from lantern.protocol.commands import Command, StopCommand
from lantern.protocol.events import (
    EventBase,
    InputsEvent,
    Phase,
    ProblemEvent,
    Stage,
)
from lantern.protocol.link import StartWorker
from lantern.protocol.problems import Problem, ProblemError
from lantern.worker import makeover, obey
from lantern.worker.budget import Budget
from lantern.worker.build import MORE_MEMORY, Workshop, in_words, is_short_of_memory, no_run
from lantern.worker.fusing import Fusing
from lantern.worker.goal import Goal
from lantern.worker.keeper import Keeper
from lantern.worker.ledger import Ledger
from lantern.worker.link import Abandoned, Fenced, Inbox
from lantern.worker.longwork import LongWork
from lantern.worker.lookout import Lookout
from lantern.worker.measuring import WHOLE_S
from lantern.worker.outbox import Outbox
from lantern.worker.pace import Pace
from lantern.worker.reporter import Reporter
from lantern.worker.stopping import Verdict

IDLE_WAIT_S = 0.25
BEHIND_WAIT_S = 0.01
FIRST_S = 4.0
"""For measuring a new model before its first step; the rest is measured while it trains."""


@dataclass(frozen=True)
class Place:
    """Where a worker keeps its files."""

    home: Path
    data: Path
    history_bytes: int = 512 * 2**20

    def run_folder(self, session: str, run: int) -> Path:
        """Return where the snapshots of a run lie."""
        return self.home / "sessions" / session / f"run-{run}"


class Session:
    """The state machine between commands and training; used by the training thread alone."""

    def __init__(self, start: StartWorker, place: Place, *, inbox: Inbox, outbox: Outbox) -> None:
        self.start, self.place, self.inbox, self.outbox = start, place, inbox, outbox
        self.sending_s: Callable[[], float] = float
        """Processor time spent on sending so far, set by whoever owns the link."""
        self.phase: Phase = "building"
        self.wanted: Phase = start.phase
        """`running` or `paused`: what becomes of the session once it has a run."""
        self.is_over = False
        self.is_fenced = False
        self.problem: Problem | None = None
        self.number = start.run
        self.stage: Stage | None = None
        self.inputs = dict(start.inputs)
        self.goal = Goal()
        self.workshop = Workshop(place.data)
        self.keeper = Keeper(self._folder_of(start.run), limit_bytes=place.history_bytes)
        self.long_work = LongWork(self)
        self.pace = Pace(start.pace_steps_per_s)
        self.budget = Budget(start.budget_share)
        self.reporter = Reporter(self)
        self.lookout = Lookout(self)
        self._run: Run | None = None
        self._ledger = Ledger()
        self.verdict: Verdict | None = None
        """Why the run paused by itself, until it goes on."""
        self.keeper.facts = self._facts
        self.replies = obey.Replies()
        self.fusing = Fusing(self)
        self._is_fusing = False
        self._tight_step = -1
        """The step for which views gave way last."""

    @property
    def run(self) -> Run:
        """The run in training; a ProblemError if there is none yet."""
        if self._run is None:
            raise no_run()
        return self._run

    @property
    def has_run(self) -> bool:
        """Return whether a model was built."""
        return self._run is not None

    @property
    def ledger(self) -> Ledger:
        """Where the rows of the run are written."""
        return self._ledger

    def send(self, event: EventBase) -> None:
        """Tell web, in the end; never waits."""
        self.outbox.put(event)

    # --- the loop's side ----------------------------------------------------------------------

    def begin(self) -> None:
        """Build the first run, or fail with a problem and wait for a better experiment."""
        self.set_phase("building")
        try:
            makeover.begin(self)
        except ProblemError as error:
            self.fail(error.problem)
        except NonFiniteError as error:
            self.fail(Problem(sentence=error.sentence, step=error.step, layer=error.layer))

    def attend(self) -> None:
        """Look whether the run has done enough, carry out commands, then whatever is due."""
        if self.phase == "running":
            self._pause_if_enough()
        while not self.is_over and (said := self._heard()) is not None:
            self._carry_out(said)
        if self._run is None or self.is_over:
            return
        if self.phase == "running":
            if self.goal.is_reached(self._run):
                self.pause()
            else:
                self.lookout.look_under_budget()
        self.keeper.keep_if_due(self._run, is_running=self.phase == "running")
        if self.keeper.writer.problem is not None:
            self._disk_failed()
        if (shortage := self.keeper.take_shortage()) is not None:
            self.send(ProblemEvent(problem=shortage))
        self._is_fusing = self.fusing.slice()
        self.reporter.report(time.perf_counter())

    def rest(self) -> None:
        """Look around, or wait for a command, at most for a moment."""
        if self._is_fusing:
            return
        wait_s = IDLE_WAIT_S
        if self.phase == "running":
            wait_s = min(wait_s, self.pace.wait_s())
        if self._run is not None and wait_s > 0 and self.lookout.look_freely(wait_s):
            return
        if self._run is not None and self.lookout.observer.is_behind():
            wait_s = min(wait_s, BEHIND_WAIT_S)
        try:
            said = self.inbox.get(timeout=max(wait_s, 1e-4))
        except queue.Empty:
            return
        self._carry_out(said)

    def steps_allowed(self, wanted: int) -> int:
        """Return how many of these steps may be done before a goal, a snapshot or a rest."""
        run = self.run
        steps = min(wanted, self.keeper.steps_until_due(run.step))
        steps = min(steps, self._ledger.stopping.steps_left(run))
        steps = min(steps, self.goal.steps_left(run))
        if self.lookout.observer.awaits_step:
            steps = min(steps, 1)
        return self.pace.take(steps)

    def look_beside(self, steps: int) -> float:
        """Do steps, looking around meanwhile; return the seconds that so many took."""
        return self.lookout.look_beside(steps)

    def make_room(self, error: Exception) -> bool:
        """Let views give way to a step that lacked memory, once; return whether to try it again."""
        step = self.run.step
        if not is_short_of_memory(error) or self.run.is_torn or self._tight_step == step:
            return False
        self._tight_step = step
        self.lookout.give_way()
        return True

    def stumble(self, error: NonFiniteError | RuntimeError | MemoryError) -> None:
        """Pause because a step could not be done, and say what can be."""
        run = self.run
        rewind_to = self.keeper.history.newest_before(run.step)
        if isinstance(error, NonFiniteError):
            rewind_to = self.keeper.history.way_back(run)
            problem = Problem(
                sentence=error.sentence,
                hint="Rewind and choose a smaller learning rate.",
                step=error.step,
                layer=error.layer,
                rewind_to=rewind_to,
            )
        else:
            sentence = in_words(error, f"Step {run.step + 1} could not be done")
            hint = MORE_MEMORY if is_short_of_memory(error) else None
            problem = Problem(sentence=sentence, hint=hint, step=run.step + 1, rewind_to=rewind_to)
        self.pause(problem)

    def close(self) -> None:
        """Save the run and end the writer; a fenced worker leaves everything as it is."""
        if self._run is not None and not self.is_fenced:
            self.reporter.flush()
            self.keeper.keep(self._run, patient=True)
        self.keeper.writer.close()

    # --- phases -------------------------------------------------------------------------------

    def set_phase(
        self, phase: Phase, problem: Problem | None = None, verdict: Verdict | None = None
    ) -> None:
        """Change the phase and say so, and why."""
        self.phase, self.problem, self.verdict = phase, problem, verdict
        self.reporter.tell_state()

    def fail(self, problem: Problem) -> None:
        """Have no run, and say why."""
        self._run = None
        self.set_phase("failed", problem)

    def go(self, *, step: int | None = None, epoch: float | None = None) -> None:
        """Train on, up to a goal if there is one, and past a condition to stop that is met here."""
        self._ledger.stopping.pass_by(self.run)
        self.goal = Goal(step, epoch)
        self.stage = None
        self.wanted = "running"
        self.pace.restart()
        self.lookout.resume()
        self.set_phase("running")

    def pause(
        self,
        problem: Problem | None = None,
        verdict: Verdict | None = None,
        *,
        measure_s: float = WHOLE_S,
    ) -> None:
        """Stop training; measure for so long at first, and save where it stands."""
        self.goal = Goal()
        self.wanted = "paused"
        if not self.run.is_inside_step:
            self.stage = None
            self.lookout.measuring.whole(within_s=measure_s)
            self.keeper.keep(self.run)
        self.set_phase("paused", problem, verdict)

    def adopt(self, run: Run, ledger: Ledger, *, number: int, sentence: str | None) -> None:
        """Take a run as the one in training, and tell all there is to know of it."""
        self.reporter.flush()
        if number != self.number:
            self.keeper.move(self._folder_of(number))
        self._run, self._ledger, self.number = run, ledger, number
        run.before_edits = ledger.look
        self.stage, self.goal = None, Goal()
        self._show_anew(sentence)
        self.keeper.take_up(run)
        self.pace.restart()
        self.lookout.resume()
        self.set_phase(self.wanted)

    def take_over(self, twin: Run, ledger: Ledger) -> None:
        """Go on with what a twin of the run has come to at this very step."""
        self.reporter.flush()
        self.run.restore(twin.tensors(), twin.meta())
        self.run.before_edits = ledger.look
        ledger.stopping.pass_by_as(self._ledger.stopping)
        self._ledger = ledger
        self.lookout.restart()
        self.keeper.keep(self.run, patient=True, again=True)
        self.reporter.flush()
        self.reporter.tell_telemetry()

    def take_shape(self, sentence: str) -> None:
        """Tell all there is to know of the run after an edit that built its model anew."""
        self.reporter.flush()
        self._show_anew(sentence)
        self.set_phase(self.phase)

    def check_inputs(self) -> None:
        """Empty the input slots that the run cannot take any more."""
        fits = self.lookout.subjects.fits
        fitting = {slot: ref for slot, ref in self.inputs.items() if fits(ref)}
        if fitting != self.inputs:
            self.inputs = fitting
            self.send(InputsEvent(slots=dict(fitting)))

    def _show_anew(self, sentence: str | None) -> None:
        self.reporter.tell_built(sentence)
        self.lookout.restart()
        fits = self.lookout.subjects.fits
        self.inputs = {slot: ref for slot, ref in self.inputs.items() if fits(ref)}
        self.send(InputsEvent(slots=self.inputs))
        self.lookout.measuring.whole(within_s=FIRST_S)

    def finish_step(self) -> None:
        """Complete a step that was begun by stages; what follows needs a step boundary."""
        if not self.run.is_inside_step:
            return
        try:
            self.run.advance()
        except (NonFiniteError, RuntimeError) as error:
            self.stumble(error)
            raise ProblemError(str(error)) from error
        self.step_done()

    def step_done(self) -> None:
        """Do what belongs to the end of a step that was not done by the loop."""
        self.stage = None
        if self.run.step == self._ledger.due:
            self._ledger.add(self.run)
        self._ledger.look(self.run)

    def materialise(self, step: int) -> Iterator[Progress | tuple[Run, Ledger]]:
        """Yield progress, then a run of its own as this one stood at a step of its past."""
        return makeover.past_of(self, step)

    def end(self, said: Fenced | Abandoned | StopCommand) -> None:
        """Stop working: the loop closes the session next."""
        self.is_over = True
        self.is_fenced = isinstance(said, Fenced)
        if isinstance(said, StopCommand):
            self.replies.settle(self, said.id, None)

    # --- inside -------------------------------------------------------------------------------

    def _heard(self) -> Command | Fenced | Abandoned | None:
        if self.long_work.deferred:
            return self.long_work.deferred.popleft()
        return None if self.inbox.empty() else self.inbox.get()

    def _carry_out(self, said: Command | Fenced | Abandoned) -> None:
        if isinstance(said, Fenced | Abandoned | StopCommand):
            self.end(said)
        else:
            obey.obey(self, said)

    def _facts(self) -> dict[str, str]:
        return self._ledger.stopping.meta()

    def _pause_if_enough(self) -> None:
        run, ledger = self.run, self._ledger
        ledger.look(run)
        verdict = ledger.stopping.verdict(run)
        if verdict is not None:
            self.pause(verdict=verdict)

    def _disk_failed(self) -> None:
        problem = self.keeper.take_problem()
        if problem is None:
            return
        self.send(ProblemEvent(problem=problem))
        if self.phase == "running":
            self.goal = Goal()
            self.set_phase("paused", problem)

    def _folder_of(self, number: int) -> Path:
        return self.place.run_folder(self.start.session, number)
