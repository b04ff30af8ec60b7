"""One process that checks models while they are put together, so that no fork is waited for."""

import asyncio
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from lantern.protocol import frame
from lantern.protocol.link import JobDone, RunJob
from lantern.protocol.problems import Problem
from lantern.worker.forkserver import ForkServer

BODY = "lantern.worker.jobs:serve"


class Checker:
    """Begun when it is first needed and again when it has died; it ends with the agent."""

    def __init__(self, forks: ForkServer) -> None:
        self._forks = forks
        self._turn = asyncio.Lock()
        self._process: BaseProcess | None = None
        self._asks: Connection | None = None
        self._answers: Connection | None = None

    async def done(self, job: RunJob) -> JobDone:
        """Return the answer, one job after the other."""
        async with self._turn:
            try:
                return await asyncio.to_thread(self._ask, job)
            except (OSError, EOFError):
                self._end()
                sentence = "The process that checks models has died; try again."
                return JobDone(id=job.id, problem=Problem(sentence=sentence))

    def _ask(self, job: RunJob) -> JobDone:
        asks, answers = self._pipes()
        asks.send_bytes(job.model_dump_json().encode())
        if answers.poll(job.timeout_s):
            return frame.decode(answers.recv_bytes(), JobDone)
        self._end()  # what it is at belongs to nobody any more
        sentence = f"This took longer than {job.timeout_s:g} s."
        return JobDone(id=job.id, problem=Problem(sentence=sentence))

    def _pipes(self) -> tuple[Connection, Connection]:
        """Return where to write to and where to read from, of a process that lives."""
        if self._process is None or self._asks is None or self._answers is None:
            theirs_in, asks = self._forks.pipe()
            answers, theirs_out = self._forks.pipe()
            self._process = self._forks.start(BODY, theirs_in, theirs_out)
            theirs_in.close()
            theirs_out.close()
            self._asks, self._answers = asks, answers
        return self._asks, self._answers

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        for pipe in (self._asks, self._answers):
            if pipe is not None:
                pipe.close()
        self._process = self._asks = self._answers = None
