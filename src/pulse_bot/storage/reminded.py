"""Who was reminded: tags that only a round's key could make, and no member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, delete, func, insert, select
from sqlalchemy.orm import Session

from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.storage.columns import TableBase
from pulse_bot.storage.database import Database
from pulse_bot.storage.models import OutboxRow, RemindedRow
from pulse_bot.storage.outbox import OutgoingEntry

_REMINDED: Final = TableBase.metadata.tables[RemindedRow.__tablename__]


@dataclass(frozen=True, slots=True)
class ReminderTag:
    """That one person is reminded, as the database knows it. Not `added`: it did not arrive."""

    round: int
    tag: bytes
    added: bool


def mark_reminded(database: Database, tags: Sequence[ReminderTag]) -> list[bool]:
    """Add tags just before the reminders are sent, or take them back; True where it was changed.

    In the order of tags, which hides who came first.
    """
    changed = set()
    with database.connect() as connection:
        for tag in sorted(tags, key=lambda one: one.tag):
            is_there = and_(_REMINDED.c.round_id == tag.round, _REMINDED.c.tag == tag.tag)
            there = connection.scalar(select(func.count()).where(is_there))
            if tag.added == bool(there):
                continue
            row = {"round_id": tag.round, "tag": tag.tag}
            connection.execute(
                insert(_REMINDED).values(row) if tag.added else delete(_REMINDED).where(is_there)
            )
            changed.add(tag)
    return [tag in changed for tag in tags]


def load_reminded(session: Session, round_id: int) -> frozenset[bytes]:
    """The tags of everybody who was reminded in a round."""
    query = select(RemindedRow.tag).where(RemindedRow.round_id == round_id)
    return frozenset(session.scalars(query))


def has_later_reminder(session: Session, entry: OutgoingEntry, now: datetime) -> bool:
    """Whether a later reminder of the same round and workspace is due, too."""
    query = select(OutboxRow.id).where(
        OutboxRow.round_id == entry.round,
        OutboxRow.kind == OutgoingKind.REMINDER,
        OutboxRow.adapter == entry.address.adapter,
        OutboxRow.workspace == entry.address.workspace,
        OutboxRow.number > entry.number,
        OutboxRow.due_at <= now,
    )
    return session.scalar(query.limit(1)) is not None
