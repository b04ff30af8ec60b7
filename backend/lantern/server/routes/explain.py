"""Why did it decide so: raw numbers, a picture, or JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import JsonValue

from lantern.protocol.commands import InspectCommand
from lantern.protocol.problems import ProblemError
from lantern.protocol.rest import Explain, Explained
from lantern.protocol.views import View
from lantern.server.accepting import preferred
from lantern.server.explained import answer_of
from lantern.server.routes.needs import AskerNeed, ServicesNeed, SessionNeed

router = APIRouter(prefix="/sessions", tags=["inspect"])
NPZ = "application/x-npz"
PNG = "image/png"
BINARY = {"schema": {"type": "string", "format": "binary"}}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "JSON, or as accepted: npz with `scores`, `inputs` and `meta`; PNG.",
        "content": {NPZ: BINARY, PNG: BINARY},
    }
}


@router.post("/{session}/explain", response_model=Explained, responses=ANSWERS)
async def explain(
    session: SessionNeed,
    wish: Explain,
    request: Request,
    services: ServicesNeed,
    asker: AskerNeed,
    scale: Annotated[int, Query(ge=1, le=32)] = 8,
) -> Response | Explained:
    """Return which parts of an input speak for a class, by one of the attribution methods.

    The header `Accept` chooses: `application/x-npz` for raw float32 `scores` and `inputs` and the
    JSON text `meta`, `image/png` for the map in the page's colours, `scale` pixels for each number;
    JSON otherwise. All of them tell method, resolved arguments, class, score, layer, step and seed.
    """
    view = View(inspector="explanation", params=_params(wish), at=wish.at)
    try:
        done = await services.desk.carry_out(session, InspectCommand(view=view), asker)
    except ProblemError as error:
        raise _in_words_of_the_request(error) from None
    assert done is not None  # the answer to an inspect command is always a frame or a problem
    answer = answer_of(done)
    wanted = preferred(request.headers.get("accept", ""), ("application/json", NPZ, PNG))
    if wanted == NPZ:
        return _file(answer.npz(), NPZ, f"{session.id}-{wish.method}.npz")
    if wanted == PNG:
        return _file(answer.png(scale), PNG, f"{session.id}-{wish.method}.png")
    return answer.json()


def _params(wish: Explain) -> dict[str, JsonValue]:
    params = wish.model_dump(mode="json", exclude={"params", "at"})
    return {**params, "method_params": wish.params}


def _in_words_of_the_request(error: ProblemError) -> ProblemError:
    """Return the problem with the names that the body of this route has."""
    problem = error.problem
    sentence, field = (
        text.replace("inspector.params.", "").replace("method_params", "params")
        for text in (problem.sentence, problem.field or "")
    )
    return ProblemError(sentence, field=field or None, hint=problem.hint)


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
