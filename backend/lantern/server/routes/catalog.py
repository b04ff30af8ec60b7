"""What can be trained, seen and tried."""

from fastapi import APIRouter, Response

from lantern.protocol.catalog import Catalog
from lantern.server.routes.needs import ServicesNeed

router = APIRouter(tags=["catalog"])


@router.get("/catalog", response_model=Catalog)
async def read_catalog(services: ServicesNeed) -> Response:
    """Return every plugin with the JSON schema of its parameters."""
    return Response(services.catalog.catalog.model_dump_json(), media_type="application/json")
