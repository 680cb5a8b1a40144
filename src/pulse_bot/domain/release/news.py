"""The news of a digest: the one thing that it begins with, chosen by its value to a reader.

A function of what the digest says anyway and of what earlier ones printed, so that it tells nothing
more. A new call comes before a withdrawal, that before a half-term's levels, those before a
commitment that came due or was kept, that before the lowest number in a year or the largest move of
a question since it was last asked; where there is none of these, the digest says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pulse_bot.domain.asking.same_question import text_identity
from pulse_bot.domain.release.digest import (
    BlockFact,
    CommitmentNews,
    DigestFacts,
    News,
    NewsKind,
    QuestionFact,
)
from pulse_bot.domain.release.earlier import YEAR, list_open
from pulse_bot.domain.release.moves import compare_levels, find_furthest, find_move
from pulse_bot.domain.release.printed_record import PrintedRound
from pulse_bot.domain.release.record import ReleasedQuestion
from pulse_bot.domain.release.results import Level, Silence
from pulse_bot.domain.release.trend import Direction

LEAST_COMPARED: Final = 12
"""Rounds before a number is called the lowest: two turns of the core."""
_COMMITMENTS: Final = {
    CommitmentNews.KEPT: NewsKind.KEPT,
    CommitmentNews.DUE: NewsKind.DUE,
    CommitmentNews.ON_ITS_WAY: NewsKind.NOT_YET_KEPT,
}
"""The most telling first."""


def find_news(facts: DigestFacts, rounds: Sequence[PrintedRound]) -> News | None:
    """What a digest begins with; `rounds` are those before it, oldest first.

    None for a round without a question.
    """
    return next(_list_news(facts, rounds), None)


def _list_news(facts: DigestFacts, rounds: Sequence[PrintedRound]) -> Iterator[News]:
    """All that could be news, the most telling first."""
    yield from _find_calls(facts)
    yield from _find_half_term(facts.blocks)
    for told, kind in _COMMITMENTS.items():
        for entry in facts.commitments:
            if entry.news is told:
                yield News(kind, commitment=entry.number)
    yield from _find_lowest(facts.questions, list_open(rounds))
    yield from _find_largest_move(facts.questions)
    if facts.questions:
        # That it was asked is no secret of a digest that is held.
        yield News(_describe_questions(facts.questions, rounds))


def _find_calls(facts: DigestFacts) -> Iterator[News]:
    moved: dict[Direction, list[str]] = {direction: [] for direction in Direction}
    for entry in facts.trends:
        if entry.trend.now and entry.trend.just_called:
            moved[entry.trend.now.direction].append(entry.dimension)
    if any(moved.values()):
        yield News(NewsKind.CALL, up=tuple(moved[Direction.UP]), down=tuple(moved[Direction.DOWN]))
    if any(entry.trend.withdrawn for entry in facts.trends):
        yield News(NewsKind.WITHDRAWAL)


def _find_half_term(blocks: Sequence[BlockFact]) -> Iterator[News]:
    if all(isinstance(block.result, Silence) for block in blocks):
        return
    moves = [(block.dimension, compare_levels(block)) for block in blocks]
    yield News(
        NewsKind.HALF_TERM,
        up=tuple(theme for theme, move in moves if move > 0),
        down=tuple(theme for theme, move in moves if move < 0),
    )


def _find_lowest(
    questions: Sequence[QuestionFact], rounds: Sequence[PrintedRound]
) -> Iterator[News]:
    """The lowest number of the week, where all of the year before lie above it for certain."""
    year = rounds[-YEAR:]
    printed = {
        fact.says
        for entry in year
        for fact in entry.facts
        if isinstance(fact, ReleasedQuestion) and isinstance(fact.says, Level)
    }
    levels = [(fact.result, fact.item) for fact in questions if isinstance(fact.result, Level)]
    if len(year) < LEAST_COMPARED or not levels or not printed:
        return
    lowest, item = min(levels, key=lambda level: level[0].value)
    if all(find_move(lowest, (level,)) < 0 for level in printed):
        yield News(NewsKind.LOWEST, item=item, is_year=len(year) >= YEAR)


def _find_largest_move(questions: Sequence[QuestionFact]) -> Iterator[News]:
    if furthest := find_furthest(questions):
        yield News(NewsKind.MOVED, item=furthest.item)


def _describe_questions(
    questions: Sequence[QuestionFact], rounds: Sequence[PrintedRound]
) -> NewsKind:
    """What is said of questions of which none is news by itself."""
    results = {fact.result for fact in questions if not fact.word_answers}
    if results and results <= {Silence.SMALL_GROUP}:
        return NewsKind.TO_TALK
    if Silence.TOO_FEW in results and all(isinstance(one, Silence) for one in results):
        return NewsKind.TOO_FEW
    compared = [fact for fact in questions if fact.before and not isinstance(fact.result, Silence)]
    if compared and all(map(_is_as_before, compared)):
        return NewsKind.NO_MOVE
    asked = {
        mark
        for entry in rounds
        for fact in entry.facts
        if isinstance(fact, ReleasedQuestion)
        for mark in (fact.item, text_identity(fact.text))
    }
    marks = {mark for fact in questions for mark in (fact.item, text_identity(fact.text))}
    return NewsKind.QUESTIONS if asked & marks else NewsKind.FIRST_TIME


def _is_as_before(fact: QuestionFact) -> bool:
    """Whether nothing is known to have moved; of numbers from 1 to 5 a move was looked for."""
    return isinstance(fact.result, Level) or fact.result == fact.before[-1]
