"""Announcements: what was changed, told in the group's chats, several changes in one message.

Only what concerns everybody: thresholds, programme, roster, roles, the weekly limit, workshops and
commitments. That somebody paused, came back or could not be reached is nobody's business there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.announced import came, went
from pulse_bot.ports import Card, CardKind
from pulse_bot.storage import audit_log, outbox
from pulse_bot.storage.audit_log import LogEntry
from pulse_bot.storage.models import GroupRow, PartnershipRow
from pulse_bot.usecases.words import audit_words

_SETTLE_TIME: Final = timedelta(minutes=2)
"""Whoever changes one thing often changes the next: for so long nothing must have been changed."""
_LONGEST_DELAY: Final = timedelta(minutes=15)
"""Nobody can put an announcement off by changing one thing after another."""
_ROSTER_DELAY: Final = timedelta(days=1)
"""People come one by one, when a partnership begins; their group is told once a day."""
_MOST_LINES: Final = 12
_LONGEST_LINE: Final = 400


def plan_announcements(session: Session, now: datetime) -> None:
    """Have every chat told what was changed, once nothing was for a while: of all partnerships."""
    pending = audit_log.list_unannounced(session, now)
    for group_id, lines in pending.items():
        settled = [line for line in lines if line.at <= now - _SETTLE_TIME]
        if settled and _is_due(lines, now):
            group = session.get_one(GroupRow, group_id)
            to = outbox.address_group(group)
            newest = settled[-1].id
            outbox.add_entry(session, OutgoingKind.ANNOUNCEMENT, to, now, number=newest)


def _is_due(lines: Sequence[LogEntry], now: datetime) -> bool:
    urgent = [line.at for line in lines if not _is_roster_line(line)]
    if urgent:
        return now - max(urgent) >= _SETTLE_TIME or now - min(urgent) >= _LONGEST_DELAY
    return bool(lines) and now - lines[0].at >= _ROSTER_DELAY


def _is_roster_line(line: LogEntry) -> bool:
    return came(line.event) or went(line.event)


def load_announcement_card(session: Session, group_id: int, newest: int) -> Card | None:
    """What a chat is told up to a line of the log; None where it was told already."""
    group = session.get_one(GroupRow, group_id)
    lines = audit_log.announced_entries(session, group.partnership_id, group.announced, newest)
    partnership = session.get_one(PartnershipRow, group.partnership_id)
    return _announcement_card(partnership.name, lines) if lines else None


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
