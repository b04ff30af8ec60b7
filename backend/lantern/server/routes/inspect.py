"""One look at a session: a view computed once."""

from fastapi import APIRouter, Request, Response

from lantern.protocol import frame
from lantern.protocol.commands import InspectCommand
from lantern.protocol.rest import Inspected
from lantern.protocol.views import View
from lantern.server.figures_json import figures_of
from lantern.server.routes.needs import AskerNeed, ServicesNeed, SessionNeed

router = APIRouter(prefix="/sessions", tags=["inspect"])
FRAME = "application/octet-stream"


@router.post("/{session}/inspect", response_model=Inspected)
async def inspect(
    session: SessionNeed, view: View, request: Request, services: ServicesNeed, asker: AskerNeed
) -> Response | Inspected:
    """Return the figures of a view: as JSON, or as the `inspected` frame where that is accepted."""
    done = await services.desk.carry_out(session, InspectCommand(view=view), asker)
    assert done is not None  # the answer to an inspect command is always a frame or a problem
    if FRAME in request.headers.get("accept", ""):
        return Response(done, media_type=FRAME)
    return Inspected(step=frame.header_of(done)["step"], figures=figures_of(done))
