"""Bodies and answers of the REST routes that are not commands or events themselves."""

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from lantern.protocol.checking import CheckedModel, CheckModel
from lantern.protocol.events import Phase, SnapshotInfo
from lantern.protocol.experiment import Edit, Experiment
from lantern.protocol.ids import SessionId
from lantern.protocol.model import Model
from lantern.protocol.problems import Problem
from lantern.protocol.views import LAST_SLOT, InputRef, View


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
    sentence: str | None = None
    """What to know where it has not taken effect yet."""


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


class SlotInputs(Model):
    """What lies in the input slots; slot 0 shows the first validation sample until it is set."""

    slots: dict[int, InputRef]


class Explain(Model):
    """What is to be explained, and how."""

    method: Annotated[str, Field(min_length=1, max_length=64)]
    """One of the attributions of the catalog, such as `grad_cam`."""
    params: dict[str, JsonValue] = {}
    """Parameters of the method."""
    target: Annotated[int | None, Field(ge=0, le=100_000)] = None
    """The class to explain; None: the predicted one."""
    layer: Annotated[str, Field(max_length=200)] = ""
    """The layer whose maps are looked at, for methods that look at one; empty: the last."""
    slot: Annotated[int, Field(ge=0, le=LAST_SLOT)] = 0
    """The input slot to explain, where no input is given."""
    input: InputRef | None = None
    """The input itself: a sample of the data, or pixels."""
    at: Literal["live"] | Annotated[int, Field(ge=0)] = "live"
    """`live`, or the step of the past whose network is to be explained."""


class Explained(Model):
    """An explanation with its arrays as nested lists."""

    meta: dict[str, JsonValue]
    """Method, resolved arguments, class, score and probability, layer, step, seed, warnings."""
    scores: tuple[Any, ...]
    """(c, h, w) raw signed scores, or (1, h', w') for a layer's map; None where not a number."""
    inputs: tuple[Any, ...]
    """(c, h, w) from 0 to 1, as the network was given it."""


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


class PictureSetCard(Model):
    """Pictures by class in the data folder, for the data set `folder`."""

    path: str
    """Relative to the data folder, as the data set's `path` takes it."""
    title: str
    classes: int
    pictures: int
    left_out: int
    """Files that are no pictures, lie in no class, or could not be read when they came."""
    is_divided: bool
    """It has folders for training and validation."""
    is_upload: bool
    """It came over the page, and may be deleted from there."""
    note: str = ""
    """Why files were left out when it came."""


class RestModels(Model):
    """Gathers every REST model for the TypeScript emitter; never sent."""

    create_session: CreateSession
    fork_session: ForkSession
    session_info: SessionInfo
    command_result: CommandResult
    metrics: Metrics
    inspected: Inspected
    explain: Explain
    explained: Explained
    slot_inputs: SlotInputs
    run_demo: RunDemo
    check_model: CheckModel
    checked_model: CheckedModel
    history: History
    lesson_card: LessonCard
    lesson: Lesson
    picture_set_card: PictureSetCard
