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
from pulse_bot.storage.columns import LinkState
from pulse_bot.storage.models import GroupRow, PartnershipRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.words import audit_words

_SETTLE_TIME: Final = timedelta(minutes=2)
"""Whoever changes one thing often changes the next: for so long nothing must have been changed."""
_LONGEST_DELAY: Final = timedelta(minutes=15)
"""Nobody can put an announcement off by changing one thing after another."""
_ROSTER_DELAY: Final = timedelta(days=1)
"""People come one by one, when a partnership begins; their group is told once a day."""
_MOST_LINES: Final = 12
_LONGEST_LINE: Final = 400


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a chat is told, claimed by whoever tells it."""

    group: int
    address: Address
    card: Card
    previous_line: int
    """The number of the newest line that the chat was told before."""
    newest_line: int
    """The number of the newest line that it is told now."""


def find_unannounced(
    session: Session, partnership_id: int, adapters: frozenset[str] | None, now: datetime
) -> tuple[int, ...]:
    """The chats on these adapters, None is all, that are to be told now what was changed."""
    partnership = session.get_one(PartnershipRow, partnership_id)
    if partnerships.load_calendar(session, partnership).is_quiet(now):
        return ()
    return tuple(
        group.id
        for group in groups.list_linked(session, partnership_id)
        if (adapters is None or group.adapter in adapters)
        and _is_due(audit_log.announced_entries(session, partnership_id, group.announced, now), now)
    )


def _is_due(lines: Sequence[LogEntry], now: datetime) -> bool:
    urgent = [line.at for line in lines if not _is_roster_line(line)]
    if urgent:
        return now - max(urgent) >= _SETTLE_TIME or now - min(urgent) >= _LONGEST_DELAY
    return bool(lines) and now - lines[0].at >= _ROSTER_DELAY


def _is_roster_line(line: LogEntry) -> bool:
    return came(line.event) or went(line.event)


def claim_announcement(installation: Installation, group_id: int) -> Announcement | None:
    """Claim the telling of a chat, and say what goes where; None where there is nothing to tell.

    Claimed before it is sent: after a crash it is missing there, and stands in the log all the
    same; it is never told twice.
    """
    now = installation.clock.now()
    with installation.database.write() as session:
        group = session.get_one(GroupRow, group_id)
        before = group.announced
        lines = audit_log.announced_entries(
            session, group.partnership_id, before, now - _SETTLE_TIME
        )
        if group.state is not LinkState.LINKED or not lines:
            return None
        if not announcements.mark_announced(session, group_id, before, lines[-1].id):
            return None
        partnership = session.get_one(PartnershipRow, group.partnership_id)
        card = _announcement_card(partnership.name, lines)
        return Announcement(group_id, groups.group_address(group), card, before, lines[-1].id)


def unclaim_announcement(installation: Installation, announcement: Announcement) -> None:
    """The chat could not be told yet, and it is due again."""
    with installation.database.write() as session:
        announcements.mark_announced(
            session, announcement.group, announcement.newest_line, announcement.previous_line
        )


def _announcement_card(name: str, lines: Sequence[LogEntry]) -> Card:
    # What was said twice, by a form that was sent twice or a thing done and done again, once.
    sentences = dict.fromkeys(_log_sentence(line) for line in lines if not _is_roster_line(line))
    text = (*list(sentences)[-_MOST_LINES:], *_count_joined_left(lines))
    more = len(sentences) - _MOST_LINES
    left_out = (f"{more} earlier changes are left out here.",) if more > 0 else ()
    pointer = "Members read every change with “/pulse log” in their own chat with me."
    return Card(CardKind.NOTICE, f"What was changed in {name}", (*text, *left_out, pointer))


def _log_sentence(line: LogEntry) -> str:
    words = audit_words.line(line.actor, line.event)
    sentence = f"{words[:1].upper()}{words[1:]}"
    # A list of a hundred schools is one line of the log.
    return f"{sentence[:_LONGEST_LINE]}…" if len(sentence) > _LONGEST_LINE else f"{sentence}."


def _count_joined_left(lines: Sequence[LogEntry]) -> Iterator[str]:
    """How many came and went, and never who: the roster is there for its members to read."""
    told = [line.event for line in lines]
    for count, verb in ((sum(map(came, told)), "joined"), (sum(map(went, told)), "left")):
        if count:
            yield f"{'1 person' if count == 1 else f'{count} people'} {verb}."
