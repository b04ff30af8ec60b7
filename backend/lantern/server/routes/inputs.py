"""Inputs to look at: what lies in the slots, and image files sent by scripts."""

import base64
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from lantern.protocol import frame
from lantern.protocol.commands import SetInputCommand
from lantern.protocol.events import BuiltEvent
from lantern.protocol.figures import ImagesFigure
from lantern.protocol.link import JobDone, PictureJob
from lantern.protocol.problems import ProblemError
from lantern.protocol.rest import CommandResult, SlotInputs
from lantern.protocol.views import LAST_SLOT, Fit, Invert, PixelInput
from lantern.server.problems import Refusal
from lantern.server.routes.needs import AskerNeed, ServicesNeed, SessionNeed, demand
from lantern.server.session import Session

router = APIRouter(prefix="/sessions", tags=["inputs"])
MAX_IMAGE_BYTES = 10_000_000
REFUSED_UNREAD_BYTES = 8 * MAX_IMAGE_BYTES
"""Up to this size a file is refused with a sentence; beyond, the connection's limit has its say."""
DECODE_S = 10.0
MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
IMAGE_BODY = {
    "requestBody": {
        "required": True,
        "description": "A PNG, JPEG or WebP file of at most 10 MB.",
        "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/{session}/inputs")
async def read_inputs(session: SessionNeed) -> SlotInputs:
    """Return what lies in the input slots."""
    return SlotInputs(slots=session.inputs)


@router.post(
    "/{session}/inputs/{slot}", max_body_size=REFUSED_UNREAD_BYTES, openapi_extra=IMAGE_BODY
)
async def upload_input(
    session: SessionNeed,
    slot: Annotated[int, Path(ge=0, le=LAST_SLOT)],
    request: Request,
    services: ServicesNeed,
    asker: AskerNeed,
    fit: Annotated[Fit, Query()] = "crop",
    invert: Annotated[Invert, Query()] = "auto",
) -> CommandResult:
    """Put an image file into an input slot, in the shape that the network takes.

    It is decoded in a process of its own, which ends with it. `fit` takes its middle or all of it;
    `invert` makes it light on dark, by itself where the network sees grey and the ground is light.
    """
    demand(asker, "command", owner=session.owner)
    shape = shape_of(session)
    content = await content_of(request)
    check_kind(content)
    text = base64.b64encode(content).decode()
    job = PictureJob(data=text, shape=shape, fit=fit, invert=invert)
    done = frame.decode(await services.fleet.run_job(job, timeout_s=DECODE_S), JobDone)
    if done.problem is not None:
        raise ProblemError(done.problem.sentence, field="image", hint=done.problem.hint)
    command = SetInputCommand(slot=slot, input=_pixels(done, shape))
    asked = await services.desk.submit(session, command, asker)
    await services.desk.settle(session, asked)
    return CommandResult(command_id=asked.command.id, session=session.info())


def shape_of(session: Session) -> tuple[int, ...]:
    """Return (channels, height, width) of the session's images, or raise why there are none."""
    built = session.latest.get("built")
    if built is None:
        raise Refusal(409, "The session has no model yet; try again in a moment.", retry_after_s=2)
    data = BuiltEvent.model_validate_json(built).data
    if data.kind != "images":
        raise ProblemError(f"image: this network looks at {data.kind}, not at images.")
    return data.shape


async def content_of(request: Request) -> bytes:
    """Return the body, or raise a refusal as soon as it is known to be too large."""
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > MAX_IMAGE_BYTES:
        raise _too_large()
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MAX_IMAGE_BYTES:
            raise _too_large()
    return bytes(content)


def _too_large() -> Refusal:
    sentence = f"image: the file is too large; at most {MAX_IMAGE_BYTES // 10**6} MB are read."
    return Refusal(413, sentence, field="image")


def check_kind(content: bytes) -> None:
    """Raise a ProblemError for what no decoder needs to see."""
    if not content:
        raise ProblemError("image: the request has no file in its body.", field="image")
    if not content.startswith(MAGIC):
        is_svg = b"<svg" in content[:4096].lower()
        raise ProblemError(
            "image: SVG is a drawing program, not a picture, and is not read."
            if is_svg
            else "image: this is no PNG, JPEG or WebP file.",
            field="image",
            hint="Save it as PNG, JPEG or WebP.",
        )


def _pixels(done: JobDone, shape: tuple[int, ...]) -> PixelInput:
    picture = done.figures[0]
    assert isinstance(picture, ImagesFigure)  # the answer to a picture job is nothing else
    data = base64.b64encode(bytes(picture.images.values.data)).decode()
    return PixelInput(shape=shape, data=data)
