"""Metrics and the past of a session."""

from fastapi import APIRouter, Response

from lantern.protocol.events import HistoryEvent
from lantern.protocol.rest import History, Metrics
from lantern.server.routes.needs import SessionNeed

router = APIRouter(prefix="/sessions", tags=["history"])


@router.get("/{session}/metrics", response_model=Metrics)
async def read_metrics(session: SessionNeed) -> Response:
    """Return every metric row of the present run, by column."""
    metrics = session.table.lists(session.run)
    return Response(metrics.model_dump_json(), media_type="application/json")


@router.get("/{session}/history")
async def read_history(session: SessionNeed) -> History:
    """Return which snapshots are kept, and what was changed when."""
    text = session.latest.get("history")
    event = None if text is None else HistoryEvent.model_validate_json(text)
    is_current = event is not None and event.run == session.run
    return History(
        run=session.run,
        snapshots=event.snapshots if event is not None and is_current else (),
        edits=tuple(session.edits),
    )
