"""Who may do what: the one table, for chats, pages and the command line alike.

The operator of the server may do all of it, at the command line, and it is written into the log
like everybody's. What everybody may do, such as answering, reading and leaving, is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pulse_bot.domain.partnership.people import Role


class Permission(StrEnum):
    """What not everybody may do, as a refusal names it."""

    SEE_SETTINGS = "see the settings"
    CHANGE_PROGRAMME = "change the programme"
    CHANGE_LIMIT = "change how much is asked a week"
    SET_UP_CHATS = "set up group chats and invitations"
    GIVE_ROLES = "give and take roles"
    SEED = "prepare workshops"
    OPEN_PACK = "open a pack"
    COMMIT = "write down commitments"
    END_COMMITMENT = "call a commitment kept or dropped"


_LEADS: Final = frozenset({Role.LEAD})
_ORGANISERS: Final = frozenset({Role.LEAD, Role.FACILITATOR})

ALLOWED_ROLES: Final[Mapping[Permission, frozenset[Role]]] = {
    Permission.SEE_SETTINGS: _ORGANISERS,
    Permission.CHANGE_PROGRAMME: _LEADS,
    Permission.CHANGE_LIMIT: _LEADS,
    Permission.SET_UP_CHATS: _LEADS,
    Permission.GIVE_ROLES: _LEADS,
    Permission.SEED: _ORGANISERS,
    Permission.OPEN_PACK: _ORGANISERS,
    Permission.COMMIT: _ORGANISERS,
    Permission.END_COMMITMENT: _ORGANISERS,
}

_ROLE_ORDER: Final = (Role.LEAD, Role.FACILITATOR, Role.MEMBER)


def is_allowed(role: Role, permission: Permission) -> bool:
    """Whether a member of this role may do this."""
    return role in ALLOWED_ROLES[permission]


def describe_allowed(permission: Permission) -> str:
    """Who may do this, in words: "a lead or a facilitator"."""
    return " or ".join(f"a {role}" for role in _ROLE_ORDER if is_allowed(role, permission))
