"""Pages that web itself serves: the built page, /docs, the login."""

import json
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from lantern.protocol.problems import Problem
from lantern.server import problems
from lantern.server.docs_page import STYLE, docs_html
from lantern.server.guard import PRINCIPAL
from lantern.server.services import Services
from lantern.server.static_files import StaticFiles

FOLDER = Path(__file__).with_name("docs_page")
LOGIN = (FOLDER / "login.html").read_bytes()
LOGIN_SCRIPT = (FOLDER / "login.js").read_bytes()


def install(app: FastAPI, services: Services, static: StaticFiles) -> None:
    """Add the pages, the built page last: it answers to every path that is left."""

    async def docs(_: Request) -> Response:
        return HTMLResponse(docs_html(app.openapi(), services.catalog.catalog))

    async def openapi(_: Request) -> Response:
        return JSONResponse(json.loads(json.dumps(app.openapi())))

    async def style(_: Request) -> Response:
        return Response(STYLE, media_type="text/css")

    async def script(_: Request) -> Response:
        return Response(LOGIN_SCRIPT, media_type="text/javascript")

    async def login(_: Request) -> Response:
        return HTMLResponse(LOGIN)

    async def page(request: Request) -> Response:
        if request.url.path.startswith("/api/"):
            sentence = f"There is nothing at {request.url.path[:200]}."
            return problems.answer(404, Problem(sentence=sentence))
        if request.scope[PRINCIPAL] is None and request.url.path == "/":
            return HTMLResponse(LOGIN)
        return static.respond(request)

    for path, answer in (
        ("/docs", docs),
        ("/openapi.json", openapi),
        ("/docs/docs.css", style),
        ("/login/docs.css", style),
        ("/login/login.js", script),
        ("/login", login),
        ("/{path:path}", page),
    ):
        app.router.routes.append(Route(path, answer, include_in_schema=False))
