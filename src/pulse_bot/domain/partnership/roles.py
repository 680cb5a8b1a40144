"""Who may do what: the one table, for chats, pages and the command line alike.

The operator of the server may do all of it, at the command line, and it is written into the log
like everybody's. What everybody may do, such as answering, reading and leaving, is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pulse_bot.domain.partnership.people import Role


class Act(StrEnum):
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
_BOTH: Final = frozenset({Role.LEAD, Role.FACILITATOR})

MAY: Final[Mapping[Act, frozenset[Role]]] = {
    Act.SEE_SETTINGS: _BOTH,
    Act.CHANGE_PROGRAMME: _LEADS,
    Act.CHANGE_LIMIT: _LEADS,
    Act.SET_UP_CHATS: _LEADS,
    Act.GIVE_ROLES: _LEADS,
    Act.SEED: _BOTH,
    Act.OPEN_PACK: _BOTH,
    Act.COMMIT: _BOTH,
    Act.END_COMMITMENT: _BOTH,
}

_FROM_MOST: Final = (Role.LEAD, Role.FACILITATOR, Role.MEMBER)


def may(role: Role, act: Act) -> bool:
    """Whether a member of this role may do this."""
    return role in MAY[act]


def who_may(act: Act) -> str:
    """Who may do this, in words: "a lead or a facilitator"."""
    return " or ".join(f"a {role}" for role in _FROM_MOST if may(role, act))
