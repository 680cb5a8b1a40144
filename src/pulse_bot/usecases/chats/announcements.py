"""Announcements: what was changed, told in the group's chats, several changes in one message.

Only what concerns everybody: thresholds, programme, roster, roles, the weekly limit, workshops and
commitments. That somebody paused, came back or could not be reached is nobody's business there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.partnership.announced import came, went
from pulse_bot.ports import Address, Card, CardKind
from pulse_bot.storage import announcements, audit_log, groups, partnerships
from pulse_bot.storage.audit_log import LogEntry
from pulse_bot.storage.columns import Link
from pulse_bot.storage.models import GroupRow, PartnershipRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.words import audit_words

_SETTLED: Final = timedelta(minutes=2)
"""Whoever changes one thing often changes the next: for so long nothing must have been changed."""
_AT_LAST: Final = timedelta(minutes=15)
"""Nobody can put an announcement off by changing one thing after another."""
_ROSTER: Final = timedelta(days=1)
"""People come one by one, when a partnership begins; their group is told once a day."""
_MOST_LINES: Final = 12
_LONGEST_LINE: Final = 400


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a chat is told, claimed by whoever tells it."""

    group: int
    address: Address
    card: Card
    before: int
    """The number of the newest line that the chat was told before."""
    up_to: int
    """The number of the newest line that it is told now."""


def unannounced(
    session: Session, partnership_id: int, adapters: frozenset[str] | None, now: datetime
) -> tuple[int, ...]:
    """The chats on these adapters, None is all, that are to be told now what was changed."""
    partnership = session.get_one(PartnershipRow, partnership_id)
    if partnerships.calendar(session, partnership).is_quiet(now):
        return ()
    return tuple(
        group.id
        for group in groups.linked(session, partnership_id)
        if (adapters is None or group.adapter in adapters)
        and _is_due(audit_log.announced_entries(session, partnership_id, group.announced, now), now)
    )


def _is_due(lines: Sequence[LogEntry], now: datetime) -> bool:
    urgent = [line.at for line in lines if not _of_roster(line)]
    if urgent:
        return now - max(urgent) >= _SETTLED or now - min(urgent) >= _AT_LAST
    return bool(lines) and now - lines[0].at >= _ROSTER


def _of_roster(line: LogEntry) -> bool:
    return came(line.event) or went(line.event)


def claim(installation: Installation, group_id: int) -> Announcement | None:
    """Claim the telling of a chat, and say what goes where; None where there is nothing to tell.

    Claimed before it is sent: after a crash it is missing there, and stands in the log all the
    same; it is never told twice.
    """
    now = installation.clock.now()
    with installation.database.write() as session:
        group = session.get_one(GroupRow, group_id)
        before = group.announced
        found = audit_log.announced_entries(session, group.partnership_id, before, now - _SETTLED)
        if group.state is not Link.LINKED or not found:
            return None
        if not announcements.turn(session, group_id, before, found[-1].id):
            return None
        partnership = session.get_one(PartnershipRow, group.partnership_id)
        card = _card(partnership.name, found)
        return Announcement(group_id, groups.address_of(group), card, before, found[-1].id)


def not_announced(installation: Installation, told: Announcement) -> None:
    """The chat could not be told yet, and it is due again."""
    with installation.database.write() as session:
        announcements.turn(session, told.group, told.up_to, told.before)


def _card(name: str, lines: Sequence[LogEntry]) -> Card:
    # What was said twice, by a form that was sent twice or a thing done and done again, once.
    said = dict.fromkeys(_sentence(line) for line in lines if not _of_roster(line))
    text = (*list(said)[-_MOST_LINES:], *_roster(lines))
    more = len(said) - _MOST_LINES
    left_out = (f"{more} earlier changes are left out here.",) if more > 0 else ()
    where = "Members read every change with “/pulse log” in their own chat with me."
    return Card(CardKind.NOTICE, f"What was changed in {name}", (*text, *left_out, where))


def _sentence(line: LogEntry) -> str:
    words = audit_words.line(line.actor, line.event)
    said = f"{words[:1].upper()}{words[1:]}"
    # A list of a hundred schools is one line of the log.
    return f"{said[:_LONGEST_LINE]}…" if len(said) > _LONGEST_LINE else f"{said}."


def _roster(lines: Sequence[LogEntry]) -> Iterator[str]:
    """How many came and went, and never who: the roster is there for its members to read."""
    told = [line.event for line in lines]
    for many, done in ((sum(map(came, told)), "joined"), (sum(map(went, told)), "left")):
        if many:
            yield f"{'1 person' if many == 1 else f'{many} people'} {done}."
