"""The launcher starts both processes, starts again what dies, and ends what it started."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lantern import launcher
from lantern.place import Place, free_port, locked, token_file
from lantern.protocol.problems import ProblemError

WEB = """
import http.server, os, sys
open(sys.argv[1], 'a').write(f'web {os.getpid()}\\n')
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == '/healthz' else 404)
        self.end_headers()
    def log_message(self, *args): pass
http.server.HTTPServer(('127.0.0.1', int(sys.argv[2])), Handler).serve_forever()
"""
AGENT = """
import os, signal, sys
open(sys.argv[1], 'a').write(f'agent {os.getpid()}\\n')
def stop(*_):
    open(sys.argv[1], 'a').write('agent ended politely\\n')
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
while True: signal.pause()
"""
LAUNCH = """
import sys
from pathlib import Path
from lantern.launcher import Launcher, Service, say
from lantern.place import Place
web, agent, log, port = sys.argv[1:]
services = (Service('web', (sys.executable, '-c', web, log, port)),
            Service('agent', (sys.executable, '-c', agent, log)))
place = Place('127.0.0.1', int(port), Path(log).parent, Path(log).parent)
sys.exit(Launcher(place, services, lambda url: say(f'ready {url}')).run())
"""


class Running:
    """A launcher of two stand-ins, and the log they write."""

    def __init__(self, folder: Path, *, web: str = WEB, agent: str = AGENT) -> None:
        self.log = folder / "log"
        self.log.touch()
        self.output = folder / "output"
        port = str(free_port("127.0.0.1", 0))
        command = [sys.executable, "-c", LAUNCH, web, agent, str(self.log), port]
        with self.output.open("w") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)

    def pids(self, name: str) -> list[int]:
        lines = [line.split() for line in self.log.read_text().splitlines()]
        return [int(line[1]) for line in lines if line[0] == name and line[1].isdigit()]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    found = Running(tmp_path)
    wait_for(lambda: "ready" in found.output.read_text())
    wait_for(lambda: found.pids("agent"))
    yield found
    found.process.kill()
    found.process.wait()


def wait_for(check: Callable[[], object]) -> None:
    deadline = time.monotonic() + 15
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_what_dies_is_started_again(running: Running) -> None:
    os.kill(running.pids("web")[0], signal.SIGKILL)
    wait_for(lambda: len(running.pids("web")) == 2)
    assert len(running.pids("agent")) == 1
    assert "web ended with code -9; another in 0.4 s" in running.output.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_politely(running: Running, number: signal.Signals) -> None:
    pids = running.pids("web") + running.pids("agent")
    running.process.send_signal(number)
    assert running.process.wait(10) == 0
    assert running.log.read_text().endswith("agent ended politely\n")
    assert not any(map(alive, pids))


def test_nothing_outlives_a_killed_launcher(running: Running) -> None:
    pids = running.pids("web") + running.pids("agent")
    running.process.kill()
    running.process.wait()
    wait_for(lambda: not any(map(alive, pids)))


def test_a_process_that_never_comes_up_is_given_up(tmp_path: Path) -> None:
    running = Running(tmp_path, web="raise SystemExit('no password')")
    assert running.process.wait(15) == 1
    assert running.output.read_text().count("no password") == launcher.GIVE_UP_AFTER


def test_the_commands_are_those_of_web_and_agent(tmp_path: Path) -> None:
    place = Place("0.0.0.0", 8123, tmp_path, tmp_path / "data")
    web, agent = launcher.services_of(place, tmp_path / "token", tmp_path / "password")
    folders = ("--home", str(tmp_path), "--data", str(tmp_path / "data"))
    assert web.command[1:] == (
        *("-m", "lantern.server", "--host", "0.0.0.0", "--port", "8123"),
        *folders,
    )
    assert web.environment == {"LANTERN_PASSWORD_FILE": str(tmp_path / "password")}
    assert agent.command[1:] == (
        *("-m", "lantern.worker.agent", "--url", "ws://127.0.0.1:8123"),
        *("--token-file", str(tmp_path / "token")),
        *folders,
    )


def test_the_agents_token_is_made_once_and_is_private(tmp_path: Path) -> None:
    path = token_file(tmp_path / "home")
    token = path.read_text()
    assert token_file(tmp_path / "home").read_text() == token
    assert len(token) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            ProblemError, match=f"Port {port} of 127.0.0.1 cannot be used"
        ) as caught:
            free_port("127.0.0.1", port)
    assert caught.value.problem.hint == "Choose another with --port, or --port 0 for any free one."


def test_a_second_launcher_on_the_same_home_points_to_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Place("127.0.0.1", 0, tmp_path, tmp_path)
    with (tmp_path / "launcher.lock").open("a+") as lock:
        assert locked(lock.fileno())
        lock.write("http://127.0.0.1:8123")
        lock.flush()
        assert launcher.serve(place, open_browser=False) == 0
    assert "running already, at http://127.0.0.1:8123" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("lantern.example", "http://lantern.example:80"),
    ],
)
def test_the_address_is_one_that_can_be_opened(host: str, url: str) -> None:
    assert Place(host, 80, Path(), Path()).url == url
