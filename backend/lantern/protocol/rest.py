"""Bodies and answers of the REST routes that are not commands or events themselves."""

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from lantern.protocol.events import Phase, SnapshotInfo
from lantern.protocol.experiment import Edit, Experiment
from lantern.protocol.ids import SessionId
from lantern.protocol.model import Model
from lantern.protocol.problems import Problem
from lantern.protocol.views import View


class CreateSession(Model):
    """A new session; with edits and a step it reproduces a shared run."""

    experiment: Experiment
    edits: Annotated[tuple[Edit, ...], Field(max_length=10_000)] = ()
    start_step: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    """Train to this step first, then show."""
    phase: Literal["running", "paused"] = "running"
    pace_steps_per_s: Annotated[float, Field(gt=0, le=1e9)] | None = None
    """Hold it to this speed, so that eyes can follow; None: as fast as it goes."""


class ForkSession(Model):
    """A new session that goes on from a step of this one."""

    step: Annotated[int, Field(ge=0)]
    phase: Literal["running", "paused"] = "paused"


class SessionInfo(Model):
    """One session, as listed."""

    id: SessionId
    title: str
    created_at: str
    phase: Phase
    run: int
    step: int
    epoch: float
    experiment: Experiment
    """As it stands now."""
    base: Experiment
    """As it was at step 0 of the run."""
    edits: tuple[Edit, ...]
    viewers: int
    metrics: dict[str, float]
    """The newest value of each."""
    problem: Problem | None = None
    sentence: str | None = None
    """Why it paused by itself, such as `Paused: 200 epochs are complete.`"""
    mark: int | None = None
    """A step worth going back to, where it paused by itself."""


class CommandResult(Model):
    """What became of a command."""

    command_id: str
    session: SessionInfo


class Metrics(Model):
    """All rows of a run, by column; None where a row has no such value."""

    run: int
    steps: tuple[int, ...]
    epochs: tuple[float, ...]
    columns: dict[str, tuple[float | None, ...]]


class Inspected(Model):
    """Figures with their arrays as nested lists."""

    step: int
    figures: tuple[dict[str, Any], ...]


class RunDemo(Model):
    """Parameters of a demo."""

    params: dict[str, JsonValue] = {}


class History(Model):
    """What of the past is kept, and what was changed when."""

    run: int
    snapshots: tuple[SnapshotInfo, ...]
    edits: tuple[Edit, ...]


class LessonCard(Model):
    """A lesson as shown in the gallery."""

    name: str
    title: str
    subtitle: str
    group: str
    order: int
    experiment: Experiment | None
    preview_steps: int
    """Steps to train before its picture is taken."""
    preview_view: View | None
    pace_steps_per_s: float | None = None
    """The speed that its experiment is opened at; None: as fast as it goes."""


class Lesson(LessonCard):
    """A lesson with its prose and the views it opens."""

    body: str
    """Markdown."""
    views: tuple[View, ...] = ()
    tab: str = ""
    """The tab of inspectors that stands open at first."""
    hide: tuple[str, ...] = ()
    """Names of controls that are not shown while the lesson is on, such as `noise`."""


class RestModels(Model):
    """Gathers every REST model for the TypeScript emitter; never sent."""

    create_session: CreateSession
    fork_session: ForkSession
    session_info: SessionInfo
    command_result: CommandResult
    metrics: Metrics
    inspected: Inspected
    run_demo: RunDemo
    history: History
    lesson_card: LessonCard
    lesson: Lesson
