"""Whether it lives, whether it can work, and how it does."""

import shutil

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from lantern.server.problems import Refusal
from lantern.server.routes.needs import AskerNeed, ServicesNeed, demand

router = APIRouter(tags=["health"])
LEAST_FREE_BYTES = 1_000_000_000
MOST_LAG_S = 0.25


@router.get("/healthz")
async def is_alive() -> dict[str, str]:
    """Answer, which is all that is asked here."""
    return {"status": "alive"}


@router.get("/readyz")
async def is_ready(services: ServicesNeed) -> dict[str, str]:
    """Say whether sessions can be started."""
    if not services.fleet.agents:
        raise Refusal(503, "No agent is connected.", retry_after_s=2)
    if shutil.disk_usage(services.settings.home).free < LEAST_FREE_BYTES:
        raise Refusal(503, "Less than 1 GB is free on the disk.")
    if services.meters.lag_s > MOST_LAG_S:
        raise Refusal(503, "The server is overloaded.", retry_after_s=2)
    await services.database.surely(lambda connection: connection.execute("PRAGMA user_version"))
    return {"status": "ready"}


@router.get("/metrics", response_class=Response)
async def read_meters(services: ServicesNeed, asker: AskerNeed) -> Response:
    """Return all meters in Prometheus' text format."""
    demand(asker, "administer")
    meters = services.meters
    phases: dict[str, int] = {}
    for session in services.sessions:
        phases[session.state.phase] = phases.get(session.state.phase, 0) + 1
    meters.sessions.clear()
    for phase, count in phases.items():
        meters.sessions.labels(state=phase).set(count)
    meters.agent_up.set(len(services.fleet.agents))
    meters.disk_free.set(shutil.disk_usage(services.settings.home).free)
    return Response(meters.text(), media_type=CONTENT_TYPE_LATEST)
