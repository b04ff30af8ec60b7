"""Who may do what: one table, asked by one function."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["admin", "lecturer", "student", "viewer"]
Capability = Literal["look", "command", "create", "invite", "administer"]
ROLES: tuple[Role, ...] = ("admin", "lecturer", "student", "viewer")

CAPABILITIES: dict[Role, frozenset[Capability]] = {
    "admin": frozenset({"look", "command", "create", "invite", "administer"}),
    "lecturer": frozenset({"look", "command", "create", "invite"}),
    "student": frozenset({"look", "command", "create"}),
    "viewer": frozenset({"look"}),
}
"""`command` of a student reaches the student's own sessions only."""


@dataclass(frozen=True)
class Principal:
    """Somebody who asks."""

    name: str
    """An opaque id; sessions remember it as their owner."""
    role: Role


LOCAL = Principal("local", "admin")
"""Whoever sits at this machine, where no login is asked for."""


def may(principal: Principal, capability: Capability, *, owner: str | None = None) -> bool:
    """Return whether somebody may do something, to a session of that owner if one is meant."""
    if capability not in CAPABILITIES[principal.role]:
        return False
    is_bound = principal.role == "student" and capability == "command" and owner is not None
    return principal.name == owner or not is_bound
