"""Signing in and out, and inviting others."""

import time
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.datastructures import Headers

from lantern.protocol.model import Model
from lantern.server.guard import PRINCIPAL
from lantern.server.problems import Refusal
from lantern.server.roles import ROLES, Principal, Role
from lantern.server.routes.needs import AskerNeed, ServicesNeed, demand
from lantern.server.store import LoginStore

router = APIRouter(tags=["login"])


class LogIn(Model):
    """A password or an invitation."""

    password: Annotated[str, Field(max_length=1000)] | None = None
    invite: Annotated[str, Field(max_length=100)] | None = None


class LoggedIn(Model):
    """Who one is."""

    role: Role
    token: str = ""
    """For scripts: send it as `Authorization: Bearer`."""


class WhoAmI(Model):
    """Whether one has to sign in, and as whom one is known."""

    needs_login: bool
    role: Role | None


class NewInvite(Model):
    """Whom to invite, and for how long."""

    role: Role = "viewer"
    hours: Annotated[float, Field(gt=0, le=24 * 30)] = 8.0
    uses: Annotated[int, Field(ge=1, le=10_000)] = 500


class InviteInfo(Model):
    """An invitation."""

    id: str
    role: Role
    expires: float
    """Seconds since the epoch."""
    uses_left: int
    path: str = ""
    """What to open, right after it was made; it is kept nowhere."""


@router.get("/login")
async def who_am_i(request: Request, services: ServicesNeed) -> WhoAmI:
    """Return whether one has to sign in, and as whom one is known."""
    found = request.scope[PRINCIPAL]
    role = found.role if isinstance(found, Principal) else None
    return WhoAmI(needs_login=services.settings.needs_login, role=role)


@router.post("/login")
async def log_in(
    body: LogIn, request: Request, response: Response, services: ServicesNeed
) -> LoggedIn:
    """Sign in with a password or an invitation."""
    address = request.client.host if request.client is not None else ""
    token, principal = await services.auth.log_in(
        password=body.password, invite=body.invite, address=address
    )
    response.set_cookie(
        services.auth.cookie_name,
        token,
        path="/",
        httponly=True,
        samesite="lax",
        secure=services.auth.cookie_name.startswith("__Host-"),
    )
    return LoggedIn(role=principal.role, token=token)


@router.delete("/login", status_code=204)
async def log_out(request: Request, response: Response, services: ServicesNeed) -> None:
    """Sign out."""
    await services.auth.log_out(Headers(scope=request.scope))
    response.delete_cookie(services.auth.cookie_name, path="/")


@router.post("/invites", status_code=201)
async def create_invite(body: NewInvite, services: ServicesNeed, asker: AskerNeed) -> InviteInfo:
    """Invite others; nobody can give away more than they have."""
    demand(asker, "invite")
    if ROLES.index(body.role) < ROLES.index(asker.role):
        raise Refusal(403, f"As {asker.role} you cannot invite a {body.role}.", field="role")
    token, record = await services.auth.invite(body.role, hours=body.hours, uses=body.uses)
    return InviteInfo(
        id=record.id,
        role=record.role,
        expires=record.expires,
        uses_left=record.uses_left,
        path=f"/login#invite={token}",
    )


@router.get("/invites")
async def list_invites(services: ServicesNeed, asker: AskerNeed) -> list[InviteInfo]:
    """Return the invitations that still hold."""
    demand(asker, "invite")
    found = await services.database.quickly(LoginStore.invites, time.time())
    return [
        InviteInfo(id=i.id, role=i.role, expires=i.expires, uses_left=i.uses_left) for i in found
    ]


@router.delete("/invites/{invite}", status_code=204)
async def revoke_invite(invite: str, services: ServicesNeed, asker: AskerNeed) -> None:
    """Revoke an invitation and every login made with it."""
    demand(asker, "invite")
    if not await services.auth.revoke(invite):
        raise Refusal(404, "There is no such invitation.")
