"""Start web and agent, start each again when it dies, and end both: PID 1 of a container.

Nothing here serves or computes anything, so nothing here can fail because of what a session does.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from lantern.place import Place, answers, free_port, locked, token_file

POLL_S = 0.05
BACKOFF_S = (0.2, 10.0)
"""Before the first restart, and at most; doubled each time."""
GIVE_UP_AFTER = 3
"""Deaths of one process before web has ever answered: waiting will not mend it."""
SOUND_AFTER_S = 30.0
"""A process that lived this long starts again without delay."""
GRACE_S = {"agent": 20.0, "web": 8.0}
"""For workers to write their snapshots, and for web to store what they said last."""
PR_SET_PDEATHSIG = 1


@dataclass
class Service:
    """One process that is to run for as long as the launcher does."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict[str, str])
    """On top of the launcher's own."""
    log: Path | None = None
    """Where its output goes; the launcher's own when None."""
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    start_at: float = 0.0
    delay_s: float = BACKOFF_S[0]
    deaths: int = 0

    def keep(self, now: float) -> None:
        """Start it if it is due; note its end and when to start it again."""
        if self.process is None:
            if now >= self.start_at:
                self.process, self.started_at = _spawn(self), now
        elif (code := self.process.poll()) is not None:
            self.process = None
            self.deaths += 1
            lived_long = now - self.started_at > SOUND_AFTER_S
            self.delay_s = BACKOFF_S[0] if lived_long else min(self.delay_s * 2, BACKOFF_S[1])
            self.start_at = now + self.delay_s
            where = f" (see {self.log})" if self.log else ""
            say(f"{self.name} ended with code {code}{where}; another in {self.delay_s:.1f} s.")

    def end(self) -> None:
        """Ask the process to end; make it end when its grace is over."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(GRACE_S[self.name])
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Launcher:
    """Keeps services alive until a signal ends them."""

    place: Place
    services: tuple[Service, ...]
    on_ready: Callable[[str], None] = field(default=lambda url: None)
    stopping: bool = False
    ready: bool = False

    def run(self) -> int:
        """Start everything, stay until a signal, end agent first; return an exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self.stopping and not self.hopeless:
            for service in self.services:
                service.keep(time.monotonic())
            _reap_orphans(self.services)
            if not self.ready and answers(self.place.url):
                self.ready = True
                self.on_ready(self.place.url)
            time.sleep(POLL_S)
        for service in reversed(self.services):
            service.end()
        return int(self.hopeless)

    @property
    def hopeless(self) -> bool:
        """Whether a process keeps dying before Lantern was ever up."""
        return not self.ready and any(each.deaths >= GIVE_UP_AFTER for each in self.services)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.stopping = True


def serve(
    place: Place,
    *,
    open_browser: bool,
    password_file: Path | None = None,
    logs: Path | None = None,
) -> int:
    """Run web and agent at this place until told to stop; return an exit status.

    What they log goes to files in the folder `logs`, or to the launcher's own output.
    """
    place.home.mkdir(parents=True, exist_ok=True)
    with (place.home / "launcher.lock").open("a+") as lock:
        if not locked(lock.fileno()):
            lock.seek(0)
            _already_running(lock.read().strip(), open_browser=open_browser)
            return 0
        place = Place(place.host, free_port(place.host, place.port), place.home, place.data)
        lock.truncate(0)
        lock.write(place.url)
        lock.flush()
        services = services_of(place, token_file(place.home), password_file)
        if logs is not None:
            for service in services:
                service.log = _fresh_log(logs, service.name)

        def announce(url: str) -> None:
            say(f"Lantern is at {url}")
            if open_browser:
                webbrowser.open(url)

        return Launcher(place, services, announce).run()


def services_of(place: Place, token: Path, password_file: Path | None) -> tuple[Service, ...]:
    """Return web and agent as they are to be started."""
    folders = ("--home", str(place.home), "--data", str(place.data))
    web = ["lantern.server", "--host", place.host, "--port", str(place.port), *folders]
    password = {"LANTERN_PASSWORD_FILE": str(password_file.resolve())} if password_file else {}
    link = place.url.replace("http://", "ws://")
    agent = ["lantern.worker.agent", "--url", link, "--token-file", str(token), *folders]
    return (
        Service("web", (sys.executable, "-m", *web), password),
        Service("agent", (sys.executable, "-m", *agent)),
    )


def say(sentence: str) -> None:
    """Print one line at once, also into a pipe."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def _already_running(url: str, *, open_browser: bool) -> None:
    say(f"Lantern is running already, at {url}; --home starts another beside it.")
    if open_browser and url:
        webbrowser.open(url)


def _fresh_log(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.log"
    path.write_text("")
    return path


def _spawn(service: Service) -> "subprocess.Popen[bytes]":
    """Start a process in a group of its own, so that Ctrl-C reaches only the launcher."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def follow_parent() -> None:  # kill -9 of the launcher must not leave the port taken
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    with service.log.open("ab") if service.log else nullcontext() as output:
        return subprocess.Popen(
            service.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=os.environ | service.environment,
            process_group=0,
            preexec_fn=follow_parent,  # noqa: PLW1509 - the launcher has no second thread
        )


def _reap_orphans(services: tuple[Service, ...]) -> None:
    """As PID 1, bury processes whose parents died before them."""
    if os.getpid() != 1:
        return
    own = {service.process.pid for service in services if service.process}
    options = os.WEXITED | os.WNOHANG | os.WNOWAIT
    try:
        while (found := os.waitid(os.P_ALL, 0, options)) and found.si_pid not in own:
            os.waitpid(found.si_pid, 0)
    except ChildProcessError:
        return
