"""Announcements: what was changed, told in the group's chats, several changes in one message.

Only what concerns everybody: thresholds, programme, roster, roles, the weekly limit, workshops and
commitments. That somebody paused, came back or could not be reached is nobody's business there.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from pulse_bot.ports import Address, Card
from pulse_bot.usecases.installation import Installation


def unannounced(
    session: Session, partnership_id: int, adapters: frozenset[str] | None, now: datetime
) -> tuple[int, ...]:
    """The chats on these adapters, None is all, that are to be told now what was changed."""
    return ()


def claim(installation: Installation, group_id: int) -> tuple[Address, Card] | None:
    """Claim the telling of a chat, and say what goes where; None where there is nothing to tell."""
    return None


def not_announced(installation: Installation, group_id: int) -> None:
    """The chat could not be told yet, and it is due again."""
