"""Demos: parameters to figures, without a session."""

from fastapi import APIRouter, Request, Response

from lantern.protocol import frame
from lantern.protocol.link import DemoJob
from lantern.protocol.problems import Problem, ProblemError
from lantern.protocol.rest import Inspected, RunDemo
from lantern.server.figures_json import figures_of
from lantern.server.routes.needs import ServicesNeed

router = APIRouter(prefix="/demos", tags=["demos"])
FRAME = "application/octet-stream"


@router.post("/{name}", response_model=Inspected)
async def run_demo(
    name: str, body: RunDemo, request: Request, services: ServicesNeed
) -> Response | Inspected:
    """Return the figures of a demo: as JSON, or as the `job_done` frame where that is accepted."""
    await services.fleet.catalog_known(services.catalog)
    services.catalog.check_part("demo", name, body.params, field="demo")
    done = await services.fleet.run_job(DemoJob(name=name, params=body.params))
    problem = frame.header_of(done).get("problem")
    if problem is not None:
        found = Problem.model_validate(problem)
        raise ProblemError(found.sentence, field=found.field, hint=found.hint)
    if FRAME in request.headers.get("accept", ""):
        return Response(done, media_type=FRAME)
    return Inspected(step=0, figures=figures_of(done))
