"""Sets of pictures by class, for the data set `folder`."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from lantern.protocol.problems import ProblemError
from lantern.protocol.rest import PictureSetCard
from lantern.server.picture_sets import MOST_UPLOAD_BYTES
from lantern.server.routes.needs import AskerNeed, ServicesNeed, demand

router = APIRouter(prefix="/picture-sets", tags=["data"])
Name = Annotated[str, Query(min_length=1, max_length=60)]
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


@router.post("", max_body_size=MOST_UPLOAD_BYTES + 1, openapi_extra=ARCHIVE_BODY)
async def upload_picture_set(
    name: Name, request: Request, services: ServicesNeed, asker: AskerNeed
) -> PictureSetCard:
    """Take a zip archive of pictures; it is looked through before anybody sees it."""
    demand(asker, "create")
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MOST_UPLOAD_BYTES:
        size = f"{MOST_UPLOAD_BYTES / 1e6:.0f} MB"
        raise ProblemError(f"The archive has more than {size}, which is the most.", field="archive")
    sets = services.picture_sets
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
