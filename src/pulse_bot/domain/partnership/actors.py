"""Actors: who changes something in a partnership, as the log that all members read names them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pulse_bot.domain.partnership.people import Role


class ActorKind(StrEnum):
    """What did something."""

    MEMBER = "member"
    OPERATOR = "operator"
    """Whoever runs the server, from the command line."""
    PULSE_BOT = "pulse-bot"
    """Nobody in particular."""
    GROUP_CHAT = "group chat"
    CODE_HOLDER = "code holder"
    """Whoever set up a group chat by a code, and not by a name."""
    OTHER = "other"
    """Somebody whom the first versions named in words of their own."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something, as it was then. `role` is a member's."""

    kind: ActorKind
    role: Role | None = None
    name: str = ""
    """The school of a member, where the log says it; the words of `OTHER`."""

    @classmethod
    def member(cls, role: Role, school: str = "") -> Actor:
        """Some member in a role: which one of them is nobody's business."""
        return cls(ActorKind.MEMBER, role, school)
