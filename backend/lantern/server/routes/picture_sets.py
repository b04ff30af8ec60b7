"""Sets of pictures by class, for the data set `folder`."""

import asyncio
import sys
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from lantern.protocol.rest import PictureSetCard
from lantern.server.problems import Refusal
from lantern.server.routes.needs import AskerNeed, ServicesNeed, demand

router = APIRouter(prefix="/picture-sets", tags=["data"])
Name = Annotated[str, Query(min_length=1, max_length=60)]
UNLIMITED = sys.maxsize
"""Bytes that the framework lets through: uploads are counted as they come, and refused in words."""
MOST_HEARD_BYTES = 2_000_000_000
"""Of an upload that is refused already; one that is longer is cut off."""
ARCHIVE_BODY = {
    "requestBody": {
        "required": True,
        "description": "A zip archive with one folder of PNG, JPEG or WebP files for each class.",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("")
async def list_picture_sets(services: ServicesNeed) -> list[PictureSetCard]:
    """Return the sets in the data folder, uploads first."""
    return await asyncio.to_thread(services.picture_sets.cards)


@router.post("", max_body_size=UNLIMITED, openapi_extra=ARCHIVE_BODY)
async def upload_picture_set(
    name: Name, request: Request, services: ServicesNeed, asker: AskerNeed
) -> PictureSetCard:
    """Take a zip archive of pictures; it is looked through before anybody sees it."""
    demand(asker, "create")
    sets = services.picture_sets
    try:
        sets.check_length(request.headers.get("content-length", "0"))
    except Refusal:
        await _heard_out(request)
        raise
    fresh, target = await sets.take(name, request.stream())
    return await asyncio.to_thread(sets.admit, fresh, target)


@router.delete("/{name}", status_code=204)
async def delete_picture_set(
    name: Annotated[str, Path(max_length=60)], services: ServicesNeed, asker: AskerNeed
) -> Response:
    """Delete an uploaded set that no session learns from."""
    demand(asker, "create")
    used = {str(one.experiment.dataset.params.get("path")) for one in services.sessions}
    await asyncio.to_thread(services.picture_sets.delete, name, used=used)
    return Response(status_code=204)


async def _heard_out(request: Request) -> None:
    """Throw away what comes, as a browser hears no answer before it has sent everything."""
    heard = 0
    async for part in request.stream():
        heard += len(part)
        if heard > MOST_HEARD_BYTES:
            return
