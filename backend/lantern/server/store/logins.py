"""Logins and invitations in the database; tokens are stored as SHA-256 only."""

import sqlite3
from dataclasses import dataclass
from typing import cast

from lantern.server.roles import Principal, Role


@dataclass(frozen=True)
class InviteRecord:
    """An invitation as it is listed."""

    id: str
    role: Role
    expires: float
    uses_left: int


class LoginStore:
    """Functions over a connection; each runs in the transaction of its caller."""

    @staticmethod
    def add_login(
        connection: sqlite3.Connection,
        token_hash: str,
        principal: Principal,
        *,
        expires: float,
        invite: str | None = None,
    ) -> None:
        """Store a login."""
        connection.execute(
            "INSERT INTO logins VALUES (?, ?, ?, ?, ?)",
            (token_hash, principal.name, principal.role, invite, expires),
        )

    @staticmethod
    def find_login(connection: sqlite3.Connection, token_hash: str, now: float) -> Principal | None:
        """Return who logged in with that token, if the login still holds."""
        found = connection.execute(
            "SELECT name, role FROM logins WHERE token_hash = ? AND expires > ?", (token_hash, now)
        ).fetchone()
        return None if found is None else Principal(found["name"], found["role"])

    @staticmethod
    def drop_login(connection: sqlite3.Connection, token_hash: str) -> None:
        """Forget a login."""
        connection.execute("DELETE FROM logins WHERE token_hash = ?", (token_hash,))

    @staticmethod
    def add_invite(connection: sqlite3.Connection, token_hash: str, invite: InviteRecord) -> None:
        """Store an invitation."""
        connection.execute(
            "INSERT INTO invites (id, token_hash, role, expires, uses_left) VALUES (?, ?, ?, ?, ?)",
            (invite.id, token_hash, invite.role, invite.expires, invite.uses_left),
        )

    @staticmethod
    def use_invite(
        connection: sqlite3.Connection, token_hash: str, now: float
    ) -> InviteRecord | None:
        """Take one use of an invitation, if it has one left."""
        found = connection.execute(
            "UPDATE invites SET uses_left = uses_left - 1 WHERE token_hash = ? AND expires > ? "
            "AND uses_left > 0 AND revoked = 0 RETURNING id, role, expires, uses_left",
            (token_hash, now),
        ).fetchone()
        return None if found is None else _invite(found)

    @staticmethod
    def invites(connection: sqlite3.Connection, now: float) -> list[InviteRecord]:
        """Return the invitations that still hold."""
        found = connection.execute(
            "SELECT id, role, expires, uses_left FROM invites WHERE expires > ? AND revoked = 0",
            (now,),
        )
        return [_invite(row) for row in found]

    @staticmethod
    def revoke_invite(connection: sqlite3.Connection, invite: str) -> bool:
        """Revoke an invitation and every login made with it; return whether it was there."""
        done = connection.execute("UPDATE invites SET revoked = 1 WHERE id = ?", (invite,))
        connection.execute("DELETE FROM logins WHERE invite = ?", (invite,))
        return done.rowcount == 1


def _invite(row: sqlite3.Row) -> InviteRecord:
    # the column only ever holds what add_invite wrote
    role = cast("Role", row["role"])
    return InviteRecord(row["id"], role, row["expires"], row["uses_left"])
