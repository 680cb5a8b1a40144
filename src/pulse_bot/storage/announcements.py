"""Announcements: the lines of the log that a group's chat has yet to be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pulse_bot.storage.models import GroupRow, LogEntryRow
from pulse_bot.storage.rounds import changed


def newest(session: Session, partnership_id: int) -> int:
    """The number of the newest line of a partnership's log; what is older is no news."""
    query = select(func.max(LogEntryRow.id)).where(LogEntryRow.partnership_id == partnership_id)
    return session.scalar(query) or 0


def lines(
    session: Session, partnership_id: int, after: int, until: datetime
) -> Sequence[LogEntryRow]:
    """The lines to be announced with a number above `after`, written until a moment; oldest first.

    Those of this moment wait: a line with a lower number may still be on its way into the table.
    """
    query = select(LogEntryRow).where(
        LogEntryRow.partnership_id == partnership_id,
        LogEntryRow.announce,
        LogEntryRow.id > after,
        LogEntryRow.at <= until,
    )
    return session.scalars(query.order_by(LogEntryRow.id)).all()


def turn(session: Session, group_id: int, before: int, after: int) -> bool:
    """Compare-and-set of what a chat was told up to: False where another runner was first.

    The other runner is the same job, begun again after a crash, or a second worker.
    """
    change = update(GroupRow).where(GroupRow.id == group_id, GroupRow.announced == before)
    return changed(session, change.values(announced=after)) == 1
