"""The first message on every live link: everything known about the session, as one frame."""

from pydantic import TypeAdapter

import lantern
from lantern.protocol import frame
from lantern.protocol.events import Event
from lantern.protocol.live import SnapshotEvent
from lantern.server.roles import Role
from lantern.server.session import Session

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
KINDS = ("built", "telemetry", "history", "inputs")


def snapshot_frame(session: Session, role: Role) -> bytes:
    """Return the frame for a viewer of that role, who is about to join."""
    latest = session.latest
    event = SnapshotEvent(
        session=session.id,
        created_at=session.created_at,
        server_version=lantern.__version__,
        role=role,
        incarnation=session.incarnation,
        have_seq=session.have_seq,
        state=session.state_now(),
        experiment=session.experiment,
        edits=tuple(session.edits),
        events=tuple(EVENT.validate_json(latest[kind]) for kind in KINDS if kind in latest),
        metrics=session.table.arrays(),
        viewers=len(session.relay.viewers) + 1,
        worker=session.link_status().status,
    )
    return frame.encode(event)
