"""The real thing: an agent process, its fork server, worker processes, and kill -9."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import safetensors.torch
from tests.worker.desk import same, small_experiment
from websockets.sync.server import serve

from lantern.protocol import frame
from lantern.protocol.catalog import Catalog
from lantern.protocol.commands import EditCommand, ExportCommand, RunCommand
from lantern.protocol.events import ExportedEvent
from lantern.protocol.experiment import Change, Edit, Training
from lantern.protocol.ids import SUBPROTOCOL, CommandId, SessionId
from lantern.protocol.link import DemoJob, JobDone, Preview, RunJob, StartWorker, StopWorker
from lantern.protocol.views import View

GOAL = 1_000_000
"""Steps that take long enough to be killed on the way, also by the fused kernel."""


class Web:
    """Takes the links of agents and workers and remembers what they say."""

    def __init__(self) -> None:
        self.agents: list = []
        self.hellos: list[dict] = []
        self.told: list[dict] = []
        self.jobs: list[JobDone] = []
        self.lines: dict[tuple[str, int], object] = {}
        self.events: dict[tuple[str, int], list[dict]] = {}
        self.files: list[ExportedEvent] = []
        self.server = serve(self._talk, "127.0.0.1", 0, subprotocols=[SUBPROTOCOL])
        self.url = f"ws://127.0.0.1:{self.server.socket.getsockname()[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _talk(self, line) -> None:
        hello = json.loads(line.recv())
        line.send(json.dumps({"type": "welcome"}))
        if hello["type"] == "agent_hello":
            self.hellos.append(hello)
            self.agents.append(line)
            for message in line:
                if isinstance(message, bytes):
                    self.jobs.append(frame.decode(message, JobDone))
                else:
                    self.told.append(json.loads(message))
            return
        who = hello["session"], hello["incarnation"]
        self.lines[who] = line
        heard = self.events.setdefault(who, [])
        for message in line:
            event = json.loads(message) if isinstance(message, str) else frame.header_of(message)
            if event["type"] == "exported":
                self.files.append(frame.decode(message, ExportedEvent))
            heard.append({**event, "heard_s": time.perf_counter()})
            if event["seq"]:
                line.send(json.dumps({"type": "persisted", "seq": event["seq"]}))

    def order(self, command) -> None:
        self.agents[-1].send(command.model_dump_json())

    def say(self, who, command) -> None:
        self.lines[who].send(command.model_dump_json())

    def wait(self, who, wanted, timeout_s=20.0) -> dict:
        return until(
            lambda: next((e for e in list(self.events.get(who, [])) if wanted(e)), None), timeout_s
        )


def until(found, timeout_s=20.0):
    deadline = time.monotonic() + timeout_s
    while not (result := found()):
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.005)
    return result


class Machine:
    """A home folder with an agent on it."""

    def __init__(self, home) -> None:
        self.home, self.web = home, Web()
        (home / "token").write_text("t")
        self.start_agent()

    def start_agent(self) -> None:
        before = len(self.web.hellos)
        arguments = ["--url", self.web.url, "--token-file", str(self.home / "token")]
        arguments += ["--home", str(self.home), "--data", str(self.home / "data")]
        command = [sys.executable, "-m", "lantern.worker.agent", *arguments]
        with (self.home / "agent.log").open("ab") as log:
            self.agent = subprocess.Popen(command, stderr=log)
        until(lambda: len(self.web.hellos) > before, 60)

    def start(self, session, incarnation=1, **fields) -> tuple[str, int]:
        facts = {"experiment": small_experiment(), "phase": "paused", "token": "t", **fields}
        self.web.order(
            StartWorker.model_validate({**facts, "session": session, "incarnation": incarnation})
        )
        return session, incarnation

    def weights_at_goal(self, who):
        self.web.wait(who, lambda e: e["type"] == "state" and e["step"] == GOAL)
        before = len(self.web.files)
        self.web.say(who, ExportCommand(id=CommandId("x")))
        until(lambda: len(self.web.files) > before)
        return safetensors.torch.load(bytes(self.web.files[-1].file.data))


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    machine = Machine(tmp_path_factory.mktemp("home"))
    yield machine
    machine.agent.terminate()
    assert machine.agent.wait(15) == 0
    machine.web.server.shutdown()


def is_first_row(event):
    return event["type"] == "metrics"


def test_the_agent_is_ready_with_everything_imported(machine):
    hello = machine.web.hellos[0]
    assert hello["preload_s"] < 0.05
    catalog = Catalog.model_validate(hello["catalog"])
    assert catalog.find("model", "mlp") is not None


def test_a_session_starts_at_once(machine):
    waits = []
    for n in range(4):
        asked = time.perf_counter()
        who = machine.start(f"quick{n}", phase="running")
        first = machine.web.wait(who, is_first_row)
        waits.append(first["heard_s"] - asked)
        machine.web.order(StopWorker(session=SessionId(who[0]), incarnation=1, delete_files=True))
        until(lambda who=who: exited(machine, who))
        until(lambda who=who: not (machine.home / "sessions" / who[0]).exists())
    print(f"start to first row: {[round(1000 * wait) for wait in waits]} ms")
    assert min(waits) < 0.6


def exited(machine, who):
    return next(
        (
            told
            for told in machine.web.told
            if told["type"] == "worker_exited" and (told["session"], told["incarnation"]) == who
        ),
        None,
    )


def test_after_kill_9_a_session_goes_on_bit_for_bit(machine):
    web = machine.web
    whole = machine.start("whole")
    web.wait(whole, lambda e: e["type"] == "state" and e["phase"] == "paused")
    rate = (Change(path="optimizer.params.learning_rate", value=0.004),)
    web.say(whole, EditCommand(id=CommandId("e"), changes=rate))
    web.say(whole, RunCommand(id=CommandId("r"), steps=GOAL))
    expected = machine.weights_at_goal(whole)
    edited = web.wait(whole, lambda e: e["type"] == "edited")

    first = machine.start("harmed")
    web.wait(first, lambda e: e["type"] == "state" and e["phase"] == "paused")
    web.say(first, EditCommand(id=CommandId("e"), changes=rate))
    web.say(first, RunCommand(id=CommandId("r"), steps=GOAL))
    web.wait(first, lambda e: e["type"] == "telemetry" and e["step"] > 300)
    pid = next(t["pid"] for t in web.told if t.get("pid") and t["session"] == "harmed")
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: exited(machine, first))["exit_code"] == -9

    edits = [Edit.model_validate(edited["edit"])]
    second = machine.start("harmed", 2, resume=True, edits=edits)
    built = web.wait(second, lambda e: e["type"] == "built")
    assert built["run"] == 1
    assert built["step"] > 0
    web.wait(second, lambda e: e["type"] == "state" and e["phase"] == "paused")
    web.say(second, RunCommand(id=CommandId("r2"), steps=GOAL - built["step"]))
    assert same(machine.weights_at_goal(second), expected)


def test_jobs_are_done_in_processes_of_their_own(machine):
    web = machine.web
    view = View(inspector="output", params={"resolution": 10})
    slow = small_experiment(training=Training(engine="eager"))
    web.order(RunJob(id="p", job=Preview(experiment=small_experiment(), steps=20, view=view)))
    web.order(RunJob(id="d", job=DemoJob(name="activation_function")))
    web.order(RunJob(id="n", job=DemoJob(name="nothing")))
    web.order(RunJob(id="t", timeout_s=0.3, job=Preview(experiment=slow, steps=5000, view=view)))
    until(lambda: len(web.jobs) == 4)
    done = {job.id: job for job in web.jobs}
    assert done["p"].figures[0].type == "heatmap"
    assert done["d"].figures
    assert "nothing" in done["n"].problem.sentence
    assert done["t"].problem.sentence == "This took longer than 0.3 s."


def test_workers_outlive_their_agent_and_the_next_one_knows_them(machine):
    web = machine.web
    who = machine.start("survivor", phase="running")
    web.wait(who, lambda e: e["type"] == "telemetry" and e["step"] > 0)
    pid = next(t["pid"] for t in web.told if t.get("pid") and t["session"] == "survivor")
    machine.agent.kill()
    machine.agent.wait()
    machine.start_agent()
    assert web.hellos[-1]["workers"]["survivor"] == 1
    heard = len(web.events[who])
    until(lambda: len(web.events[who]) > heard)
    web.order(StopWorker(session=SessionId("survivor"), incarnation=1))
    assert until(lambda: exited(machine, who))["exit_code"] == 0
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        pytest.fail("the worker still runs")
    assert list((machine.home / "sessions" / "survivor" / "run-1").glob("*.safetensors"))
