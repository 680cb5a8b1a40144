"""Leads are told what they can mend: who they are, and how it reaches them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.domain.partnership.roles import Permission, is_allowed
from pulse_bot.storage import outbox, partnerships

_TOLD_STANDINGS: Final = (Standing.ACTIVE, Standing.PAUSED)
"""Who paused is asked nothing, and is told what concerns the chat all the same."""


def tell_leads(
    session: Session, partnership_id: int, kind: OutgoingKind, now: datetime, **subject: Any
) -> None:
    """Have everybody told who sets up chats, in a chat of their own. `subject`: further columns."""
    for member, _ in partnerships.list_members(session, partnership_id):
        if is_allowed(member.role, Permission.SET_UP_CHATS) and member.standing in _TOLD_STANDINGS:
            outbox.add_entry(session, kind, outbox.address_member(member), now, **subject)
