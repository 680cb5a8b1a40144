"""Hearing a round that closes: envelopes are opened, in memory alone, and matched with the roster.

What becomes of what they held is the closing's.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pulse_bot.crypto.sealing import Envelope, make_tag, unseal_answer
from pulse_bot.domain.asking.items import COMMENT, SKIP, Item, ItemKind, list_slots
from pulse_bot.domain.asking.rounds import Round, Seat
from pulse_bot.domain.release.closed_round import MemberWords
from pulse_bot.domain.release.lot import draw_order
from pulse_bot.domain.release.tallies import MemberAnswers
from pulse_bot.errors import SealError
from pulse_bot.ports import RoundKeys

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DecryptedRound:
    """What a round's envelopes held, in memory only."""

    answers: dict[str, list[MemberAnswers]]
    """By item id, each in the order of its lot."""
    written: list[MemberWords]
    """One for each who wrote anything in their own words."""
    answered: int
    organisations: int
    """Of those who answered."""

    def forget_answers(self) -> None:
        """Once they are added up, nothing needs what each one answered any more."""
        self.answers.clear()

    def forget_words(self) -> None:
        """Once the lot is drawn, nothing needs what it left out any more."""
        self.written.clear()


def decrypt_round(
    round_: Round, keys: RoundKeys, roster: Iterable[Seat], sealed: Iterable[Envelope]
) -> DecryptedRound:
    """Open a round's envelopes. The tags of the roster, made again, match one person's answers.

    They come out in an order that is drawn here, for each question anew, and kept nowhere: it
    decides whose answers count. In one order for all, whoever skips one of two questions that the
    others answer alike would be told by the two numbers. Raises SealError where there are some and
    none of them opens: that is another round's key, and not a round that nobody answered.
    """
    kept = list(sealed)
    texts_by_tag = {envelope.tag: text for envelope, text in _open_envelopes(keys, kept)}
    if kept and not texts_by_tag:
        raise SealError("No envelope of this round opens with its key.")
    answers: dict[str, list[MemberAnswers]] = {item.id: [] for item in round_.items}
    written: list[MemberWords] = []
    answered_schools: list[int] = []
    for seat in draw_order(list(roster), secrets.randbelow):
        item_answers = [
            (item, _find_answers(texts_by_tag, keys, seat, item)) for item in round_.items
        ]
        for item, by_slot in item_answers:
            answers[item.id].append(MemberAnswers(seat.organisation, by_slot))
        comments = _member_comments(texts_by_tag, keys, seat, round_.items)
        words = _member_words(item_answers)
        if comments or words:
            written.append(MemberWords(comments, words))
        if any(text != SKIP for _, by_slot in item_answers for text in by_slot.values()):
            answered_schools.append(seat.organisation)
    for item_id, in_one_order in answers.items():
        answers[item_id] = draw_order(in_one_order, secrets.randbelow)
    return DecryptedRound(answers, written, len(answered_schools), len(set(answered_schools)))


def _member_comments(
    texts_by_tag: Mapping[bytes, str], keys: RoundKeys, seat: Seat, items: Sequence[Item]
) -> tuple[str, ...]:
    return tuple(
        text
        for item in items
        for text in _find_answers(texts_by_tag, keys, seat, item, (COMMENT,)).values()
    )


def _member_words(item_answers: Iterable[tuple[Item, Mapping[str, str]]]) -> dict[str, str]:
    return {
        item.id: text
        for item, by_slot in item_answers
        if item.kind is ItemKind.WORDS
        for text in by_slot.values()
        if text != SKIP
    }


def _open_envelopes(keys: RoundKeys, sealed: Iterable[Envelope]) -> Iterable[tuple[Envelope, str]]:
    for envelope in sealed:
        try:
            yield envelope, unseal_answer(keys, envelope)
        except SealError as error:
            _log.warning("%s", error)
        except (ValueError, TypeError):
            # Bytes that no envelope ever had, or no text in it: left out as those that do not open.
            _log.warning("An envelope could not be read and was left out.")


def _find_answers(
    texts_by_tag: Mapping[bytes, str],
    keys: RoundKeys,
    seat: Seat,
    item: Item,
    among: Sequence[str] | None = None,
) -> dict[str, str]:
    tags = {
        slot: make_tag(keys.tag_key, seat.member, item.id, slot)
        for slot in among or list_slots(item)
    }
    return {
        slot: texts_by_tag[slot_tag] for slot, slot_tag in tags.items() if slot_tag in texts_by_tag
    }
