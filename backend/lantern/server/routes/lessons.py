"""The lessons and their pictures."""

from fastapi import APIRouter, Response

from lantern.lessons.loader import lessons
from lantern.protocol.rest import Lesson, LessonCard
from lantern.server.problems import Refusal
from lantern.server.routes.needs import ServicesNeed

router = APIRouter(tags=["lessons"])
FRAME = "application/octet-stream"


@router.get("/lessons")
async def list_lessons() -> list[LessonCard]:
    """Return the cards of all lessons, in the order of the gallery."""
    fields = set(LessonCard.model_fields)
    return [LessonCard(**lesson.model_dump(include=fields)) for lesson in lessons()]


@router.get("/lessons/{name}")
async def read_lesson(name: str) -> Lesson:
    """Return a lesson with its prose."""
    return _find(name)


@router.get(
    "/lessons/{name}/preview",
    response_class=Response,
    responses={200: {"content": {FRAME: {}}, "description": "A `job_done` frame."}},
)
async def read_preview(name: str, services: ServicesNeed) -> Response:
    """Return the picture of a lesson: its experiment after a few steps, as a frame."""
    done = await services.previews.of_lesson(_find(name), services.catalog.version)
    headers = {"Cache-Control": "private, max-age=3600"}
    return Response(done, media_type=FRAME, headers=headers)


def _find(name: str) -> Lesson:
    found = next((lesson for lesson in lessons() if lesson.name == name), None)
    if found is None:
        raise Refusal(404, f"There is no lesson {name[:60]!r}.")
    return found
