"""Reminding those who have not answered: worked out in memory, never written down.

What is written down of a reminder is a tag that only the round's key could make, as an envelope
has one. So nobody is reminded twice, even after a crash, and nobody can tell who was reminded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pulse_bot.cards.question_cards import first_card
from pulse_bot.crypto.sealing import make_tag
from pulse_bot.domain.asking.calendar import format_moment
from pulse_bot.domain.asking.items import list_slots
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.ports import Address, Card, RoundKeys
from pulse_bot.storage import authenticity, envelopes, partnerships, reminded, rounds
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.storage.partnerships import member_language
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.frozen_rounds import load_frozen


@dataclass(frozen=True, slots=True)
class ReminderCard:
    """A reminder for one person."""

    tag: bytes
    address: Address
    card: Card


def list_reminders(
    session: Session,
    installation: Installation,
    round_id: int,
    which: int,
    workspace: tuple[str, str],
    now: datetime,
) -> list[ReminderCard]:
    """Whom to remind now in a workspace, (adapter, workspace): nobody who has been already.

    Nor anybody whose seat was not made at the opening. Raises ForgedRound.
    """
    keys = installation.keys.load(round_id)
    round_ = load_frozen(session, installation, round_id)
    if round_ is None or keys is None or not round_.takes_answers(now):
        return []
    partnership = session.get_one(PartnershipRow, round_.partnership)
    calendar_of = partnerships.load_calendars(session, partnership)
    until = format_moment(round_.closes_at, calendar_of(None).zone)
    seated = {seat.member for seat in authenticity.load_roster(session, round_id, keys)}
    recorded_tags = envelopes.load_tags(session, round_id)
    done_tags = reminded.load_reminded(session, round_id)
    return [
        ReminderCard(
            tag,
            address,
            first_card(round_.in_language(member_language(member, partnership)), until),
        )
        for member, address in rounds.list_reachable(session, round_id, *workspace)
        if member.id in seated
        and (tag := make_reminder_tag(keys, member.id, which)) not in done_tags
        and not has_answered(round_, keys, member.id, recorded_tags)
        and not calendar_of(member).is_quiet(now)
    ]


def make_reminder_tag(keys: RoundKeys, member: int, which: int) -> bytes:
    """That a member got a reminder. No question has an empty id, so it is no answer's tag."""
    return make_tag(keys.tag_key, member, "", f"reminder {which}")


def has_answered(
    round_: Round, keys: RoundKeys, member: int, recorded_tags: frozenset[bytes]
) -> bool:
    """Whether a member answered or skipped every question of a round."""
    return all(
        make_tag(keys.tag_key, member, item.id, slot) in recorded_tags
        for item in round_.items
        for slot in list_slots(item)
    )
