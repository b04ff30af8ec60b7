"""The application: guard, routes, links, pages."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

import lantern
from lantern.server import pages, problems
from lantern.server.guard import Guard
from lantern.server.links import agent_link, worker_link
from lantern.server.live import live
from lantern.server.metrics import Meters
from lantern.server.openapi import openapi_of
from lantern.server.routes import (
    catalog,
    commands,
    demos,
    explain,
    export,
    health,
    history,
    inputs,
    inspect,
    lessons,
    login,
    models,
    picture_sets,
    sessions,
)
from lantern.server.services import Services, services_of
from lantern.server.settings import Settings, refusal_to_start
from lantern.server.static_files import StaticFiles
from lantern.server.too_large import TooLarge

API = "/api/v1"
MAX_BODY_BYTES = 4_000_000
LAG_S = 0.5
DESCRIPTION = "See inside neural networks while they learn: sessions, figures, metrics, over REST."
ROUTERS = (
    catalog.router,
    lessons.router,
    sessions.router,
    commands.router,
    inspect.router,
    explain.router,
    inputs.router,
    history.router,
    export.router,
    demos.router,
    models.router,
    picture_sets.router,
    login.router,
)


def create_app(settings: Settings) -> ASGIApp:
    """Return the whole server for these settings; it refuses some by raising ValueError."""
    refusal = refusal_to_start(settings)
    if refusal is not None:
        raise ValueError(refusal)
    services = services_of(settings)
    app = FastAPI(
        title="Lantern",
        version=lantern.__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=MAX_BODY_BYTES,
        lifespan=lambda _: _alive(services),
    )
    app.state.services = services
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix=API)
    app.include_router(health.router)
    _add_sockets(app, services)
    app.openapi = openapi_of(app, services.catalog)
    pages.install(app, services, StaticFiles())
    return Guard(TooLarge(app), settings, services.auth.identify, services.meters)


def _add_sockets(app: FastAPI, services: Services) -> None:
    async def on_worker(socket: WebSocket) -> None:
        await worker_link(socket, services)

    async def on_agent(socket: WebSocket) -> None:
        await agent_link(socket, services)

    async def on_live(socket: WebSocket) -> None:
        await live(socket, services)

    app.router.add_websocket_route(f"{API}/links/worker", on_worker)
    app.router.add_websocket_route(f"{API}/links/agent", on_agent)
    app.router.add_websocket_route(f"{API}/sessions/{{session}}/live", on_live)


@asynccontextmanager
async def _alive(services: Services) -> AsyncGenerator[None, None]:
    await services.sessions.load()
    services.lifecycle.begun_s = time.monotonic()
    tasks = [
        asyncio.create_task(services.journal.run()),
        asyncio.create_task(services.idle.run()),
        asyncio.create_task(_measure_lag(services.meters)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await services.lifecycle.close()
        await services.journal.flush()
        services.database.close()


async def _measure_lag(meters: Meters) -> None:
    while True:
        due = time.monotonic() + LAG_S
        await asyncio.sleep(LAG_S)
        meters.saw_lag(time.monotonic() - due)
