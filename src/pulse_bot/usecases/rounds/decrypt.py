"""Hearing a round that closes: envelopes are opened, in memory alone, and matched with the roster.

What nobody ever reads is let go of here. What becomes of the rest is the closing's.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pulse_bot.crypto.sealing import Envelope, tag, unseal
from pulse_bot.domain.asking.items import COMMENT, SKIP, Item, Kind, slots
from pulse_bot.domain.asking.rounds import Round, Seat
from pulse_bot.domain.release.closed_round import Comment
from pulse_bot.domain.release.comments import unread
from pulse_bot.domain.release.tallies import Answers
from pulse_bot.errors import SealError
from pulse_bot.ports import RoundKeys

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a round's envelopes held, in memory only, without the words that nobody ever reads."""

    answers: Mapping[str, Sequence[Answers]]
    comments: Sequence[Comment]
    words: Mapping[str, Sequence[Comment]]
    """The answers to `words` items, by item id."""
    answered: int
    organisations: int
    """Of those who answered."""


def hear(
    asked: Round, keys: RoundKeys, roster: Iterable[Seat], sealed: Iterable[Envelope]
) -> Heard:
    """Open a round's envelopes. The tags of the roster, made again, match one person's answers."""
    said = {envelope.tag: text for envelope, text in _opened(keys, sealed)}
    answers: dict[str, list[Answers]] = {item.id: [] for item in asked.items}
    words: dict[str, list[Comment]] = {
        item.id: [] for item in asked.items if item.kind is Kind.WORDS
    }
    comments: list[Comment] = []
    written: list[_Written] = []
    heard: list[int] = []
    for seat in roster:
        given = [(item, _of(said, keys, seat, item)) for item in asked.items]
        for item, by_slot in given:
            answers[item.id].append(Answers(seat.organisation, by_slot))
        written.append(_Written(_comments(said, keys, seat, asked.items), _words(given)))
        if any(text != SKIP for _, by_slot in given for text in by_slot.values()):
            heard.append(seat.organisation)
    for one in _read(written, asked.roster_size):
        comments.extend(one.comments)
        for number, (item_id, text) in enumerate(one.words, len(one.comments)):
            words[item_id].append(Comment(text, first=number == 0))
    return Heard(answers, comments, words, len(heard), len(set(heard)))


@dataclass(frozen=True, slots=True)
class _Written:
    """All that one member wrote in their own words: comments, and answers by item id."""

    comments: Sequence[Comment]
    words: Sequence[tuple[str, str]]


def _read(written: Iterable[_Written], roster_size: int) -> list[_Written]:
    """What is shown or waits. What the others wrote is let go of here, and kept nowhere."""
    writers = [one for one in written if one.comments or one.words]
    never = unread(len(writers), roster_size, secrets.randbelow)
    return [one for place, one in enumerate(writers) if place not in never]


def _comments(
    said: Mapping[bytes, str], keys: RoundKeys, seat: Seat, items: Sequence[Item]
) -> list[Comment]:
    texts = [text for item in items for text in _of(said, keys, seat, item, (COMMENT,)).values()]
    return [Comment(text, first=number == 0) for number, text in enumerate(texts)]


def _words(given: Iterable[tuple[Item, Mapping[str, str]]]) -> list[tuple[str, str]]:
    return [
        (item.id, text)
        for item, by_slot in given
        if item.kind is Kind.WORDS
        for text in by_slot.values()
        if text != SKIP
    ]


def _opened(keys: RoundKeys, sealed: Iterable[Envelope]) -> Iterable[tuple[Envelope, str]]:
    for envelope in sealed:
        try:
            yield envelope, unseal(keys, envelope)
        except SealError as error:
            _log.warning("%s", error)


def _of(
    said: Mapping[bytes, str],
    keys: RoundKeys,
    seat: Seat,
    item: Item,
    among: Sequence[str] | None = None,
) -> dict[str, str]:
    tags = {slot: tag(keys.tag_key, seat.member, item.id, slot) for slot in among or slots(item)}
    return {slot: said[one] for slot, one in tags.items() if one in said}
