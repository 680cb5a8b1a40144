"""Hearing a round that closes: envelopes are opened, in memory alone, and matched with the roster.

What nobody ever reads is let go of here. What becomes of the rest is the closing's.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pulse_bot.crypto.sealing import Envelope, make_tag, unseal_answer
from pulse_bot.domain.asking.items import COMMENT, SKIP, Item, ItemKind, list_slots
from pulse_bot.domain.asking.rounds import Round, Seat
from pulse_bot.domain.release.closed_round import Comment
from pulse_bot.domain.release.comments import draw_unread
from pulse_bot.domain.release.lot import draw_order
from pulse_bot.domain.release.tallies import MemberAnswers
from pulse_bot.errors import SealError
from pulse_bot.ports import RoundKeys

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DecryptedRound:
    """What a round's envelopes held, in memory only, without the words that nobody ever reads."""

    answers: dict[str, list[MemberAnswers]]
    """By item id, in the order of the round's lot."""
    comments: Sequence[Comment]
    words: Mapping[str, Sequence[Comment]]
    """The answers to `words` items, by item id."""
    answered: int
    organisations: int
    """Of those who answered."""

    def forget_answers(self) -> None:
        """Once they are added up, nothing needs what each one answered any more."""
        self.answers.clear()


def decrypt_round(
    round_: Round, keys: RoundKeys, roster: Iterable[Seat], sealed: Iterable[Envelope]
) -> DecryptedRound:
    """Open a round's envelopes. The tags of the roster, made again, match one person's answers.

    They come out in an order that is drawn here, once for all questions, and kept nowhere: it
    decides whose answers count. Raises SealError where there are some and none of them opens: that
    is another round's key, and not a round that nobody answered.
    """
    kept = list(sealed)
    texts_by_tag = {envelope.tag: text for envelope, text in _open_envelopes(keys, kept)}
    if kept and not texts_by_tag:
        raise SealError("No envelope of this round opens with its key.")
    answers: dict[str, list[MemberAnswers]] = {item.id: [] for item in round_.items}
    words: dict[str, list[Comment]] = {
        item.id: [] for item in round_.items if item.kind is ItemKind.WORDS
    }
    comments: list[Comment] = []
    written: list[_MemberWords] = []
    answered_schools: list[int] = []
    for seat in draw_order(list(roster), secrets.randbelow):
        item_answers = [
            (item, _find_answers(texts_by_tag, keys, seat, item)) for item in round_.items
        ]
        for item, by_slot in item_answers:
            answers[item.id].append(MemberAnswers(seat.organisation, by_slot))
        written.append(
            _MemberWords(
                _member_comments(texts_by_tag, keys, seat, round_.items),
                _member_words(item_answers),
            )
        )
        if any(text != SKIP for _, by_slot in item_answers for text in by_slot.values()):
            answered_schools.append(seat.organisation)
    for member_words in _select_read(written, round_.roster_size):
        comments.extend(member_words.comments)
        for number, (item_id, text) in enumerate(member_words.words, len(member_words.comments)):
            words[item_id].append(Comment(text, first=number == 0))
    return DecryptedRound(
        answers, comments, words, len(answered_schools), len(set(answered_schools))
    )


@dataclass(frozen=True, slots=True)
class _MemberWords:
    """All that one member wrote in their own words: comments, and answers by item id."""

    comments: Sequence[Comment]
    words: Sequence[tuple[str, str]]


def _select_read(written: Iterable[_MemberWords], roster_size: int) -> list[_MemberWords]:
    """What is shown or waits. What the others wrote is let go of here, and kept nowhere."""
    writers = [
        member_words for member_words in written if member_words.comments or member_words.words
    ]
    unread_places = draw_unread(len(writers), roster_size, secrets.randbelow)
    return [
        member_words for place, member_words in enumerate(writers) if place not in unread_places
    ]


def _member_comments(
    texts_by_tag: Mapping[bytes, str], keys: RoundKeys, seat: Seat, items: Sequence[Item]
) -> list[Comment]:
    texts = [
        text
        for item in items
        for text in _find_answers(texts_by_tag, keys, seat, item, (COMMENT,)).values()
    ]
    return [Comment(text, first=number == 0) for number, text in enumerate(texts)]


def _member_words(item_answers: Iterable[tuple[Item, Mapping[str, str]]]) -> list[tuple[str, str]]:
    return [
        (item.id, text)
        for item, by_slot in item_answers
        if item.kind is ItemKind.WORDS
        for text in by_slot.values()
        if text != SKIP
    ]


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
