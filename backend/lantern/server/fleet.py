"""The agents that are connected: what they run, what they are asked to start, the jobs they do."""

import asyncio
import logging
from dataclasses import dataclass, field

from lantern.protocol.checking import CheckModel
from lantern.protocol.ids import AgentId, SessionId, new_id
from lantern.protocol.link import (
    AgentHello,
    DemoJob,
    PictureJob,
    Preview,
    RunJob,
    StartWorker,
    StopWorker,
)
from lantern.server.catalog import CatalogKeeper
from lantern.server.problems import Refusal, still_starting
from lantern.server.session import WorkerLink

log = logging.getLogger(__name__)
STARTS_PER_CORE = 2
START_TIMEOUT_S = 20.0
AGENT_WAIT_S = 8.0
JOB_TIMEOUT_S = 60.0


@dataclass(eq=False)
class Agent:
    """One machine that runs workers."""

    id: AgentId
    link: WorkerLink
    workers: dict[SessionId, int]
    """Incarnations that run there."""
    starts: asyncio.Semaphore
    jobs: dict[str, asyncio.Future[bytes]] = field(default_factory=dict[str, asyncio.Future[bytes]])


class Fleet:
    """All agents."""

    def __init__(self) -> None:
        self.agents: dict[AgentId, Agent] = {}
        self._arrived = asyncio.Event()
        self._had_one = False

    def join(self, hello: AgentHello, link: WorkerLink) -> Agent:
        """Add an agent; an older link of the same agent is closed."""
        older = self.agents.pop(hello.agent, None)
        if older is not None:
            self.leave(older)
            older.link.close(4000, "The agent dialled again.")
        starts = asyncio.Semaphore(STARTS_PER_CORE * max(1, hello.cores))
        agent = Agent(hello.agent, link, dict(hello.workers), starts)
        self.agents[agent.id] = agent
        self._arrived.set()
        self._had_one = True
        return agent

    def leave(self, agent: Agent) -> None:
        """Remove an agent whose link is gone; what it was working on fails."""
        if self.agents.get(agent.id) is agent:
            del self.agents[agent.id]
        if not self.agents:
            self._arrived.clear()
        for job in agent.jobs.values():
            if not job.done():
                job.set_exception(_absent())
        agent.jobs.clear()

    async def place(self) -> Agent:
        """Return the agent with the fewest workers; one that is about to connect is waited for."""
        try:
            await asyncio.wait_for(self._arrived.wait(), AGENT_WAIT_S)
        except TimeoutError:
            raise (_absent() if self._had_one else still_starting()) from None
        return min(self.agents.values(), key=lambda agent: len(agent.workers))

    async def catalog_known(self, keeper: CatalogKeeper) -> None:
        """Wait for the first agent ever, if need be: nothing can be checked without a catalog."""
        try:
            await asyncio.wait_for(keeper.known.wait(), AGENT_WAIT_S)
        except TimeoutError:
            raise still_starting() from None

    def runs(self, session: SessionId, incarnation: int) -> bool:
        """Return whether an agent has that worker."""
        return any(agent.workers.get(session) == incarnation for agent in self.agents.values())

    async def start(
        self, message: StartWorker, *, linked: asyncio.Event, ended: asyncio.Event
    ) -> None:
        """Have a worker started, and wait until it dials in or dies; only so many at a time."""
        agent = await self.place()
        async with agent.starts:
            agent.workers[message.session] = message.incarnation
            agent.link.send(message.model_dump_json())
            if not await _first_of(linked, ended):
                log.warning("worker of session %s has not dialled in", message.session)

    def stop(self, session: SessionId, incarnation: int, *, delete_files: bool = False) -> None:
        """Have a worker ended, wherever it runs."""
        message = StopWorker(session=session, incarnation=incarnation, delete_files=delete_files)
        for agent in self.agents.values():
            agent.workers.pop(session, None)
            agent.link.send(message.model_dump_json())

    async def run_job(
        self, job: Preview | DemoJob | PictureJob | CheckModel, *, timeout_s: float = JOB_TIMEOUT_S
    ) -> bytes:
        """Return the `job_done` frame of a piece of work."""
        agent = await self.place()
        message = RunJob(id=new_id(), job=job, timeout_s=timeout_s)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        agent.jobs[message.id] = answer
        agent.link.send(message.model_dump_json())
        try:
            return await asyncio.wait_for(answer, timeout_s + 5)
        except TimeoutError:
            raise Refusal(503, "This took too long; try again.", retry_after_s=5) from None
        finally:
            agent.jobs.pop(message.id, None)


async def _first_of(*events: asyncio.Event) -> bool:
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        done, _ = await asyncio.wait(
            waits, timeout=START_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for wait in waits:
            wait.cancel()
    return bool(done)


def _absent() -> Refusal:
    return Refusal(
        503, "No agent is connected, so nothing can be trained right now.", retry_after_s=2
    )
