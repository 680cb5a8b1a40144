"""Announcements: up to which line of the log a group's chat was told what was changed."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from pulse_bot.storage.models import GroupRow
from pulse_bot.storage.rounds import execute_update


def mark_announced(session: Session, group_id: int, before: int, after: int) -> bool:
    """Compare-and-set of what a chat was told up to: False where another runner was first.

    The other runner is the same job, begun again after a crash, or a second worker.
    """
    change = update(GroupRow).where(GroupRow.id == group_id, GroupRow.announced == before)
    return execute_update(session, change.values(announced=after)) == 1
