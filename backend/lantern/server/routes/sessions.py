"""Sessions: create, list, read, fork, delete."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress

from fastapi import APIRouter

from lantern.protocol.events import Row
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
BUILD_S = 20.0


@router.post("", status_code=201)
async def create_session(
    request: CreateSession, services: ServicesNeed, asker: AskerNeed
) -> SessionInfo:
    """Start a session and return it as soon as its model stands (or its data are on their way)."""
    demand(asker, "create")
    await services.fleet.catalog_known(services.catalog)
    services.catalog.check_experiment(request.experiment)
    services.catalog.check_edits(request.experiment, request.edits)
    suited = services.catalog.suited(request.experiment)
    if not suited.title:
        title = services.catalog.plain_title(suited)
        suited = suited.model_copy(update={"title": title})
    return await _begin(request.model_copy(update={"experiment": suited}), services, asker)


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
    taken = {other.title for other in services.sessions}
    forked = fork_of(session, request.step, request.phase, taken=taken)
    # the same by construction, so the curves of the fork begin at step 0 too
    rows = session.table.rows(request.step)
    return await _begin(forked, services, asker, origin=origin, rows=rows)


async def _begin(
    request: CreateSession,
    services: Services,
    asker: Principal,
    *,
    origin: Origin | None = None,
    rows: Sequence[Row] = (),
) -> SessionInfo:
    begun_s = time.monotonic()
    session = await services.sessions.create(request, asker.name, origin=origin, rows=rows)
    try:
        await services.lifecycle.start(session)
        await until_settled(session)
    except (Refusal, ProblemError):
        await services.lifecycle.delete(session)
        raise
    services.meters.start_s.observe(time.monotonic() - begun_s)
    return session.info()


async def until_settled(session: Session) -> None:
    """Wait until a model runs or rests, or for the reason why not; a slow build goes on by itself.

    A worker tells of its model first, then measures it, then says what it does from now on.
    """
    deadline = time.monotonic() + BUILD_S
    while session.state.phase == "building" and (left_s := deadline - time.monotonic()) > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(session.changed.wait(), left_s)
    problem = session.state.problem
    if session.state.phase == "failed" and problem is not None:
        raise ProblemError(problem.sentence, field=problem.field, hint=problem.hint)
