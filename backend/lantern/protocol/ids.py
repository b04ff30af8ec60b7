"""Identifiers are types: a string is never just a string."""

from typing import NewType
from uuid import uuid4

SessionId = NewType("SessionId", str)
AgentId = NewType("AgentId", str)
CommandId = NewType("CommandId", str)
ViewKey = NewType("ViewKey", str)
LayerPath = NewType("LayerPath", str)

VERSION = 1
SUBPROTOCOL = f"lantern.v{VERSION}"


def new_id() -> str:
    """Return 12 hexadecimal digits that nobody else has."""
    return uuid4().hex[:12]
