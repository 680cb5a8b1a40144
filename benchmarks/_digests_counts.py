"""How good is good: what of played digests there is to act on, what they repeat, hide, and forget.

Judged by the facts of the kept record, and never by reading our sentences. Only what is of a text
is taken from it: a sentence of the week before, a message's length, and whether a number that was
released stands in the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeVar

from benchmarks._digests_played import (
    HAPPENS,
    MOVED,
    PlayedGroup,
    PlayedWeek,
    Scenario,
    message_text,
)
from pulse_bot.domain.asking.same_question import text_identity
from pulse_bot.domain.release.digest import CommitmentFact, CommitmentNews
from pulse_bot.domain.release.record import (
    Digest,
    ReleasedBlock,
    ReleasedQuestion,
    ReleasedTrend,
    StatementKind,
    TalkFact,
)
from pulse_bot.domain.release.results import (
    Choices,
    End,
    Journey,
    Lean,
    Level,
    LevelWord,
    OutOfTen,
    Printed,
    ReleasedValue,
    Silence,
)
from pulse_bot.domain.release.trend import Move

HALF_YEAR: Final = 26
"""Digests after a call, the one that made it included."""
NAMED_BY: Final = 16
"""So much of a question's text, in letters, says in a message which one a number is of."""

NumberType = TypeVar("NumberType", Level, OutOfTen)
_OTHER_END: Final = {End.NONE: End.NONE, End.LOW: End.HIGH, End.HIGH: End.LOW}
_SENTENCE_END: Final = re.compile(r"(?<=[.?!…])\s+(?=[^a-z])")
"""Not between a quotation's end and what is said of it: “We listen.” About 3.8 is one sentence."""


class Ground(StrEnum):
    """Why a digest is something to act on."""

    CALL = "a new call"
    """A theme's move stands that did not stand, or was another, in the digest before that spoke of
    the theme."""
    WITHDRAWAL = "a withdrawal"
    HALF_TERM = "a half-term's level"
    """As a number or a word; a silence is none."""
    COMMITMENT = "a commitment that came due or was kept"
    """Any news of one but that it was made or dropped."""
    PROMPT = "a prompt that fits"
    """It belongs to the question with the lowest number of this week's and last week's, or to the
    one of these that moved furthest since it was last printed."""
    MOVE = "a number beside another one of before"
    """A question's fact holds what it printed before, and that is not what it prints now."""


_NO_FOLLOW_UP: Final = (CommitmentNews.MADE, CommitmentNews.DROPPED)


@dataclass(frozen=True)
class Number:
    """A question's number, and how far it is from what the same question printed last, if ever."""

    item: str
    value: float
    moved: float = 0.0


def list_numbers(weeks: Sequence[PlayedWeek]) -> list[list[Number]]:
    """By week, the weekly questions' numbers from 1 to 5, the higher the better."""
    last: dict[str, float] = {}
    numbers: list[list[Number]] = []
    for week in weeks:
        own = []
        for statement in week.digest.statements:
            fact = statement.fact
            if isinstance(fact, ReleasedQuestion) and statement.level and fact.weekly:
                value, letters = float(statement.level.value), text_identity(fact.text)
                own.append(Number(fact.item, value, abs(value - last.get(letters, value))))
                last[letters] = value
        numbers.append(own)
    return numbers


def list_grounds(weeks: Sequence[PlayedWeek]) -> list[frozenset[Ground]]:
    """By week, all that its digest gives to act on."""
    numbers, standing = list_numbers(weeks), dict[str, Move | None]()
    grounds = []
    for place, week in enumerate(weeks):
        recent = [number for own in numbers[max(0, place - 1) : place + 1] for number in own]
        prompts = {
            item: prompt
            for earlier in weeks[max(0, place - 1) : place + 1]
            for item, prompt in earlier.prompts.items()
        }
        found = set(_find_moves(week.digest, standing)) | set(_find_others(week.digest))
        if _fits(week.digest, recent, prompts):
            found.add(Ground.PROMPT)
        grounds.append(frozenset(found))
    return grounds


def _find_moves(digest: Digest, standing: dict[str, Move | None]) -> Iterator[Ground]:
    """Calls and withdrawals; `standing`, by theme, is brought up to this digest."""
    for fact in digest.facts:
        if not isinstance(fact, ReleasedTrend):
            continue
        if fact.trend.withdrawn:
            yield Ground.WITHDRAWAL
        for theme in fact.themes:
            now = fact.trend.now
            # After a withdrawal an older move may stand again, which is no new call.
            if now and not fact.trend.withdrawn and now != standing.get(theme):
                yield Ground.CALL
            standing[theme] = now


def _find_others(digest: Digest) -> Iterator[Ground]:
    for fact in digest.facts:
        match fact:
            case ReleasedBlock(says=says) if says is not None and not isinstance(says, Silence):
                yield Ground.HALF_TERM
            case CommitmentFact(news=news) if news not in _NO_FOLLOW_UP:
                yield Ground.COMMITMENT
            case ReleasedQuestion(says=says) if _differs(getattr(fact, "before", ()), says):
                yield Ground.MOVE


def _differs(before: object, says: object) -> bool:
    """Whether the last of a question's earlier values, where its fact holds any, is another."""
    return isinstance(before, tuple) and bool(before) and _as_read(before[-1]) != _as_read(says)


def _as_read(says: object) -> object:
    """A number without its step, which nobody reads."""
    return (says.value, says.end) if isinstance(says, Printed) else says


def _fits(digest: Digest, recent: Sequence[Number], prompts: dict[str, str]) -> bool:
    said = {fact.prompt for fact in digest.facts if isinstance(fact, TalkFact)}
    if not recent or not said:
        return False
    lowest = min(number.value for number in recent)
    furthest = max(number.moved for number in recent)
    return any(
        prompts.get(number.item) in said
        and (number.value == lowest or (number.moved > 0 and number.moved == furthest))
        for number in recent
    )


def has_number(digest: Digest) -> bool:
    """Whether it releases anything of a question or a half-term."""
    return any(True for _ in _list_released(digest))


def holds_numbers(week: PlayedWeek) -> bool:
    """Whether the message has all that the week released of questions and half-terms.

    Each has to stand in one paragraph with its question's first letters, or its theme's name; of a
    question that asks the other way round, as it was counted or as it was asked.
    """
    paragraphs = [paragraph.casefold() for paragraph in (week.message.title, *week.message.text)]
    return all(
        any(
            name in text_identity(paragraph)
            and any(all(word.casefold() in paragraph for word in words) for words in ways)
            for paragraph in paragraphs
        )
        for name, ways in _list_released(week.digest)
    )


def _list_released(digest: Digest) -> Iterator[tuple[str, tuple[tuple[str, ...], ...]]]:
    """Of each question and half-term the letters of its name, and each way to say its result."""
    for fact in digest.facts:
        match fact:
            case ReleasedQuestion(says=says) if says is not None and not isinstance(says, Silence):
                ways = (says, _turn(says)) if fact.reverse else (says,)
                letters = text_identity(fact.text)[:NAMED_BY]
                yield letters, tuple(tuple(_value_words(way)) for way in ways)
            case ReleasedBlock(says=says) if says is not None and not isinstance(says, Silence):
                yield text_identity(fact.theme), (tuple(_value_words(says)),)


def _turn(says: ReleasedValue) -> ReleasedValue:
    """A number as its question was asked, in place of the higher, the better."""
    match says:
        case Level():
            return _turn_number(says, 6)
        case OutOfTen():
            return _turn_number(says, 10)
        case Journey(now, later):
            return Journey(_turn_number(now, 6), _turn_number(later, 6))
    return says


def _turn_number(number: NumberType, around: int) -> NumberType:
    return replace(number, value=around - number.value, end=_OTHER_END[number.end])


def _value_words(says: ReleasedValue | LevelWord) -> Iterator[str]:
    match says:
        case Printed():
            yield says.about
            yield says.edge
        case Journey(now, later):
            yield from (now.about, later.about)
        case Choices():
            yield from (label for label, _ in says.standing_out)
        case Lean() | LevelWord():
            yield says.value


def list_sentences(text: str) -> list[str]:
    """The sentences of a message, a paragraph a line. A quotation belongs to what is said of it."""
    return [
        sentence
        for line in text.splitlines()
        for sentence in _SENTENCE_END.split(line)
        if sentence.strip()
    ]


def find_repeated(before: PlayedWeek, week: PlayedWeek) -> frozenset[str]:
    """The sentences of a message, every one counted, that stood in the message before it."""
    earlier = set(list_sentences(message_text(before.message)))
    return frozenset(list_sentences(message_text(week.message))) & earlier


def find_kinds(digest: Digest, sentences: frozenset[str]) -> frozenset[StatementKind | None]:
    """Which parts of the digest these sentences are of; None where no part of it has one."""
    kinds: set[StatementKind | None] = set()
    for sentence in sentences:
        of = {one.kind for one in digest.statements if sentence in one.text}
        kinds |= of or {None}
    return frozenset(kinds)


@dataclass(frozen=True)
class Truth:
    """What the digests of half a year after a true call say of it."""

    called: bool = False
    says: int = 0
    denies: int = 0
    """That there is no clear change, that it has not held, or the opposite."""
    digests: int = 0


def find_truth(group: PlayedGroup) -> Truth | None:
    """How a lasting change was told, from the first digest that says it on; None without one."""
    direction = group.plan.scenario.direction
    if direction is None:
        return None
    told = [_tell_moved(week.digest, group.plan.scenario) for week in group.weeks]
    called = next((place for place in range(HAPPENS, len(told)) if told[place] is True), None)
    if called is None:
        return Truth()
    after = told[called : called + HALF_YEAR]
    return Truth(True, after.count(True), after.count(False), len(after))


def _tell_moved(digest: Digest, scenario: Scenario) -> bool | None:
    """Whether a digest says the lasting change, or denies it; None where it says nothing."""
    for fact in digest.facts:
        if isinstance(fact, ReleasedTrend) and MOVED in fact.themes:
            now = fact.trend.now
            return now is not None and now.direction is scenario.direction
    return None
