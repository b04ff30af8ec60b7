"""What the routes ask for: the server's parts, who asks, and the session that is meant."""

from typing import Annotated

from fastapi import Depends, Request

from lantern.server.guard import PRINCIPAL
from lantern.server.problems import Refusal
from lantern.server.roles import Capability, Principal, may
from lantern.server.services import Services
from lantern.server.session import Session


def services_of(request: Request) -> Services:
    """Return the parts of this server."""
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


def asker_of(request: Request) -> Principal:
    """Return who asks; the guard has let nobody else through."""
    principal = request.scope[PRINCIPAL]
    assert isinstance(principal, Principal)
    return principal


ServicesNeed = Annotated[Services, Depends(services_of)]
AskerNeed = Annotated[Principal, Depends(asker_of)]


def session_of(session: str, services: ServicesNeed) -> Session:
    """Return the session that the path names; asking for it shows that somebody cares."""
    found = services.sessions.find(session)
    found.touch()
    return found


SessionNeed = Annotated[Session, Depends(session_of)]


def demand(asker: Principal, capability: Capability, *, owner: str | None = None) -> None:
    """Raise a refusal unless somebody may do something."""
    if not may(asker, capability, owner=owner):
        raise Refusal(403, f"As {asker.role} you may not do this.")
