"""What a browser and web say to each other on `/api/v1/sessions/{id}/live`."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from lantern.protocol.commands import Command
from lantern.protocol.events import Event, EventBase, Latest, StateEvent
from lantern.protocol.experiment import Edit, Experiment
from lantern.protocol.figures import Array
from lantern.protocol.ids import SessionId, ViewKey
from lantern.protocol.model import Model
from lantern.protocol.problems import Problem
from lantern.protocol.views import View


class Ack(Model):
    """A keyed frame was drawn; the window is 2 frames."""

    type: Literal["ack"] = "ack"
    frames: Annotated[int, Field(ge=1, le=1000)] = 1


class Watch(Model):
    """Show me this view from now on."""

    type: Literal["watch"] = "watch"
    ref: Annotated[str, Field(max_length=100)]
    """The browser's own name for it."""
    view: View
    anew: bool = False
    """Compute it again, also where it is known or was stopped."""


class Unwatch(Model):
    """I no longer look at it."""

    type: Literal["unwatch"] = "unwatch"
    ref: Annotated[str, Field(max_length=100)]


class Ask(Model):
    """Carry out a command."""

    type: Literal["ask"] = "ask"
    command: Command


ViewerMessage = Annotated[Ack | Watch | Unwatch | Ask, Field(discriminator="type")]


class MetricColumns(Model):
    """All rows of a run, by column."""

    steps: Array
    """(rows,) f8."""
    epochs: Array
    """(rows,) f8."""
    columns: dict[str, Array]
    """(rows,) f4 each; NaN where a row has no such value."""


class SnapshotEvent(EventBase):
    """First on every connection: everything known about the session. Sent as a binary frame."""

    type: Literal["snapshot"] = "snapshot"
    session: SessionId
    created_at: str
    server_version: str
    role: str
    """What this viewer may do: `admin`, `lecturer`, `student` or `viewer`."""
    incarnation: int
    have_seq: int
    """Events up to this one are contained in the snapshot."""
    state: StateEvent
    experiment: Experiment
    edits: tuple[Edit, ...]
    events: tuple[Event, ...]
    """The newest `built`, `telemetry`, `history` and `inputs`, where there are some."""
    metrics: MetricColumns
    viewers: int
    worker: Literal["connected", "lost", "none"]


class WatchingEvent(EventBase):
    """The answer to `watch`: figures of this view carry this key."""

    type: Literal["watching"] = "watching"
    ref: str
    key: ViewKey | None
    problem: Problem | None = None


class ViewersEvent(Latest):
    """How many browsers look at this session."""

    type: Literal["viewers"] = "viewers"
    count: int


class WorkerLinkEvent(Latest):
    """Whether web hears the worker."""

    type: Literal["worker_link"] = "worker_link"
    status: Literal["connected", "lost", "none"]
    sentence: str = ""


class HeartbeatEvent(Latest):
    """Sent every few seconds, so that a browser notices a dead connection."""

    keyed_by: ClassVar[str | None] = "type"
    type: Literal["heartbeat"] = "heartbeat"
    server_time: float
    """Seconds since the epoch."""


class RefusedEvent(EventBase):
    """A message was not understood or not allowed; the connection goes on."""

    type: Literal["refused"] = "refused"
    problem: Problem


LiveEvent = Annotated[
    SnapshotEvent
    | WatchingEvent
    | ViewersEvent
    | WorkerLinkEvent
    | HeartbeatEvent
    | RefusedEvent
    | Event,
    Field(discriminator="type"),
]
