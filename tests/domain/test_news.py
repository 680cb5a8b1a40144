"""The news of a digest: what it begins with, by its value, of what is printed alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations

import pytest

from pulse_bot.domain.release.digest import (
    BlockFact,
    CommitmentFact,
    CommitmentNews,
    DigestFacts,
    News,
    NewsKind,
    QuestionFact,
    ThemeLevel,
    ThemeTrend,
)
from pulse_bot.domain.release.moves import find_move
from pulse_bot.domain.release.news import find_news
from pulse_bot.domain.release.printed_record import PrintedRound
from pulse_bot.domain.release.record import ReleasedQuestion
from pulse_bot.domain.release.results import Lean, Level, LevelWord, ReleasedValue, Silence
from pulse_bot.domain.release.trend import Direction, Move, Trend, Unclear
from tests import printed


def asked(name: str, about: str = "3.0", *before: str) -> QuestionFact:
    past = tuple(printed.level(value) for value in before)
    return QuestionFact(name, f"{name}?", "trust", "", printed.level(about), before=past)


def commitment(news: CommitmentNews) -> CommitmentFact:
    return CommitmentFact(7, "We visit one another.", date(2026, 5, 22), news)


def trend(theme: str, **fields: object) -> ThemeTrend:
    return ThemeTrend(theme, Trend(**fields))  # type: ignore[arg-type] # keywords of many types


QUIET = DigestFacts(
    partnership="Colne Valley",
    round_number=60,
    opened_at=datetime(2026, 3, 9, 8, tzinfo=UTC),
    closed_at=datetime(2026, 3, 13, 16, tzinfo=UTC),
    next_opens_at=None,
    time_zone="Europe/London",
    response=None,
    questions=(asked("steady", "3.0", "3.0"), asked("new")),
    blocks=(),
    talk="",
    trends=(trend("trust", unclear=Unclear.NOTHING_MORE),),
)
YEAR = tuple(
    PrintedRound(n, (ReleasedQuestion("q", "Q?", "trust", printed.level("3.0")),))
    for n in range(1, 60)
)

UP = trend("trust", now=Move(Direction.UP, 56), just_called=True)
GONE = trend("honesty", withdrawn=Move(Direction.DOWN, 50), unclear=Unclear.NOTHING_MORE)
LEVEL = printed.level("3.4")
PARTS: list[tuple[dict[str, object], News]] = [
    ({"trends": (UP, *QUIET.trends)}, News(NewsKind.CALL, up=("trust",))),
    ({"trends": (GONE, *QUIET.trends)}, News(NewsKind.WITHDRAWAL)),
    ({"blocks": (BlockFact("trust", 10, LEVEL, (LEVEL,)),)}, News(NewsKind.HALF_TERM)),
    (
        {"commitments": (commitment(CommitmentNews.KEPT),)},
        News(NewsKind.KEPT, commitment=7),
    ),
    (
        {"questions": (asked("low", "2.6"), *QUIET.questions)},
        News(NewsKind.LOWEST, item="low", is_year=True),
    ),
    (
        {"questions": (*QUIET.questions, asked("moved", "3.4", "3.0"))},
        News(NewsKind.MOVED, item="moved"),
    ),
]
"""What can be news, the most telling first, each with the change that makes it so."""


@pytest.mark.parametrize(("changes", "news"), PARTS)
def test_each_kind_of_news_is_found(changes: dict[str, object], news: News) -> None:
    assert find_news(replace(QUIET, **changes), YEAR) == news  # type: ignore[arg-type]  # keywords of many types


def test_of_two_the_more_telling_one_is_told() -> None:
    for (first, news), (second, _) in combinations(PARTS, 2):
        both = replace(QUIET, **{**second, **first})  # type: ignore[arg-type]  # keywords of many types
        assert find_news(both, YEAR) == news, news.kind


def test_where_nothing_moved_that_is_said() -> None:
    assert find_news(QUIET, YEAR) == News(NewsKind.NO_MOVE)


def test_a_standing_call_is_no_news() -> None:
    stands = replace(QUIET, trends=(trend("trust", now=Move(Direction.UP, 20)),))
    assert find_news(stands, YEAR) == News(NewsKind.NO_MOVE)


def test_calls_of_both_directions_are_one_piece_of_news() -> None:
    down = trend("honesty", now=Move(Direction.DOWN, 55), just_called=True)
    both = replace(QUIET, trends=(UP, down))
    assert find_news(both, YEAR) == News(NewsKind.CALL, up=("trust",), down=("honesty",))


@pytest.mark.parametrize(
    ("level", "before", "direction"),
    [
        (printed.level("3.4"), printed.level("3.0"), Direction.UP),
        (printed.level("3.0"), printed.level("3.4"), Direction.DOWN),
        (printed.level("3.2"), printed.level("3.0"), None),
        (LevelWord.HIGH, LevelWord.RATHER_HIGH, Direction.UP),
        (LevelWord.LOW, LevelWord.LOW, None),
        (printed.level("3.0"), LevelWord.LOW, None),
    ],
)
def test_half_terms_stand_apart_from_two_fifths_of_a_point_on(
    level: ThemeLevel, before: ThemeLevel, direction: Direction | None
) -> None:
    news = find_news(replace(QUIET, blocks=(BlockFact("trust", 2, level, (before,)),)), YEAR)
    up, down = (("trust",) if direction is one else () for one in (Direction.UP, Direction.DOWN))
    assert news == News(NewsKind.HALF_TERM, up=up, down=down)


def test_a_half_term_of_too_few_answers_is_no_news() -> None:
    silent = replace(QUIET, blocks=(BlockFact("trust", 2, Silence.TOO_FEW),))
    assert find_news(silent, YEAR) == News(NewsKind.NO_MOVE)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (CommitmentNews.KEPT, NewsKind.KEPT),
        (CommitmentNews.DUE, NewsKind.DUE),
        (CommitmentNews.ON_ITS_WAY, NewsKind.NOT_YET_KEPT),
        (CommitmentNews.MADE, NewsKind.NO_MOVE),
        (CommitmentNews.DROPPED, NewsKind.NO_MOVE),
    ],
)
def test_commitments_that_came_due_are_news(told: CommitmentNews, kind: NewsKind) -> None:
    news = find_news(replace(QUIET, commitments=(commitment(told),)), YEAR)
    assert news
    assert news.kind is kind


def test_the_lowest_number_needs_enough_to_be_lower_than() -> None:
    low = replace(QUIET, questions=(asked("low", "2.6"), asked("moved", "3.4", "3.0")))
    for rounds, news in (
        (YEAR, News(NewsKind.LOWEST, item="low", is_year=True)),
        (YEAR[-12:], News(NewsKind.LOWEST, item="low")),
        (YEAR[-11:], News(NewsKind.MOVED, item="moved")),
    ):
        assert find_news(low, rounds) == news
    lower = PrintedRound(0, (ReleasedQuestion("q", "Q?", "trust", printed.level("2.6")),))
    assert find_news(low, (*YEAR, lower)) == News(NewsKind.MOVED, item="moved")
    assert find_news(low, (lower, *YEAR[-52:])) == News(NewsKind.LOWEST, item="low", is_year=True)


@pytest.mark.parametrize(
    ("lowest", "year"),
    [
        (printed.level("2.2", "or lower", step="0.4"), printed.level("2.5", "or lower")),
        (printed.level("2.0", step="0.2"), printed.level("2.2", "or lower", step="0.4")),
        (printed.level("2.8", step="0.2"), printed.level("3.0", step="0.5")),
    ],
)
def test_a_number_that_may_not_be_the_lowest_is_not_called_so(lowest: Level, year: Level) -> None:
    rounds = [PrintedRound(n, (ReleasedQuestion("q", "Q?", "trust", year),)) for n in range(1, 60)]
    low = replace(QUIET, questions=(QuestionFact("low", "Low?", "trust", "", lowest),))
    assert find_news(low, rounds) == News(NewsKind.FIRST_TIME)


@pytest.mark.parametrize(
    ("says", "before"),
    [
        (printed.out_of_ten("8.0"), printed.out_of_ten("2.0")),
        (Lean.MORE_NO, Lean.MORE_YES),
    ],
)
def test_nothing_moved_is_not_said_of_what_did(says: ReleasedValue, before: ReleasedValue) -> None:
    other = QuestionFact("q", "Q?", "trust", "", says, before=(before,))
    same = replace(other, before=(says,))
    for question, kind in ((other, NewsKind.QUESTIONS), (same, NewsKind.NO_MOVE)):
        quiet = replace(QUIET, questions=(question, *QUIET.questions))
        assert find_news(quiet, YEAR) == News(kind)


@pytest.mark.parametrize(
    ("says", "before", "moved"),
    [
        (printed.level("3.4", step="0.4"), printed.level("3.0"), True),
        (printed.level("3.4", step="0.4"), printed.level("3.4"), False),
        (printed.level("3.4", step="0.4"), printed.level("3.2"), False),
        # The group has grown, and reads a finer grid.
        (printed.level("2.8", step="0.2"), printed.level("3.0", step="0.5"), False),
        (printed.level("4.2", "or higher"), printed.level("3.8"), True),
        (printed.level("3.8"), printed.level("4.2", "or higher"), True),
        (printed.level("3.8", "or higher"), printed.level("4.2", "or higher"), False),
        (printed.level("4.2"), printed.level("3.8", "or higher"), False),
        (printed.level("1.8", "or lower"), printed.level("2.2", "or lower"), False),
        (printed.level("1.8"), printed.level("2.2", "or lower"), False),
        (Silence.TOO_FEW, printed.level("3.0"), False),
    ],
)
def test_what_may_be_the_same_did_not_move(
    says: Level | Silence, before: Level, moved: bool
) -> None:
    assert bool(find_move(says, (before,))) is moved
    assert not find_move(says, ())


@pytest.mark.parametrize(
    ("results", "rounds", "kind"),
    [
        ([printed.level("3.0")], (), NewsKind.FIRST_TIME),
        ([printed.level("3.0")], YEAR, NewsKind.QUESTIONS),
        ([printed.level("3.0"), Silence.TOO_FEW], (), NewsKind.FIRST_TIME),
        ([Silence.TOO_FEW, Silence.TOO_FEW], YEAR, NewsKind.TOO_FEW),
        ([Silence.SMALL_GROUP, Silence.SMALL_GROUP], (), NewsKind.TO_TALK),
    ],
)
def test_where_there_is_no_news_it_says_what_there_is(
    results: list[Level | Silence], rounds: tuple[PrintedRound, ...], kind: NewsKind
) -> None:
    questions = tuple(QuestionFact("q", "Q?", "trust", "", result) for result in results)
    assert find_news(replace(QUIET, questions=questions), rounds) == News(kind)


def test_a_round_without_questions_has_no_news() -> None:
    assert find_news(replace(QUIET, questions=()), YEAR) is None


def test_what_is_held_back_is_no_measure_but_was_asked() -> None:
    low = replace(QUIET, questions=(asked("low", "2.6"),))
    lower = PrintedRound(60, (ReleasedQuestion("low", "low?", "trust", printed.level("2.2")),))
    held = replace(lower, is_held=True)
    assert find_news(low, (*YEAR, held)) == find_news(low, YEAR)
    assert find_news(low, (*YEAR, lower)) != find_news(low, YEAR)
    assert find_news(replace(QUIET, questions=(asked("low"),)), (held,)) == News(NewsKind.QUESTIONS)
