"""Start the real thing - launcher, web, agent, workers - on a free port, and end it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

ROOT = Path(__file__).parents[2]
DATA = os.environ.get("LANTERN_DATA")
"""A folder with real data sets, where there is one."""


class LanternServer:
    """`lantern serve` as a user starts it, with a home folder of its own."""

    def __init__(self, home: Path, *, data: Path | None = None, port: int = 0) -> None:
        self.home = home
        self.port = port
        self.data = data or (Path(DATA) if DATA else home / "data")
        self.url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it answers and an agent is there."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.log = (self.home / "serve.log").open("ab")
        command = [sys.executable, "-m", "lantern.cli", "serve", "--no-open"]
        command += ["--port", str(self.port), "--home", str(self.home), "--data", str(self.data)]
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=self.log, start_new_session=True, cwd=ROOT
        )
        self.url = self._wait_for(self._announced, 60, "an address")
        self.port = int(self.url.rsplit(":", 1)[1])
        self._wait_for(lambda: self._answers("/readyz"), 60, "readiness")

    def stop(self) -> None:
        """End launcher, web, agent and workers."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.log.close()

    def output(self) -> str:
        """Return what it printed so far."""
        return (self.home / "serve.log").read_text()

    def pid_of(self, module: str) -> int:
        """Return the process id of `lantern.server` or `lantern.worker.agent` of this server."""
        for pid, command in processes():
            if module in command and str(self.home) in command:
                return pid
        raise LookupError(module)

    def request(self, method: str, path: str, **kwargs: Any) -> Any:
        """Call the REST API and return the JSON answer; an error status raises."""
        answer = httpx.request(method, f"{self.url}/api/v1{path}", timeout=60, **kwargs)
        if answer.is_error:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def create(self, experiment: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Create a session and return its info."""
        return self.request("POST", "/sessions", json={"experiment": experiment, **fields})

    def command(
        self, session: str, kind: str, *, wait_s: float = 0, **fields: Any
    ) -> dict[str, Any]:
        """Send one command to a session and return the session's info."""
        query = f"?wait_s={wait_s}" if wait_s else ""
        body = {"type": kind, **fields}
        return self.request("POST", f"/sessions/{session}/commands{query}", json=body)["session"]

    def _announced(self) -> str | None:
        found = re.findall(r"http://[\w.\[\]:]+:\d+", self.output())
        return found[-1] if found else None

    def _answers(self, path: str) -> bool:
        try:
            return httpx.get(self.url + path, timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def _wait_for(self, probe: Any, timeout_s: float, what: str) -> Any:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if found := probe():
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"no {what} from lantern serve:\n{self.output()[-4000:]}")


def processes() -> Iterator[tuple[int, str]]:
    """Yield the id and command line of every process of this machine."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                yield (
                    int(folder.name),
                    (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(),
                )
            except OSError:
                continue


def wait_until(check: Any, timeout_s: float = 20) -> Any:
    """Call `check` until it returns something true; return that, or fail when the time is up."""
    deadline = time.monotonic() + timeout_s
    while not (found := check()):
        if time.monotonic() > deadline:
            raise AssertionError(f"still {found!r} when the time was up")
        time.sleep(0.1)
    return found


SPIRAL: dict[str, Any] = {
    "title": "Two spirals",
    "dataset": {"name": "spiral", "params": {"samples": 400, "noise": 0.1}},
    "model": {
        "name": "mlp",
        "params": {"features": ["x1", "x2", "sin_x1", "sin_x2"], "layers": [6, 6, 4]},
    },
    "optimizer": {"name": "adam", "params": {"learning_rate": 0.02}},
    "training": {"batch_size": 20},
    "seed": 3,
}
DIGITS: dict[str, Any] = {
    "title": "LeNet-5 on digits",
    "dataset": {"name": "digits"},
    "model": {"name": "lenet5"},
    "optimizer": {"name": "adam", "params": {"learning_rate": 0.002}},
    "training": {"batch_size": 32},
    "seed": 1,
}
