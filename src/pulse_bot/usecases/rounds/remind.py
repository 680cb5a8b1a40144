"""Reminding those who have not answered: worked out in memory, never written down."""

from __future__ import annotations

from pulse_bot.cards.question_cards import first_card
from pulse_bot.crypto.sealing import make_tag
from pulse_bot.domain.asking.calendar import format_moment
from pulse_bot.domain.asking.items import list_slots
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.ports import Address, Card, RoundKeys
from pulse_bot.storage import envelopes, partnerships, rounds
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.storage.partnerships import member_language
from pulse_bot.usecases.context import Installation


def claim_reminders(
    installation: Installation, round_id: int, which: int, adapter: str, workspace: str
) -> list[tuple[Address, Card]]:
    """Claim a reminder and say whom to send it to; nobody where it was claimed before.

    Claimed before it is sent: after a crash some are not reminded, and nobody is reminded twice.
    """
    now = installation.clock.now()
    keys = installation.keys.load(round_id)
    with installation.database.write() as session:
        round_ = rounds.load_round(session, round_id)
        if round_ is None or keys is None or not round_.takes_answers(now):
            return []
        if not rounds.claim_reminder(session, round_id, which, adapter, workspace):
            return []
        partnership = session.get_one(PartnershipRow, round_.partnership)
        calendar_of = partnerships.load_calendars(session, partnership)
        until = format_moment(round_.closes_at, calendar_of(None).zone)
        recorded_tags = envelopes.load_tags(session, round_id)
        return [
            (address, first_card(round_.in_language(member_language(member, partnership)), until))
            for member, address in rounds.list_reachable(session, round_id, adapter, workspace)
            if not has_answered(round_, keys, member.id, recorded_tags)
            and not calendar_of(member).is_quiet(now)
        ]


def unclaim_reminders(
    installation: Installation, round_id: int, which: int, adapter: str, workspace: str
) -> None:
    """None of a reminder's cards went out, and it is due again."""
    with installation.database.write() as session:
        rounds.give_back_reminder(session, round_id, which, adapter, workspace)


def has_answered(
    round_: Round, keys: RoundKeys, member: int, recorded_tags: frozenset[bytes]
) -> bool:
    """Whether a member answered or skipped every question of a round."""
    return all(
        make_tag(keys.tag_key, member, item.id, slot) in recorded_tags
        for item in round_.items
        for slot in list_slots(item)
    )
