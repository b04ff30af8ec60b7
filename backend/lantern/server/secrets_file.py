"""Secrets on disk: made once, readable by their owner alone; and the tokens derived from them."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from lantern.protocol.ids import SessionId


def secret_at(path: Path) -> str:
    """Return the secret kept in the file; it is made if there is none."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        found = path.read_text(encoding="ascii").strip()
        if len(found) < 32:
            raise ValueError(f"{path} holds no secret of 32 characters; delete it") from None
        return found
    made = secrets.token_hex(32)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    return made


def worker_token(secret: str, session: SessionId, incarnation: int) -> str:
    """Return the bearer token of one incarnation of one session."""
    text = f"{session}.{incarnation}"
    return f"{text}.{hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()}"


def worker_of(secret: str, token: str) -> tuple[SessionId, int] | None:
    """Return session and incarnation that a token was made for, if it was made here."""
    session, _, rest = token.partition(".")
    number, _, _ = rest.partition(".")
    if not number.isascii() or not number.isdigit() or len(number) > 12:
        return None
    expected = worker_token(secret, SessionId(session), int(number))
    if not same(token, expected):
        return None
    return SessionId(session), int(number)


def same(given: str, expected: str) -> bool:
    """Compare in a time that does not depend on where they differ."""
    return hmac.compare_digest(given.encode(), expected.encode())


def digest(token: str) -> str:
    """Return what is stored in place of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
