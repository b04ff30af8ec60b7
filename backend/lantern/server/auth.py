"""Logging in: by password, by invitation, by bearer token; or not at all on one's own machine."""

import asyncio
import hashlib
import secrets
import time
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.types import Scope

from lantern.protocol.ids import new_id
from lantern.server.guard import LINKS
from lantern.server.problems import Refusal
from lantern.server.roles import LOCAL, Principal, Role
from lantern.server.secrets_file import digest, same, worker_of
from lantern.server.settings import Settings
from lantern.server.store import Database, InviteRecord, LoginStore

LOGIN_S = 12 * 3600.0
INVITE_S = 8 * 3600.0
TRIES_PER_MINUTE = 10
RECHECK_S = 60.0
"""Between two looks at whether the login of an open link still holds."""
SALT = b"lantern login"
SCRYPT = {"n": 2**14, "r": 8, "p": 1}

LINK_TOKEN = "lantern.link_token"
"""Key of the scope under which a link's endpoint finds the token that let it in."""


class Auth:
    """Knows who asks."""

    def __init__(self, settings: Settings, database: Database, link_secret: str) -> None:
        self.settings = settings
        self.database = database
        self.link_secret = link_secret
        password = settings.password
        self._password_hash = None if password is None else _stretched(password)
        self._tries: dict[str, list[float]] = {}
        self._changed = asyncio.Event()

    @property
    def cookie_name(self) -> str:
        """Two servers on one machine share cookies, so the name carries the port."""
        if (self.settings.public_url or "").startswith("https:"):
            return "__Host-lantern"
        return f"lantern-{self.settings.port}"

    async def identify(self, scope: Scope, headers: Headers) -> Principal | None:
        """Return who sends a request, None if nobody that is known."""
        bearer = _bearer(headers)
        if scope["path"].startswith(LINKS):
            return self._link(scope, bearer)
        if bearer is not None:
            if self.settings.token is not None and same(bearer, self.settings.token):
                return Principal("token", "admin")
            return await self._login_of(bearer)
        cookie = _cookie(headers, self.cookie_name)
        if cookie is not None and self.settings.needs_login:
            return await self._login_of(cookie)
        return None if self.settings.needs_login else LOCAL

    def _link(self, scope: Scope, bearer: str | None) -> Principal | None:
        if bearer is None:
            return None
        if scope["path"] == f"{LINKS}agent" and same(bearer, self.link_secret):
            return Principal("agent", "admin")
        worker = worker_of(self.link_secret, bearer)
        if scope["path"] == f"{LINKS}worker" and worker is not None:
            scope[LINK_TOKEN] = worker
            return Principal(f"worker {worker[0]}", "viewer")
        return None

    async def log_in(
        self, *, password: str | None, invite: str | None, address: str
    ) -> tuple[str, Principal]:
        """Return a new token and who holds it; a wrong password or invitation raises Refusal."""
        self._count_try(address)
        if password is not None:
            known = self._password_hash
            given = await asyncio.to_thread(_stretched, password)
            if known is None or not secrets.compare_digest(given, known):
                raise Refusal(401, "That is not the password.", field="password")
            return await self._new_login(Principal("owner", "admin"), LOGIN_S)
        now = time.time()
        found = await self.database.surely(LoginStore.use_invite, digest(invite or ""), now)
        if found is None:
            raise Refusal(401, "This invitation is used up or has expired.", field="invite")
        guest = Principal(f"guest-{new_id()}", found.role)
        return await self._new_login(guest, found.expires - now, invite=found.id)

    async def log_out(self, headers: Headers) -> None:
        """Forget the login that a request carries."""
        token = _bearer(headers) or _cookie(headers, self.cookie_name)
        if token is not None:
            await self.database.surely(LoginStore.drop_login, digest(token))
            self._tell_change()

    async def invite(self, role: Role, *, hours: float, uses: int) -> tuple[str, InviteRecord]:
        """Return a new invitation's token, which is kept nowhere, and its record."""
        token = secrets.token_urlsafe(16)
        record = InviteRecord(new_id(), role, time.time() + hours * 3600, uses)
        await self.database.surely(LoginStore.add_invite, digest(token), record)
        return token, record

    async def revoke(self, invite: str) -> bool:
        """Revoke an invitation and every login made with it; return whether it was there."""
        was_there = await self.database.surely(LoginStore.revoke_invite, invite)
        self._tell_change()
        return was_there

    async def changed_or_later(self) -> None:
        """Wait until a login has ended, or for so long that one may have expired."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), RECHECK_S)

    def _tell_change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _new_login(
        self, principal: Principal, lasts_s: float, *, invite: str | None = None
    ) -> tuple[str, Principal]:
        token = secrets.token_urlsafe(32)
        expires = time.time() + lasts_s
        await self.database.surely(
            LoginStore.add_login, digest(token), principal, expires=expires, invite=invite
        )
        return token, principal

    async def _login_of(self, token: str) -> Principal | None:
        return await self.database.quickly(LoginStore.find_login, digest(token), time.time())

    def _count_try(self, address: str) -> None:
        now = time.monotonic()
        recent = {who: [at for at in tries if now - at < 60] for who, tries in self._tries.items()}
        self._tries = {who: tries for who, tries in recent.items() if tries}
        tries = self._tries.setdefault(address, [])
        if len(tries) >= TRIES_PER_MINUTE:
            raise Refusal(429, "Too many attempts; wait a minute.", retry_after_s=60)
        tries.append(now)


def _stretched(password: str) -> bytes:
    return hashlib.scrypt(password.encode(), salt=SALT, n=SCRYPT["n"], r=SCRYPT["r"], p=SCRYPT["p"])


def _bearer(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.isascii() else None


def _cookie(headers: Headers, name: str) -> str | None:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return None if morsel is None else morsel.value
