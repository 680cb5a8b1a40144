"""The log that all members can read, as it is kept: one row an event, none ever changed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Session

from pulse_bot.domain.outgoing import PENDING, OutgoingKind, OutgoingState
from pulse_bot.domain.partnership.actors import Actor, ActorKind
from pulse_bot.domain.partnership.announced import is_announced
from pulse_bot.domain.partnership.audit_events import (
    EVENT_TYPES,
    AuditEvent,
    RoundAsked,
    Unreadable,
)
from pulse_bot.domain.partnership.event_kinds import EventKind
from pulse_bot.domain.partnership.people import Role
from pulse_bot.storage.columns import LinkState
from pulse_bot.storage.models import GroupRow, LogEntryRow, OutboxRow
from pulse_bot.storage.plain_values import UnknownShape, from_plain, to_plain

_log = logging.getLogger(__name__)


class UnknownEvent(ValueError):
    """A kind of event, or fields of one, that this version of pulse-bot does not know."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the log: when, who and what."""

    id: int
    at: datetime
    actor: Actor
    event: AuditEvent | Unreadable


def add(
    session: Session, partnership_id: int, at: datetime, actor: Actor, event: AuditEvent
) -> None:
    """Keep that something happened."""
    session.add(
        LogEntryRow(
            partnership_id=partnership_id,
            at=at,
            actor=actor.kind.value,
            actor_role=actor.role.value if actor.role else "",
            actor_name=actor.name,
            kind=event.kind.value,
            fields=to_plain(event),
            announce=is_announced(event),
        )
    )


def has_since(
    session: Session, partnership_id: int, since: datetime, actor: Actor, event: AuditEvent
) -> bool:
    """Whether the same was done by the same since a moment."""
    query = select(LogEntryRow).where(
        LogEntryRow.partnership_id == partnership_id,
        LogEntryRow.at > since,
        LogEntryRow.kind == event.kind.value,
    )
    entries = (_entry(row) for row in session.scalars(query))
    return any((entry.actor, entry.event) == (actor, event) for entry in entries)


def newest_entries(
    session: Session, partnership_id: int, most: int, before: int | None = None
) -> list[LogEntry]:
    """The newest lines, newest first; with an id, the newest of those before it."""
    query = _of(partnership_id).where(true() if before is None else LogEntryRow.id < before)
    return _entries(session, query.order_by(LogEntryRow.id.desc()).limit(most))


def find_first(session: Session, partnership_id: int, kind: EventKind) -> datetime | None:
    """When an event of a kind was first noted; None where it never was."""
    query = select(func.min(LogEntryRow.at)).where(
        LogEntryRow.partnership_id == partnership_id, LogEntryRow.kind == kind.value
    )
    return session.scalar(query)


def list_asked(session: Session, partnership_id: int) -> list[RoundAsked]:
    """What was noted at the opening of each round, oldest first."""
    query = _of(partnership_id).where(LogEntryRow.kind == EventKind.ROUND_ASKED.value)
    events = (entry.event for entry in _entries(session, query.order_by(LogEntryRow.id)))
    return [event for event in events if isinstance(event, RoundAsked)]


def newest_id(session: Session, partnership_id: int) -> int:
    """The number of the newest line of a partnership's log; what is older is no news."""
    query = select(func.max(LogEntryRow.id)).where(LogEntryRow.partnership_id == partnership_id)
    return session.scalar(query) or 0


def announced_entries(
    session: Session, partnership_id: int, after: int, newest: int
) -> list[LogEntry]:
    """The lines to be announced with a number above `after` and up to `newest`; oldest first."""
    query = _of(partnership_id).where(
        LogEntryRow.announce, LogEntryRow.id > after, LogEntryRow.id <= newest
    )
    return _entries(session, query.order_by(LogEntryRow.id))


def list_unannounced(session: Session, now: datetime) -> dict[int, list[LogEntry]]:
    """By group, the lines that its chat has yet to be told, oldest first; of all partnerships.

    Only of chats that pulse-bot is in and to which no announcement is on its way. Lines of this
    moment wait: one with a lower number may still be on its way into the table.
    """
    on_its_way = (
        select(OutboxRow.id)
        .where(OutboxRow.group_id == GroupRow.id, OutboxRow.kind == OutgoingKind.ANNOUNCEMENT)
        .where(OutboxRow.state.in_((*PENDING, OutgoingState.CLAIMED)))
    )
    query = (
        select(GroupRow.id, LogEntryRow)
        .join(LogEntryRow, LogEntryRow.partnership_id == GroupRow.partnership_id)
        .where(LogEntryRow.announce, LogEntryRow.id > GroupRow.announced, LogEntryRow.at <= now)
        .where(GroupRow.state == LinkState.LINKED, ~on_its_way.exists())
        .order_by(LogEntryRow.id)
    )
    pending: dict[int, list[LogEntry]] = {}
    for group, row in session.execute(query):
        pending.setdefault(group, []).append(_entry(row))
    return pending


def read_event(kind: str, fields: dict[str, object]) -> AuditEvent:
    """An event out of what was kept of it. Raises UnknownEvent."""
    try:
        return from_plain(EVENT_TYPES[EventKind(kind)], fields)
    except (UnknownShape, ValueError) as error:
        raise UnknownEvent(f"An event of the kind {kind!r} cannot be read.") from error


def _of(partnership_id: int) -> Select[LogEntryRow]:
    return select(LogEntryRow).where(LogEntryRow.partnership_id == partnership_id)


def _entries(session: Session, query: Select[LogEntryRow]) -> list[LogEntry]:
    return [_entry(row) for row in session.scalars(query)]


def _entry(row: LogEntryRow) -> LogEntry:
    return LogEntry(row.id, row.at, _actor(row), _event(row))


def _actor(row: LogEntryRow) -> Actor:
    try:
        role = Role(row.actor_role) if row.actor_role else None
        return Actor(ActorKind(row.actor), role, row.actor_name)
    except ValueError:
        _log.error("Line %d of the log names an actor that is not known here.", row.id)
        return Actor(ActorKind.OTHER, None, "somebody")


def _event(row: LogEntryRow) -> AuditEvent | Unreadable:
    try:
        return read_event(row.kind, row.fields)
    except UnknownEvent:
        # Said loudly, and in its place: the lines beside it are read all the same.
        _log.error("Line %d of the log is of a kind that cannot be read here.", row.id)
        return Unreadable(row.kind)
