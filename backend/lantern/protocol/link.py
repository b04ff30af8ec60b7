"""How workers and agents dial home: their hello, web's welcome, and what web asks of an agent."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from lantern.protocol.catalog import Catalog
from lantern.protocol.checking import CheckedModel, CheckModel
from lantern.protocol.experiment import Edit, Experiment
from lantern.protocol.figures import Figure
from lantern.protocol.ids import AgentId, SessionId
from lantern.protocol.model import Model
from lantern.protocol.problems import Problem
from lantern.protocol.views import Fit, InputRef, Invert, View


class WorkerHello(Model):
    """First words of a worker on its link."""

    type: Literal["worker_hello"] = "worker_hello"
    session: SessionId
    incarnation: int
    pid: int
    last_seq: int
    """Of the newest event without a key that it has sent or holds."""


class Welcome(Model):
    """Web's answer to a hello: what it holds already, so that the rest is sent again."""

    type: Literal["welcome"] = "welcome"
    have_seq: int = 0


class Persisted(Model):
    """Web has stored every event up to `seq`; the worker may forget them."""

    type: Literal["persisted"] = "persisted"
    seq: int


class Origin(Model):
    """Where a fork comes from; its nearest snapshot is used if it lies on the same machine."""

    session: SessionId
    run: int
    step: int


class StartWorker(Model):
    """Start one incarnation of a session."""

    type: Literal["start_worker"] = "start_worker"
    session: SessionId
    incarnation: int
    token: str
    """Bearer token of this session and incarnation, for the worker's link."""
    experiment: Experiment
    """As it was at step 0 of the run."""
    edits: tuple[Edit, ...] = ()
    run: int = 1
    start_step: int = 0
    """Go to this step before anything is shown (a fork, a shared link)."""
    origin: Origin | None = None
    resume: bool = False
    """Continue from the newest snapshot of `run` rather than from step 0."""
    rows_to: int | None = None
    """The last step that web has the training loss of: a worker that resumes trains again from
    there, so that rows which died with the worker before it are made again."""
    phase: Literal["running", "paused"] = "running"
    inputs: dict[int, InputRef] = {}
    budget_share: float = 0.10
    pace_steps_per_s: float | None = None


class StopWorker(Model):
    """End a worker: politely, then by force after `grace_s`."""

    type: Literal["stop_worker"] = "stop_worker"
    session: SessionId
    incarnation: int
    delete_files: bool = False
    grace_s: float = 5.0


class Preview(Model):
    """Train an experiment for a few steps and return one view of it."""

    type: Literal["preview"] = "preview"
    experiment: Experiment
    steps: Annotated[int, Field(ge=0, le=5000)]
    view: View


class DemoJob(Model):
    """Compute the figures of a demo."""

    type: Literal["demo"] = "demo"
    name: str
    params: dict[str, JsonValue] = {}


class PictureJob(Model):
    """Decode an image file into the shape that a network takes; the answer is an images figure."""

    type: Literal["picture"] = "picture"
    data: str
    """The file's bytes, base64."""
    shape: tuple[int, ...]
    """(channels, height, width)."""
    fit: Fit = "crop"
    invert: Invert = "auto"


class RunJob(Model):
    """A piece of work without a session, in a process of its own."""

    type: Literal["run_job"] = "run_job"
    id: str
    job: Annotated[Preview | DemoJob | PictureJob | CheckModel, Field(discriminator="type")]
    timeout_s: float = 60.0


AgentCommand = Annotated[StartWorker | StopWorker | RunJob, Field(discriminator="type")]


class AgentHello(Model):
    """First words of an agent."""

    type: Literal["agent_hello"] = "agent_hello"
    agent: AgentId
    pid: int
    cores: int
    catalog: Catalog
    workers: dict[SessionId, int] = {}
    """Incarnations that run on this machine right now."""
    preload_s: float
    """Seconds that the first child took to import what is preloaded; about 0 when it works."""


class WorkerExited(Model):
    """A worker is gone."""

    type: Literal["worker_exited"] = "worker_exited"
    session: SessionId
    incarnation: int
    exit_code: int
    """Negative for a signal, as subprocess has it."""
    last_lines: tuple[str, ...] = ()
    """Of its log."""


class WorkerStarted(Model):
    """A worker process exists."""

    type: Literal["worker_started"] = "worker_started"
    session: SessionId
    incarnation: int
    pid: int


class JobDone(Model):
    """The answer to a job. Sent as a binary frame."""

    type: Literal["job_done"] = "job_done"
    id: str
    figures: tuple[Figure, ...] = ()
    checked: CheckedModel | None = None
    """What a model that was checked would be."""
    problem: Problem | None = None


AgentEvent = Annotated[
    AgentHello | WorkerStarted | WorkerExited | JobDone, Field(discriminator="type")
]
