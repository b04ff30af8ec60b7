"""What a session tells: the union `Event`, from the worker.

Delivery is part of the type: an event whose class names a `keyed_by` field is *latest wins*, an
event without one is *every one counts*: it carries `seq` and is never dropped.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from lantern.protocol.experiment import Edit, Experiment
from lantern.protocol.figures import Array, Figure
from lantern.protocol.ids import CommandId, ViewKey
from lantern.protocol.model import Model
from lantern.protocol.problems import Problem
from lantern.protocol.views import InputRef, View

Phase = Literal["building", "installing", "paused", "running", "failed", "sleeping"]
Stage = Literal["forward", "loss", "backward", "update"]


class EventBase(Model):
    """What every event has."""

    keyed_by: ClassVar[str | None] = None
    """The field that, with the type, makes the key; None where every one counts."""

    seq: int = 0
    """Counts the events without a key, from 1 in each incarnation, so that a gap shows."""


class Latest(EventBase):
    """An event of which only the newest matters; `type` alone is its key."""

    keyed_by: ClassVar[str | None] = "type"


class StateEvent(EventBase):
    """The session changed its phase."""

    type: Literal["state"] = "state"
    run: int
    """Counts the times the model was built anew; steps start at 0 in each."""
    phase: Phase
    step: int
    mark: int | None = None
    """A step worth going back to, such as the best one when early stopping paused the run."""
    sentence: str | None = None
    """Why the phase changed by itself, such as `Paused: 200 epochs are complete.`"""
    stage: Stage | None = None
    """The last stage done of an unfinished step, while paused inside it."""
    problem: Problem | None = None


class TelemetryEvent(Latest):
    """How it goes, a few times a second."""

    type: Literal["telemetry"] = "telemetry"
    run: int
    step: int
    epoch: float
    stage: Stage | None = None
    steps_per_s: float
    watching_share: float
    """Of the wall time while running, 0-1."""
    budget_share: float
    pace_steps_per_s: float | None = None
    engine: Literal["eager", "fused"] = "eager"
    """What does the steps: PyTorch's own path or the fused kernel."""


class Row(Model):
    """What was measured at one step."""

    step: int
    epoch: float
    values: dict[str, float]
    """`train_loss` is the mean since the row before; `validation_loss` and others are of now."""


class MetricsEvent(EventBase):
    """New rows of the run's metrics, oldest first; a row for a step already known adds to it."""

    type: Literal["metrics"] = "metrics"
    run: int
    rows: tuple[Row, ...]


class WindowCard(Model):
    """The window that a convolution or pooling moves over its input: (height, width) in cells."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    groups: int


class LayerCard(Model):
    """One layer of the model: a use of a module, or of a function between modules."""

    path: str
    """Module path; the same for every use of a module. `block1.add` for a function there."""
    title: str
    kind: str
    """`feature`, `linear`, `conv`, `pool`, `activation`, `norm`, `output`, `add`, `concat`,
    `multiply`, `join` (branches meet otherwise) or `other`."""
    output_shape: tuple[int, ...]
    parameters: int
    macs: int
    """Multiply-accumulate operations for one sample."""
    receptive_field: int | None = None
    """In input pixels, along one side."""
    inputs: tuple[int, ...] = ()
    """Places in the model's `layers` whose output it takes; -1 is what goes into the model."""
    block: str = ""
    """Path of the block it belongs to."""
    operation: str = ""
    """Class of the module, or name of the function."""
    call: int = 0
    """Counts the uses of the same module, from 0; only the first counts its parameters."""
    is_module: bool = True
    window: WindowCard | None = None


class BlockCard(Model):
    """Layers that belong together, such as a residual block."""

    path: str
    title: str
    layers: tuple[int, ...]
    """Places in the model's `layers`; the last one puts out what the block does."""
    weighted: int
    """How many of them have weights to learn: convolutions and linear layers."""
    skips: bool = False
    """What goes in is added to what comes out, past some of its layers."""


class ModelCard(Model):
    """What was built."""

    layers: tuple[LayerCard, ...]
    """In the order in which they are run, so that each comes after those it takes from."""
    blocks: tuple[BlockCard, ...] = ()
    parameters: int
    macs: int
    device: str


class DataCard(Model):
    """What it learns from."""

    kind: Literal["points", "images"]
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    """Names by index; empty for regression."""
    train_count: int
    validation_count: int
    note: str = ""
    """What there is to know of them besides, such as files that could not be read."""


class BuiltEvent(EventBase):
    """A model stands ready: of a new run, or of this run taken back to an earlier step.

    Rows and snapshots of this run after `step` are no longer true.
    """

    type: Literal["built"] = "built"
    run: int
    step: int
    experiment: Experiment
    """As it was at step 0 of the run; the edits come on top."""
    edits: tuple[Edit, ...] = ()
    model: ModelCard
    data: DataCard
    sentence: str | None = None
    """Why, in words for the page: `Rebuilt: 3 layers instead of 2`."""
    views: tuple[View, ...] = ()
    """What the task shows by default."""


class EditedEvent(EventBase):
    """A live edit took effect."""

    type: Literal["edited"] = "edited"
    run: int
    edit: Edit


class SnapshotInfo(Model):
    """A state of the past that is kept."""

    step: int
    size_bytes: int


class HistoryEvent(Latest):
    """All snapshots that are kept, oldest first."""

    type: Literal["history"] = "history"
    run: int
    snapshots: tuple[SnapshotInfo, ...]


class InputsEvent(Latest):
    """What lies in the input slots."""

    type: Literal["inputs"] = "inputs"
    slots: dict[int, InputRef]


class FigureEvent(EventBase):
    """A view was computed. Sent as a binary frame."""

    keyed_by: ClassVar[str | None] = "key"
    type: Literal["figure"] = "figure"
    key: ViewKey
    run: int
    step: int
    figures: tuple[Figure, ...]
    final: bool = True
    """False for the partial figures of a long inspection."""
    compute_ms: float = 0.0
    made_at: float = 0.0
    """Seconds since the epoch, by the worker's clock; a page shows how stale a figure is."""


class ProgressEvent(EventBase):
    """How far a long piece of work is."""

    keyed_by: ClassVar[str | None] = "key"
    type: Literal["progress"] = "progress"
    key: str
    """A view's key, or `install` for a download."""
    fraction: float
    """0-1; 1 ends it."""
    sentence: str


class ViewProblemEvent(EventBase):
    """A view could not be computed; training is not touched by it."""

    keyed_by: ClassVar[str | None] = "key"
    type: Literal["view_problem"] = "view_problem"
    key: ViewKey
    problem: Problem


class ProblemEvent(EventBase):
    """Something that a person should know: NaN, out of memory, a full disk."""

    type: Literal["problem"] = "problem"
    problem: Problem


class ReplyEvent(EventBase):
    """A command was carried out or refused."""

    type: Literal["reply"] = "reply"
    command_id: CommandId
    problem: Problem | None = None
    step: int | None = None
    """Where the run stood then, which telemetry tells only now and then."""


class InspectedEvent(EventBase):
    """The answer to an `inspect` command. Sent as a binary frame."""

    type: Literal["inspected"] = "inspected"
    command_id: CommandId
    run: int
    step: int
    figures: tuple[Figure, ...]
    compute_ms: float = 0.0


class ExportedEvent(EventBase):
    """The answer to an `export` command. Sent as a binary frame."""

    type: Literal["exported"] = "exported"
    command_id: CommandId
    step: int
    file: Array
    """(bytes,) u1: a safetensors file."""


Event = Annotated[
    StateEvent
    | TelemetryEvent
    | MetricsEvent
    | BuiltEvent
    | EditedEvent
    | HistoryEvent
    | InputsEvent
    | FigureEvent
    | ProgressEvent
    | ViewProblemEvent
    | ProblemEvent
    | ReplyEvent
    | InspectedEvent
    | ExportedEvent,
    Field(discriminator="type"),
]

BINARY_TYPES = frozenset({"figure", "inspected", "exported"})
"""Events that travel as binary frames; all others are JSON text."""
