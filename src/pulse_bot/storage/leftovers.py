"""Leftovers: deletions whose bytes may still be in the files, until these were cleaned."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from pulse_bot.storage.models import LeftoverRow


def note_leftovers(session: Session, now: datetime) -> None:
    """Note that this transaction deletes what must not stay in the files."""
    session.add(LeftoverRow(since=now))


def list_leftovers(session: Session) -> frozenset[int]:
    """What was deleted up to now."""
    return frozenset(session.scalars(select(LeftoverRow.id)))


def oldest_leftover(session: Session) -> datetime | None:
    """Since when something may be in the files; None where they are clean."""
    return session.scalar(select(func.min(LeftoverRow.since)))


def clear_leftovers(session: Session, cleaned: Collection[int]) -> None:
    """The files were cleaned of these; what came while they were stays noted."""
    session.execute(delete(LeftoverRow).where(LeftoverRow.id.in_(cleaned)))
