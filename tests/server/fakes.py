"""A server on loopback, and a worker, an agent and a browser that speak the protocol to it."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from pydantic import TypeAdapter
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from lantern.protocol import frame
from lantern.protocol.catalog import Catalog
from lantern.protocol.commands import Command
from lantern.protocol.events import (
    BuiltEvent,
    DataCard,
    EditedEvent,
    ExportedEvent,
    FigureEvent,
    InputsEvent,
    InspectedEvent,
    MetricsEvent,
    ModelCard,
    ProgressEvent,
    ReplyEvent,
    Row,
    StateEvent,
)
from lantern.protocol.experiment import Configure, Edit, with_changes
from lantern.protocol.figures import Array, BarsFigure, Figure, Images, ImagesFigure
from lantern.protocol.ids import SUBPROTOCOL
from lantern.protocol.link import (
    AgentCommand,
    AgentHello,
    JobDone,
    Persisted,
    RunJob,
    StartWorker,
    StopWorker,
    Welcome,
    WorkerExited,
    WorkerHello,
    WorkerStarted,
)
from lantern.protocol.problems import Problem
from lantern.server.app import create_app
from lantern.server.listening import listen, server_of
from lantern.server.settings import Settings

ANY_COMMAND = TypeAdapter(Command)
ANY_AGENT_COMMAND = TypeAdapter(AgentCommand)

NUMBER = {"type": "number", "minimum": 0, "maximum": 1}


def schema(**properties) -> dict:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {"title": name} | part for name, part in properties.items()},
    }


def card(kind: str, name: str, **properties) -> dict:
    return {
        "kind": kind,
        "name": name,
        "title": name.capitalize(),
        "summary": f"A {kind}.",
        "help": f"A {kind}.\n\nMade up for the tests.",
        "parameters": schema(**properties),
    }


CATALOG = Catalog.model_validate(
    {
        "plugins": [
            card("dataset", "circle", noise=NUMBER | {"default": 0.1, "description": "Spread."}),
            card("dataset", "xor"),
            card(
                "model",
                "mlp",
                layers={"type": "array", "items": {"type": "integer", "minimum": 1}, "maxItems": 6},
            ),
            card("task", "classification"),
            card("loss", "cross_entropy"),
            card(
                "optimizer", "adam", learning_rate=NUMBER | {"x-live": True, "x-unit": "per step"}
            ),
            card("schedule", "constant"),
            card("augmentation", "none"),
            card(
                "inspector",
                "prediction",
                slot={"type": "integer", "minimum": 0, "maximum": 15, "default": 0},
            ),
            card("demo", "convolution", size={"type": "integer", "maximum": 9}),
        ]
    }
)
EXPERIMENT = {"dataset": {"name": "circle"}, "model": {"name": "mlp", "params": {"layers": [4]}}}
POINTS = DataCard(kind="points", shape=(2,), classes=(), train_count=1, validation_count=1)
PICTURES = DataCard(
    kind="images", shape=(1, 2, 2), classes=("a", "b"), train_count=1, validation_count=1
)
VIEW = {"inspector": "prediction", "params": {}}


def bars(count: int = 3) -> BarsFigure:
    data = b"\x00\x00\x80\x3f" * count
    values = Array.of(data, dtype="f4", shape=(count,))
    return BarsFigure(labels=tuple("abcdefghij"[:count]), values=values)


def picture() -> ImagesFigure:
    """What an agent makes of a picture for a network that takes 1x2x2."""
    bounds = Array.of(bytes(4), dtype="f4", shape=(1,))
    values = Array.of(b"\x00\x40\x80\xff", dtype="u1", shape=(1, 1, 2, 2))
    return ImagesFigure(images=Images(values=values, low=bounds, high=bounds, scale="pixels"))


def figure_frame(key: str, *, step: int = 0, size_bytes: int = 12) -> bytes:
    values = Array.of(bytes(size_bytes), dtype="f4", shape=(size_bytes // 4,))
    figure = BarsFigure(labels=(), values=values)
    return frame.encode(FigureEvent(key=key, run=1, step=step, figures=(figure,)))


class Server:
    """Uvicorn on a random port of loopback, in a thread with an event loop of its own."""

    def __init__(self, home: Path, **settings) -> None:
        wanted = Settings(home=home, port=0, **settings)
        self.listener = listen(wanted)
        port = self.listener.getsockname()[1]
        self.settings = wanted.model_copy(update={"port": port})
        self.address = f"127.0.0.1:{port}"
        self.url = f"http://{self.address}"
        self.app = create_app(self.settings)
        self.uvicorn = server_of(self.app, self.settings)
        self.thread = threading.Thread(
            target=self.uvicorn.run, kwargs={"sockets": [self.listener]}, daemon=True
        )

    def __enter__(self) -> "Server":
        self.thread.start()
        for _ in range(500):
            if self.uvicorn.started:
                break
            self.thread.join(0.01)
        return self

    def __exit__(self, *_) -> None:
        self.uvicorn.should_exit = True
        self.thread.join(10)
        self.listener.close()

    @property
    def services(self):
        return self.app.app.app.state.services  # inside the guard and what words refusals

    @property
    def agent_token(self) -> str:
        return (self.settings.secrets / "agent-token").read_text()

    def client(self, **more) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, timeout=30, **more)

    def socket(self, path: str, token: str | None = None, **more) -> connect:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        more.setdefault("origin", self.url if token is None else None)
        more.setdefault("subprotocols", [SUBPROTOCOL])
        more.setdefault("max_size", 100_000_000)
        return connect(
            f"ws://{self.address}/api/v1{path}",
            additional_headers=headers | more.pop("headers", {}),
            compression=None,
            proxy=None,
            **more,
        )


@dataclass
class FakeWorker:
    """Does what a worker does, without a model: `script` decides how commands are answered."""

    server: Server
    start: StartWorker
    behaviour: "Behaviour"
    seq: int = 0
    step: int = 0
    run: int = 1
    kept: list[tuple[int, str | bytes]] = field(default_factory=list)
    commands: list = field(default_factory=list)
    persisted: int = 0
    welcome: Welcome | None = None
    socket: ClientConnection | None = None
    closed: tuple[int, str] | None = None

    async def live(self) -> None:
        """Dial in, tell what was built, answer commands until the link is cut."""
        try:
            async with self.server.socket("/links/worker", self.start.token) as socket:
                self.socket = socket
                await self.say_hello()
                await self.begin()
                async for message in socket:
                    await self.hear(message)
                self.closed = (socket.close_code or 0, socket.close_reason or "")
        except ConnectionClosed as error:
            self.closed = (error.rcvd.code, error.rcvd.reason) if error.rcvd else (1006, "")

    async def say_hello(self) -> None:
        hello = WorkerHello(
            session=self.start.session,
            incarnation=self.start.incarnation,
            pid=1,
            last_seq=self.seq,
        )
        await self.socket.send(hello.model_dump_json())
        self.welcome = Welcome.model_validate_json(await self.socket.recv())
        for seq, message in self.kept:
            if seq > self.welcome.have_seq:
                await self.socket.send(message)

    async def begin(self) -> None:
        if self.seq:
            return
        problem = self.behaviour.build_problem
        if problem is not None:
            await self.tell(StateEvent(run=1, phase="failed", step=0, problem=problem))
            return
        self.run, self.step = self.start.run, self.behaviour.resume_step
        await self.build()
        await asyncio.sleep(self.behaviour.measure_s)
        await self.tell_state(self.start.phase)

    async def build(self) -> None:
        await self.tell(
            BuiltEvent(
                run=self.run,
                step=self.step,
                experiment=self.start.experiment,
                edits=self.start.edits,
                model=ModelCard(layers=(), parameters=1, macs=1, device="cpu"),
                data=self.behaviour.data,
            )
        )

    async def tell(self, event) -> None:
        """Send an event that counts, and keep it until it is stored."""
        self.seq += 1
        event = event.model_copy(update={"seq": self.seq})
        is_frame = isinstance(event, InspectedEvent | ExportedEvent)
        message = frame.encode(event) if is_frame else event.model_dump_json()
        self.kept.append((self.seq, message))
        await self.send(message)

    async def tell_state(self, phase: str, **more) -> None:
        await self.tell(StateEvent(run=self.run, phase=phase, step=self.step, **more))

    async def send(self, message: str | bytes) -> None:
        with contextlib.suppress(ConnectionClosed):
            await self.socket.send(message)

    async def train(self, steps: int) -> None:
        rows = []
        for _ in range(steps):
            self.step += 1
            values = {"train_loss": 1 / self.step}
            rows.append(Row(step=self.step, epoch=self.step / 10, values=values))
        await self.tell(MetricsEvent(run=self.run, rows=tuple(rows)))

    async def hear(self, message: str) -> None:
        if '"persisted"' in message:
            self.persisted = Persisted.model_validate_json(message).seq
            self.kept = [(seq, kept) for seq, kept in self.kept if seq > self.persisted]
            return
        command = ANY_COMMAND.validate_json(message)
        self.commands.append(command)
        if not self.behaviour.is_mute:
            await self.work()
            await self.obey(command)

    async def work(self) -> None:
        """Be at work on something longer, and tell of it."""
        for tenth in range(round(self.behaviour.work_s * 10)):
            progress = ProgressEvent(key="install", fraction=tenth / 100, sentence="Reading.")
            await self.send(progress.model_dump_json())
            await asyncio.sleep(0.1)

    async def obey(self, command) -> None:
        match command.type:
            case "run":
                await self.tell_state("running")
                if command.steps is not None:
                    await self.train(command.steps)
                    await self.tell_state("paused")
            case "pause":
                await self.tell_state("paused")
            case "edit":
                action = Configure(changes=command.changes)
                with_changes(self.start.experiment, command.changes)
                edit = Edit(step=self.step, action=action)
                await self.tell(EditedEvent(run=self.run, edit=edit))
            case "set_weight":
                problem = Problem(sentence="There is no such weight.", field="parameter")
                await self.tell(ReplyEvent(command_id=command.id, problem=problem))
                return
            case "set_input":
                await self.send(InputsEvent(slots={command.slot: command.input}).model_dump_json())
            case "inspect":
                await self.tell(
                    InspectedEvent(
                        command_id=command.id,
                        run=1,
                        step=self.step,
                        figures=self.behaviour.figures or (bars(),),
                    )
                )
            case "export":
                file = Array.of(b"weights!", dtype="u1", shape=(8,))
                await self.tell(ExportedEvent(command_id=command.id, step=self.step, file=file))
            case "watch" | "unwatch":
                return
            case _:
                pass
        await self.tell(ReplyEvent(command_id=command.id))


@dataclass
class Behaviour:
    """How the workers of an agent behave."""

    build_problem: Problem | None = None
    is_mute: bool = False
    resume_step: int = 0
    measure_s: float = 0.0
    """Between the model and the first word of what the session does."""
    work_s: float = 0.0
    """Before each command, as if data had to be read for it."""
    dies_with: int | None = None
    """Exit code with which each worker ends before it dials in."""
    data: DataCard = POINTS
    figures: tuple[Figure, ...] = ()
    """What an inspection shows; bars if empty."""
    job_problem: Problem | None = None
    job_s: float = 0.0


@dataclass
class FakeAgent:
    """Starts fake workers as tasks of the test's own event loop."""

    server: Server
    behaviour: Behaviour = field(default_factory=Behaviour)
    workers: list[FakeWorker] = field(default_factory=list)
    running: dict[str, int] = field(default_factory=dict)
    starts: list[StartWorker] = field(default_factory=list)
    stops: list[StopWorker] = field(default_factory=list)
    jobs: list[RunJob] = field(default_factory=list)
    tasks: set = field(default_factory=set)
    socket: ClientConnection | None = None
    cores: int = 2

    async def __aenter__(self) -> "FakeAgent":
        self.socket = await self.server.socket("/links/agent", self.server.agent_token)
        hello = AgentHello(
            agent="fake",
            pid=1,
            cores=self.cores,
            catalog=CATALOG,
            workers=self.running,
            preload_s=0.0,
        )
        await self.socket.send(hello.model_dump_json())
        Welcome.model_validate_json(await self.socket.recv())
        self.spawn(self.listen())
        return self

    async def __aexit__(self, *_) -> None:
        await self.socket.close()
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def spawn(self, work) -> asyncio.Task:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def listen(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in self.socket:
                await self.obey(ANY_AGENT_COMMAND.validate_json(message))

    async def obey(self, command) -> None:
        match command:
            case StartWorker():
                self.starts.append(command)
                await self.start(command)
            case StopWorker():
                self.stops.append(command)
            case RunJob():
                self.jobs.append(command)
                self.spawn(self.work(command))

    async def start(self, command: StartWorker) -> None:
        if self.behaviour.dies_with is not None:
            await self.exited(command, self.behaviour.dies_with)
            return
        worker = FakeWorker(self.server, command, self.behaviour)
        self.workers.append(worker)
        self.running[command.session] = command.incarnation
        started = WorkerStarted(session=command.session, incarnation=command.incarnation, pid=1)
        await self.socket.send(started.model_dump_json())
        self.spawn(worker.live())

    async def exited(self, command: StartWorker, exit_code: int) -> None:
        event = WorkerExited(
            session=command.session,
            incarnation=command.incarnation,
            exit_code=exit_code,
            last_lines=("MemoryError: too large",),
        )
        await self.socket.send(event.model_dump_json())

    async def kill(self, worker: FakeWorker) -> None:
        worker.socket.transport.abort()
        await self.exited(worker.start, -9)

    async def work(self, command: RunJob) -> None:
        await asyncio.sleep(self.behaviour.job_s)
        problem = self.behaviour.job_problem
        figure = picture() if command.job.type == "picture" else bars()
        done = JobDone(
            id=command.id, figures=() if problem is not None else (figure,), problem=problem
        )
        await self.socket.send(frame.encode(done))


async def until(condition: Callable[[], object], timeout_s: float = 5.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - what is waited for lives in another thread
            await asyncio.sleep(0.01)


@dataclass
class Browser:
    """The headers of everything that came over a live link, and the raw messages."""

    socket: ClientConnection
    acks: bool = True
    headers: list[dict] = field(default_factory=list)
    raw: list[str | bytes] = field(default_factory=list)

    async def read(self) -> None:
        """Read until the link is cut."""
        with contextlib.suppress(ConnectionClosed):
            async for message in self.socket:
                is_text = isinstance(message, str)
                header = json.loads(message) if is_text else frame.header_of(message)
                self.raw.append(message)
                self.headers.append(header)
                if header["type"] == "figure" and self.acks:
                    await self.socket.send('{"type":"ack"}')

    def of(self, kind: str) -> list[dict]:
        return [header for header in self.headers if header["type"] == kind]

    def last(self, kind: str) -> dict:
        return next(iter(self.of(kind)[-1:]), {})


@contextlib.asynccontextmanager
async def browser(server: Server, session: str, *, acks: bool = True, **more):
    """Open the live link of a session, as a page does."""
    async with server.socket(f"/sessions/{session}/live", **more) as socket:
        found = Browser(socket, acks=acks)
        task = asyncio.create_task(found.read())
        try:
            yield found
        finally:
            task.cancel()


async def create(client: httpx.AsyncClient, **more) -> dict:
    """Create a session and return it."""
    answer = await client.post("/api/v1/sessions", json={"experiment": EXPERIMENT} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()
