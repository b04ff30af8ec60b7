"""The link home: nothing that counts is lost or doubled, whatever becomes of web."""

import contextlib
import json
import queue
import socket
import threading
import time

import pytest
from websockets.sync.server import serve

from lantern.protocol.commands import RunCommand
from lantern.protocol.events import FigureEvent, MetricsEvent, ReplyEvent, Row, StateEvent
from lantern.protocol.figures import TextFigure
from lantern.protocol.ids import SUBPROTOCOL, CommandId, SessionId, ViewKey
from lantern.worker.link import Abandoned, Address, Fenced, Link, Patience
from lantern.worker.outbox import Outbox


class Web:
    """A server that says welcome, remembers what it hears, and can be killed."""

    def __init__(self, port: int, have_seq: int = 0, *, close_with: int | None = None) -> None:
        self.heard: list[dict] = []
        self.hello: dict | None = None
        self.have_seq, self._close_with = have_seq, close_with
        self.is_storing = True
        self._lines: list = []
        self._server = serve(self._talk, "127.0.0.1", port, subprotocols=[SUBPROTOCOL])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _talk(self, line) -> None:
        self.hello = json.loads(line.recv())
        assert line.request.headers["Authorization"] == "Bearer secret"
        if self._close_with is not None:
            line.close(self._close_with, "superseded")
            return
        line.send(json.dumps({"type": "welcome", "have_seq": self.have_seq}))
        self._lines.append(line)
        for message in line:
            event = json.loads(message if isinstance(message, str) else message[4:].split(b"\0")[0])
            self.heard.append(event)
            if self.is_storing and event["seq"]:
                self.have_seq = max(self.have_seq, event["seq"])
                line.send(json.dumps({"type": "persisted", "seq": event["seq"]}))

    def say(self, command) -> None:
        self._lines[-1].send(command.model_dump_json())

    def kill(self) -> None:
        for line in self._lines:
            with contextlib.suppress(OSError):
                line.socket.shutdown(socket.SHUT_RDWR)
        self._server.shutdown()

    def rows(self) -> list[int]:
        return [row["step"] for e in self.heard if e["type"] == "metrics" for row in e["rows"]]


def until(found, timeout_s=10.0):
    deadline = time.monotonic() + timeout_s
    while not found():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.01)


@pytest.fixture
def port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def linked(port, outbox, *, agent_alive=True, orphaned_s=60.0):
    inbox = queue.SimpleQueue()
    address = Address(f"ws://127.0.0.1:{port}", "secret", SessionId("s1"), 3, 42)
    patience = Patience(redial_min_s=0.02, redial_max_s=0.1, orphaned_s=orphaned_s)
    link = Link(address, inbox, outbox, agent_alive=lambda: agent_alive, patience=patience)
    link.start()
    return link, inbox


def row(step):
    return MetricsEvent(run=1, rows=(Row(step=step, epoch=0.0, values={"train_loss": 1.0}),))


def test_after_web_was_lost_every_row_arrives_once(port):
    outbox = Outbox()
    web = Web(port)
    link, _ = linked(port, outbox)
    for step in range(1, 50):
        outbox.put(row(step))
        time.sleep(0.001)
    until(lambda: len(web.rows()) == 49 and web.have_seq == outbox.last_seq)
    assert web.hello == {
        "type": "worker_hello",
        "session": "s1",
        "incarnation": 3,
        "pid": 42,
        "last_seq": web.hello["last_seq"],
    }
    web.is_storing = False  # heard, but never stored
    outbox.put(StateEvent(run=1, phase="running", step=49))
    for step in range(50, 80):
        outbox.put(row(step))
    until(lambda: len(web.rows()) == 79)
    stored = web.have_seq
    web.kill()
    for step in range(80, 120):
        outbox.put(row(step))
    after = Web(port, have_seq=stored)
    until(lambda: len(after.rows()) == 70)
    assert after.rows() == list(range(50, 120))
    assert [e["seq"] for e in after.heard] == list(range(stored + 1, after.have_seq + 1))
    assert link.drain(2.0)
    after.kill()


def test_of_figures_only_the_newest_is_kept_and_it_is_sent_again(port):
    outbox = Outbox()
    for step in range(10):
        figure = TextFigure(text=str(step))
        outbox.put(FigureEvent(key=ViewKey("k"), run=1, step=step, figures=(figure,)))
    web = Web(port)
    link, _ = linked(port, outbox)
    until(lambda: web.heard)
    assert [e["step"] for e in web.heard] == [9]
    web.kill()
    after = Web(port)
    until(lambda: after.heard)
    assert [e["step"] for e in after.heard] == [9]
    link.drain(0.1)
    after.kill()


def test_commands_reach_the_inbox_and_nonsense_does_not(port):
    outbox = Outbox()
    web = Web(port)
    link, inbox = linked(port, outbox)
    outbox.put(ReplyEvent(command_id=CommandId("x")))
    until(lambda: web.heard)
    web._lines[-1].send('{"type": "fly"}')
    web.say(RunCommand(id=CommandId("c1"), steps=3))
    assert inbox.get(timeout=5) == RunCommand(id=CommandId("c1"), steps=3)
    link.drain(0.1)
    web.kill()


def test_a_superseded_incarnation_is_told_to_end(port):
    web = Web(port, close_with=4409)
    link, inbox = linked(port, Outbox())
    assert isinstance(inbox.get(timeout=5), Fenced)
    link.join(5)
    assert not link.is_alive()
    web.kill()


def test_without_web_and_agent_a_worker_gives_up(port):
    link, inbox = linked(port, Outbox(), agent_alive=False, orphaned_s=0.2)
    assert isinstance(inbox.get(timeout=5), Abandoned)
    link.drain(0.1)


def test_without_web_alone_it_goes_on(port):
    link, inbox = linked(port, Outbox(), agent_alive=True, orphaned_s=0.1)
    time.sleep(0.5)
    assert inbox.empty()
    link.drain(0.1)


def test_rows_grow_together_while_nobody_listens():
    outbox = Outbox()
    for step in range(1, 5001):
        outbox.put(row(step))
    held = []
    while (event := outbox.take()) is not None:
        held.append(event)
    assert len(held) == 3
    assert [r.step for event in held for r in event.rows] == list(range(1, 5001))
