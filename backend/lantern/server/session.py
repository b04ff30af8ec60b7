"""One session as web knows it: what it is, what it told, who looks at it, what it was asked."""

import asyncio
import math
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from lantern.protocol.commands import Command
from lantern.protocol.events import InputsEvent, Stage, StateEvent, TelemetryEvent
from lantern.protocol.experiment import Edit, Experiment
from lantern.protocol.ids import SessionId
from lantern.protocol.link import Origin, StartWorker
from lantern.protocol.live import WorkerLinkEvent
from lantern.protocol.problems import Problem
from lantern.protocol.rest import SessionInfo
from lantern.protocol.views import InputRef
from lantern.server.mailbox import Mailbox, Message
from lantern.server.metric_table import MetricTable
from lantern.server.relay import Relay
from lantern.server.store import LatestWrite, WantedWrite, Write


class WorkerLink(Protocol):
    """The way to a worker, while it is connected."""

    def send(self, text: str) -> None:
        """Queue a message to the worker."""
        ...

    def close(self, code: int, sentence: str) -> None:
        """End the link."""
        ...


@dataclass
class Asked:
    """A command that was not answered yet."""

    command: Command
    text: str
    answer: asyncio.Future[bytes | Problem | None]
    """The frame of an `inspected` or `exported`, a problem, or None for a plain yes."""
    asker: Mailbox | None = None
    """Of the viewer to whom an `inspected` or `exported` frame goes."""


@dataclass(frozen=True)
class Death:
    """When a worker died (monotonic seconds), and how far it had come."""

    at_s: float
    run: int
    step: int


@dataclass(eq=False)
class Session:
    """A session in memory; what of it must last is queued in `writes`."""

    id: SessionId
    created_at: str
    owner: str
    base: Experiment
    edits: list[Edit]
    run: int
    incarnation: int
    have_seq: int
    wanted: str
    """running, paused, sleeping or failed: what it does when it is started again."""
    start_step: int
    goal_step: int | None
    origin: Origin | None
    budget_share: float
    pace_steps_per_s: float | None
    state: StateEvent
    table: MetricTable
    latest: dict[str, str]
    """The newest `state`, `built`, `telemetry`, `history` and `inputs`, as JSON."""
    experiment: Experiment
    """As it stands now."""
    telemetry: TelemetryEvent | None = None
    relay: Relay = field(default_factory=Relay)
    worker: WorkerLink | None = None
    asked: dict[str, Asked] = field(default_factory=dict[str, Asked])
    writes: list[Write] = field(default_factory=list[Write])
    stale: set[str] = field(default_factory=set[str])
    """Types of which a newer event was kept than is stored."""
    deaths: deque[Death] = field(default_factory=lambda: deque(maxlen=3))
    linked: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the worker of this incarnation has ended."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set and cleared at every change of phase."""
    is_ending: bool = False
    """The worker was told to stop: what is asked now is for the next one."""
    is_resuming: bool = False
    """Started again and not built yet."""
    is_gone: bool = False
    step: int = 0
    """The newest step known, whoever told it: a state, telemetry, a metric row, a built model."""
    stage: Stage | None = None
    """The last stage done of an unfinished step, while paused inside it."""
    worked_s: float = -math.inf
    """When the worker last told how far a long piece of its own work is (monotonic seconds)."""
    is_measured: bool = True
    """False from a built model to the next state, while the worker measures it."""
    touched_s: float = field(default_factory=time.monotonic)
    """When somebody last looked at it or asked something of it."""

    def touch(self) -> None:
        """Note that somebody cares about this session."""
        self.touched_s = time.monotonic()

    def is_at_work(self, within_s: float) -> bool:
        """Return whether the worker has said that it builds, reads or measures something.

        Until that is done it hears no command; one that tells how far it is has done so of late.
        """
        if self.worker is None:
            return False
        is_building = self.state.phase in {"building", "installing"}
        is_telling = time.monotonic() - self.worked_s < within_s
        return is_building or is_telling or not self.is_measured

    def stands(self, step: int, stage: Stage | None = None) -> None:
        """Note how far the run has come."""
        self.step, self.stage = step, stage

    def state_now(self) -> StateEvent:
        """Return the state with the newest step, which a state told at its beginning only."""
        return self.state.model_copy(update={"step": self.step, "stage": self.stage})

    @property
    def inputs(self) -> dict[int, InputRef]:
        """What lies in the input slots."""
        text = self.latest.get("inputs")
        if text is None:
            return {}
        return InputsEvent.model_validate_json(text).slots

    @property
    def title(self) -> str:
        """What it is listed as."""
        return self.experiment.title or f"{self.base.dataset.name} · {self.base.model.name}"

    def info(self) -> SessionInfo:
        """Return the session as it is listed."""
        return SessionInfo(
            id=self.id,
            title=self.title,
            created_at=self.created_at,
            phase=self.state.phase,
            run=self.run,
            step=self.step,
            epoch=self._epoch(),
            experiment=self.experiment,
            base=self.base,
            edits=tuple(self.edits),
            viewers=len(self.relay.viewers),
            metrics=self.table.newest(),
            problem=self.state.problem,
            sentence=self.state.sentence,
            mark=self.state.mark,
        )

    def _epoch(self) -> float:
        known = self.telemetry
        is_newest = known is not None and known.step >= self.table.last_step()
        return known.epoch if known is not None and is_newest else self.table.last_epoch()

    def link_status(self) -> WorkerLinkEvent:
        """Return whether the worker is heard."""
        if self.worker is not None:
            return WorkerLinkEvent(status="connected")
        if self.wanted in {"sleeping", "failed"}:
            return WorkerLinkEvent(status="none", sentence="The session is not running.")
        sentence = "The session's worker is not heard; it is started again if need be."
        return WorkerLinkEvent(status="lost", sentence=sentence)

    def set_state(self, state: StateEvent, message: Message | None = None) -> None:
        """Take a state over, keep it, and tell everyone."""
        self.state, self.is_measured = state, True
        # a worker that has no model yet says step 0, whatever it is about to resume from
        if state.step > 0 or state.phase in {"running", "paused"}:
            self.stands(state.step, state.stage)
        text = state.model_dump_json()
        self.keep("state", text)
        self.relay.post(text if message is None else message)
        self.changed.set()
        self.changed = asyncio.Event()

    def keep(self, kind: str, text: str) -> None:
        """Keep the newest event of a type, in memory and before long in the database."""
        self.latest[kind] = text
        self.stale.add(kind)

    def take_writes(self) -> list[Write]:
        """Return what is to be stored, and begin anew."""
        kept = [LatestWrite(kind, self.latest[kind]) for kind in self.stale if kind in self.latest]
        taken = [*self.writes, *kept]
        self.writes, self.stale = [], set()
        return taken

    def set_wanted(self, wanted: str, goal_step: int | None = None) -> None:
        """Remember what the session is to do when it is started again."""
        if (wanted, goal_step) != (self.wanted, self.goal_step):
            self.wanted, self.goal_step = wanted, goal_step
            self.writes.append(WantedWrite(wanted, goal_step))

    def start_message(self, token: str, *, resume: bool) -> StartWorker:
        """Return what an agent needs to start the present incarnation."""
        is_running = self.wanted == "running" and self.goal_step is None
        return StartWorker(
            session=self.id,
            incarnation=self.incarnation,
            token=token,
            experiment=self.base,
            edits=tuple(self.edits),
            run=self.run,
            start_step=self.start_step if self.run == 1 else 0,
            origin=self.origin if self.run == 1 else None,
            resume=resume,
            rows_to=self.table.last_step_of("train_loss") if resume else None,
            phase="running" if is_running else "paused",
            inputs=self.inputs,
            budget_share=self.budget_share,
            pace_steps_per_s=self.pace_steps_per_s,
        )
