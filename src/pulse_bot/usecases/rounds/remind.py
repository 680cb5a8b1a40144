"""Reminding those who have not answered: worked out in memory, never written down."""

from __future__ import annotations

from pulse_bot.cards.question_cards import first_card
from pulse_bot.crypto.sealing import tag
from pulse_bot.domain.asking.calendar import spoken
from pulse_bot.domain.asking.items import slots
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.ports import Address, Card, RoundKeys
from pulse_bot.storage import envelopes, partnerships, rounds
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.storage.partnerships import language
from pulse_bot.usecases.context import Installation


def remind(
    installation: Installation, round_id: int, which: int, adapter: str, workspace: str
) -> list[tuple[Address, Card]]:
    """Claim a reminder and say whom to send it to; nobody where it was claimed before.

    Claimed before it is sent: after a crash some are not reminded, and nobody is reminded twice.
    """
    now = installation.clock.now()
    keys = installation.keys.load(round_id)
    with installation.database.write() as session:
        asked = rounds.load(session, round_id)
        if asked is None or keys is None or not asked.takes_answers(now):
            return []
        if not rounds.claim_reminder(session, round_id, which, adapter, workspace):
            return []
        partnership = session.get_one(PartnershipRow, asked.partnership)
        calendar_of = partnerships.calendars(session, partnership)
        until = spoken(asked.closes_at, calendar_of(None).zone)
        given = envelopes.tags_of(session, round_id)
        return [
            (address, first_card(asked.in_language(language(member, partnership)), until))
            for member, address in rounds.seated_in(session, round_id, adapter, workspace)
            if not has_answered(asked, keys, member.id, given)
            and not calendar_of(member).is_quiet(now)
        ]


def not_reminded(
    installation: Installation, round_id: int, which: int, adapter: str, workspace: str
) -> None:
    """None of a reminder's cards went out, and it is due again."""
    with installation.database.write() as session:
        rounds.give_back_reminder(session, round_id, which, adapter, workspace)


def has_answered(asked: Round, keys: RoundKeys, member: int, given: frozenset[bytes]) -> bool:
    """Whether a member answered or skipped every question of a round."""
    return all(
        tag(keys.tag_key, member, item.id, slot) in given
        for item in asked.items
        for slot in slots(item)
    )
