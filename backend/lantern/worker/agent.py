"""The agent of one machine: starts workers for web, and says when one is gone. No torch here."""

import argparse
import asyncio
import contextlib
import logging
import multiprocessing.util
import os
import re
import shutil
import signal
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from lantern.protocol import frame
from lantern.protocol.checking import CheckModel
from lantern.protocol.ids import AgentId, SessionId, new_id
from lantern.protocol.link import (
    AgentCommand,
    AgentHello,
    JobDone,
    RunJob,
    StartWorker,
    StopWorker,
    WorkerExited,
    WorkerStarted,
)
from lantern.protocol.problems import Problem
from lantern.worker.agent_link import AgentLink
from lantern.worker.checker import Checker
from lantern.worker.forkserver import ForkServer, ForkServerError, Probe
from lantern.worker.roster import Roster

log = logging.getLogger("lantern.agent")

LAST_LINES = 20
SAFE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Settings:
    """Where web is and where things lie."""

    url: str
    token_file: Path
    home: Path
    data: Path


@dataclass
class Worker:
    """A worker process of ours, or one that an agent before us started (`process` is None)."""

    session: SessionId
    incarnation: int
    pid: int
    process: BaseProcess | None


class Agent:
    """Keeps a link to web, forks workers when told to, reaps them when they end."""

    def __init__(self, settings: Settings, forks: ForkServer, probe: Probe) -> None:
        self._settings, self._forks, self._probe = settings, forks, probe
        self._id = AgentId(new_id())
        self._roster = Roster(settings.home / "workers")
        self._workers: dict[SessionId, Worker] = {}
        self._link = AgentLink(
            settings.url, settings.token_file, hello=self._hello, obey=self._obey
        )
        self._ending = asyncio.Event()
        self._checker = Checker(forks)
        self._jobs = asyncio.Semaphore(os.cpu_count() or 1)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve until SIGTERM; then ask the workers to save and end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ending.set)
        for entry in self._roster.alive():
            self._workers[entry.session] = Worker(
                entry.session, entry.incarnation, entry.pid, process=None
            )
        self._spawn(self._watch_adopted())
        self._spawn(self._link.serve())
        await self._ending.wait()
        await self._stop_all()

    def _hello(self) -> AgentHello:
        return AgentHello(
            agent=self._id,
            pid=os.getpid(),
            cores=os.cpu_count() or 1,
            catalog=self._probe.catalog,
            workers={worker.session: worker.incarnation for worker in self._workers.values()},
            preload_s=self._probe.preload_s,
        )

    def _obey(self, command: AgentCommand) -> None:
        match command:
            case StartWorker():
                self._start(command)
            case StopWorker():
                self._spawn(self._stop(command))
            case RunJob():
                self._spawn(self._run_job(command))

    # --- workers ------------------------------------------------------------------------------

    def _start(self, start: StartWorker) -> None:
        if not SAFE_NAME.fullmatch(start.session):
            log.warning("refused a session named %.80r", start.session)
            return
        old = self._workers.get(start.session)
        if old is not None:
            if old.incarnation >= start.incarnation:
                return
            self._kill(old, signal.SIGKILL)
        settings = self._settings
        try:
            process = self._forks.start(
                "lantern.worker.main:run",
                start.model_dump_json(),
                settings.url,
                settings.home,
                settings.data,
                self._log_of(start.session),
            )
        except (OSError, EOFError) as error:
            log.exception("session %s could not be started", start.session)
            self._link.tell(_exited(start.session, start.incarnation, -1, (str(error),)))
            return
        pid = process.pid
        assert pid is not None
        self._roster.add(start.session, start.incarnation, pid)
        worker = Worker(start.session, start.incarnation, pid, process)
        self._workers[start.session] = worker
        asyncio.get_running_loop().add_reader(process.sentinel, self._reap, worker)
        self._link.tell(
            WorkerStarted(session=start.session, incarnation=start.incarnation, pid=pid)
        )

    def _reap(self, worker: Worker) -> None:
        """Say that a worker of ours has ended; called when its sentinel becomes readable."""
        process = worker.process
        assert process is not None
        asyncio.get_running_loop().remove_reader(process.sentinel)
        process.join()
        code = process.exitcode
        process.close()
        self._gone(worker, -1 if code is None else code)

    def _gone(self, worker: Worker, code: int) -> None:
        if self._workers.get(worker.session) is worker:
            del self._workers[worker.session]
            self._roster.remove(worker.session)
        lines = _last_lines(self._log_of(worker.session)) if code else ()
        self._link.tell(_exited(worker.session, worker.incarnation, code, lines))

    async def _watch_adopted(self) -> None:
        """Look after workers of an agent before us, whose exit nobody reports to us."""
        while True:
            alive = {entry.pid for entry in self._roster.alive()}
            for worker in list(self._workers.values()):
                if worker.process is None and worker.pid not in alive:
                    self._gone(worker, 0)
            await asyncio.sleep(0.5)

    async def _stop(self, stop: StopWorker) -> None:
        worker = self._workers.get(stop.session)
        if worker is not None and worker.incarnation <= stop.incarnation:
            self._kill(worker, signal.SIGTERM)
            if not await self._ended({stop.session: worker}, stop.grace_s):
                self._kill(worker, signal.SIGKILL)
                await self._ended({stop.session: worker}, 2.0)
        if stop.delete_files and SAFE_NAME.fullmatch(stop.session):
            folder = self._settings.home / "sessions" / stop.session
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            self._log_of(stop.session).unlink(missing_ok=True)

    async def _stop_all(self) -> None:
        workers = dict(self._workers)
        for worker in workers.values():
            self._kill(worker, signal.SIGTERM)
        if not await self._ended(workers, 8.0):
            for worker in workers.values():
                self._kill(worker, signal.SIGKILL)

    async def _ended(self, workers: dict[SessionId, Worker], timeout_s: float) -> bool:
        """Wait until these workers are gone; return False if some are not."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while any(self._workers.get(name) is worker for name, worker in workers.items()):
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(0.02)
        return True

    def _kill(self, worker: Worker, number: signal.Signals) -> None:
        if self._workers.get(worker.session) is worker:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, number)

    # --- jobs ---------------------------------------------------------------------------------

    async def _run_job(self, job: RunJob) -> None:
        if isinstance(job.job, CheckModel):
            self._link.tell(await self._checker.done(job))
            return
        async with self._jobs:
            ours, theirs = self._forks.pipe()
            process = self._forks.start(
                "lantern.worker.jobs:run", job.model_dump_json(), str(self._settings.data), theirs
            )
            theirs.close()
            try:
                if await asyncio.to_thread(ours.poll, job.timeout_s):
                    done = frame.decode(await asyncio.to_thread(ours.recv_bytes), JobDone)
                else:
                    done = _failed(job, f"This took longer than {job.timeout_s:g} s.")
            except EOFError:
                done = _failed(job, "The process that worked on this has died.")
            finally:
                ours.close()
                process.kill()
                await asyncio.to_thread(process.join)
                process.close()
        self._link.tell(done)

    # --- inside -------------------------------------------------------------------------------

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _log_of(self, session: SessionId) -> Path:
        return self._settings.home / "logs" / f"{session}.log"


def _failed(job: RunJob, sentence: str) -> JobDone:
    return JobDone(id=job.id, problem=Problem(sentence=sentence))


def _exited(
    session: SessionId, incarnation: int, code: int, lines: tuple[str, ...]
) -> WorkerExited:
    return WorkerExited(session=session, incarnation=incarnation, exit_code=code, last_lines=lines)


def _last_lines(path: Path) -> tuple[str, ...]:
    try:
        text = path.read_bytes()[-16_000:].decode(errors="replace")
    except OSError:
        return ()
    return tuple(line[:500] for line in text.splitlines()[-LAST_LINES:])


def serve(settings: Settings) -> int:
    """Run the agent until it is told to end; return the exit status."""
    forks = ForkServer()
    try:
        probe = forks.probe()
    except ForkServerError as error:
        log.error("%s", error)
        return 3
    log.info("fork server is ready, preload %.3f s", probe.preload_s)
    asyncio.run(Agent(settings, forks, probe).run())
    return 0


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="lantern agent", description=__doc__)
    parser.add_argument("--url", required=True, help="of web: ws://host:port")
    parser.add_argument("--token-file", required=True, type=Path)
    parser.add_argument("--home", required=True, type=Path)
    parser.add_argument("--data", required=True, type=Path)
    parsed = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    status = serve(Settings(parsed.url.rstrip("/"), parsed.token_file, parsed.home, parsed.data))
    sys.stderr.flush()
    # The interpreter's own exit would wait for children that we let live on purpose. It would also
    # clear away the folder in which the fork server listens.
    shutil.rmtree(multiprocessing.util.get_temp_dir(), ignore_errors=True)
    os._exit(status)


if __name__ == "__main__":
    main()
