"""Sessions: create, list, read, fork, delete."""

import asyncio
import time

from fastapi import APIRouter

from lantern.protocol.link import Origin
from lantern.protocol.problems import ProblemError
from lantern.protocol.rest import CreateSession, ForkSession, SessionInfo
from lantern.server.problems import Refusal
from lantern.server.roles import Principal
from lantern.server.routes.needs import AskerNeed, ServicesNeed, SessionNeed, demand
from lantern.server.services import Services
from lantern.server.session import Session
from lantern.server.sessions import fork_of

router = APIRouter(prefix="/sessions", tags=["sessions"])
BUILD_S = 10.0


@router.post("", status_code=201)
async def create_session(
    request: CreateSession, services: ServicesNeed, asker: AskerNeed
) -> SessionInfo:
    """Start a session and return it as soon as its model stands (or its data are on their way)."""
    demand(asker, "create")
    await services.fleet.catalog_known(services.catalog)
    services.catalog.check_experiment(request.experiment)
    return await _begin(request, services, asker)


@router.get("")
async def list_sessions(services: ServicesNeed) -> list[SessionInfo]:
    """Return all sessions, newest first."""
    return [session.info() for session in services.sessions][::-1]


@router.get("/{session}")
async def read_session(session: SessionNeed) -> SessionInfo:
    """Return one session."""
    return session.info()


@router.delete("/{session}", status_code=204)
async def delete_session(session: SessionNeed, services: ServicesNeed, asker: AskerNeed) -> None:
    """End a session and forget it, with all its snapshots."""
    demand(asker, "command", owner=session.owner)
    await services.lifecycle.delete(session)


@router.post("/{session}/fork", status_code=201)
async def fork_session(
    session: SessionNeed, request: ForkSession, services: ServicesNeed, asker: AskerNeed
) -> SessionInfo:
    """Start a new session that goes on from a step of this one."""
    demand(asker, "create")
    if request.step > session.step:
        raise ProblemError(
            f"step: this session has come to step {session.step} only, not {request.step}.",
            field="step",
        )
    origin = Origin(session=session.id, run=session.run, step=request.step)
    forked = fork_of(session, request.step, request.phase)
    return await _begin(forked, services, asker, origin=origin)


async def _begin(
    request: CreateSession, services: Services, asker: Principal, *, origin: Origin | None = None
) -> SessionInfo:
    begun_s = time.monotonic()
    session = await services.sessions.create(request, asker.name, origin=origin)
    try:
        await services.lifecycle.start(session)
        await _until_settled(session)
    except (Refusal, ProblemError):
        await services.lifecycle.delete(session)
        raise
    services.meters.start_s.observe(time.monotonic() - begun_s)
    return session.info()


async def _until_settled(session: Session) -> None:
    """Wait for a model, or for the reason why there is none; a slow build goes on by itself."""
    try:
        await asyncio.wait_for(session.settled.wait(), BUILD_S)
    except TimeoutError:
        return
    problem = session.state.problem
    if session.state.phase == "failed" and problem is not None:
        raise ProblemError(problem.sentence, field=problem.field, hint=problem.hint)
