"""What the picture of a year shows: a table of questions by half-terms, read from the releases.

How it looks is in `year_picture`; the half-terms are those of the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pulse_bot.domain.release.digest import CommitmentFact, CommitmentNews, ThemeLevel
from pulse_bot.domain.release.half_term import (
    HALF_TERMS_SHOWN,
    HalfTerm,
    list_followed,
    list_half_terms,
    name_question,
)
from pulse_bot.domain.release.record import (
    Digest,
    ReleasedBlock,
    ReleasedQuestion,
    ReleasedTrend,
)
from pulse_bot.domain.release.results import Level, LevelWord
from pulse_bot.domain.release.trend import Direction, Move
from pulse_bot.errors import MissingExtra
from pulse_bot_reports.charts.series import MarkKind
from pulse_bot_reports.titles import short_title

if TYPE_CHECKING:
    from pandas import DataFrame

LEAST_COLUMNS: Final = 2
LONGEST: Final = 1000
"""Characters of the text alternative."""
_TOLD: Final = {CommitmentNews.MADE: MarkKind.PROMISED, CommitmentNews.KEPT: MarkKind.KEPT}


@dataclass(frozen=True, slots=True)
class YearColumn:
    """A half-term, when it ended, and what happened in it."""

    half_term: HalfTerm
    ended: datetime
    marks: tuple[MarkKind, ...] = ()


@dataclass(frozen=True, slots=True)
class YearRow:
    """A question, and the last number that it printed in each half-term."""

    text: str
    levels: tuple[Level | None, ...]
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class YearTheme:
    """A theme: its level in each half-term, where changes began, and its questions."""

    theme: str
    levels: tuple[ThemeLevel | None, ...]
    calls: tuple[Direction | None, ...]
    rows: tuple[YearRow, ...]


@dataclass(frozen=True, slots=True)
class YearTable:
    """All that the picture shows, oldest half-term first."""

    columns: tuple[YearColumn, ...]
    themes: tuple[YearTheme, ...]

    @property
    def has_numbers(self) -> bool:
        """Whether any question has a number; a small group reads words for its themes alone."""
        return any(theme.rows for theme in self.themes)


def build_year(digests: Sequence[Digest]) -> YearTable | None:
    """The last six half-terms; None where fewer than two have ended. Raises MissingExtra."""
    half_terms = list_half_terms(digests)[-HALF_TERMS_SHOWN:]
    if len(half_terms) < LEAST_COLUMNS:
        return None
    first, last = half_terms[0].first, half_terms[-1].last
    shown = sorted(
        (digest for digest in digests if first <= digest.number <= last),
        key=lambda digest: digest.number,
    )
    rows = _pivot_questions(shown, half_terms)
    themes = dict.fromkeys(
        fact.theme
        for digest in reversed(shown)
        for fact in digest.facts
        if isinstance(fact, ReleasedBlock)
    )
    return YearTable(
        tuple(_build_column(shown, half_term) for half_term in half_terms),
        tuple(
            YearTheme(
                theme,
                _list_levels(shown, half_terms, theme),
                _list_calls(shown, half_terms, theme),
                tuple(row for of_theme, row in rows if of_theme == theme),
            )
            for theme in themes
        ),
    )


def _build_column(shown: Sequence[Digest], half_term: HalfTerm) -> YearColumn:
    own = [digest for digest in shown if half_term.holds(digest.number)]
    told = {
        _TOLD.get(fact.news) for d in own for fact in d.facts if isinstance(fact, CommitmentFact)
    }
    if any(digest.workshop for digest in own):
        told.add(MarkKind.WORKSHOP)
    return YearColumn(
        half_term, own[-1].closed_at, tuple(kind for kind in MarkKind if kind in told)
    )


def _list_levels(
    shown: Sequence[Digest], half_terms: Sequence[HalfTerm], theme: str
) -> tuple[ThemeLevel | None, ...]:
    levels = {
        half_term: fact.says
        for digest in shown
        for half_term in half_terms
        if half_term.holds(digest.number)
        for fact in digest.facts
        if isinstance(fact, ReleasedBlock) and fact.theme == theme
        if isinstance(fact.says, Level | LevelWord)
    }
    return tuple(levels.get(half_term) for half_term in half_terms)


def _list_calls(
    shown: Sequence[Digest], half_terms: Sequence[HalfTerm], theme: str
) -> tuple[Direction | None, ...]:
    """Where the moves began that stand by the newest digest that spoke of the theme over time."""
    moves: list[Move] = []
    for digest in shown:
        for fact in digest.facts:
            if isinstance(fact, ReleasedTrend) and theme in fact.themes:
                moves = [move for move in (fact.trend.before, fact.trend.now) if move]
    return tuple(
        next((move.direction for move in reversed(moves) if half_term.holds(move.since)), None)
        for half_term in half_terms
    )


def _pivot_questions(
    shown: Sequence[Digest], half_terms: Sequence[HalfTerm]
) -> list[tuple[str, YearRow]]:
    """(theme, row) of each question that printed a number, in the order of their asking."""
    printed = list(_list_printed(shown, half_terms))
    newest = {name: fact for name, _, fact in printed}
    if not printed:
        return []
    table = _pivot(printed).reindex(index=list(newest), columns=range(len(half_terms)))
    return [
        (fact.theme, YearRow(fact.text, tuple(map(_read_cell, table.loc[name])), fact.reverse))
        for name, fact in newest.items()
    ]


def _list_printed(
    shown: Sequence[Digest], half_terms: Sequence[HalfTerm]
) -> Iterator[tuple[str, int, ReleasedQuestion]]:
    """What a question is known by, the place of the half-term, and what it printed there."""
    known: dict[str, str] = {}
    for digest in shown:
        place = next(n for n, one in enumerate(half_terms) if one.holds(digest.number))
        for fact in list_followed(digest):
            name = name_question(fact, known)
            if isinstance(fact.says, Level):
                yield name, place, fact


def _pivot(printed: Sequence[tuple[str, int, ReleasedQuestion]]) -> DataFrame:
    """Questions by half-terms; where one was asked twice in a half-term, its last number."""
    try:
        from pandas import DataFrame
    except ImportError:
        raise MissingExtra("reports", "pandas") from None
    frame = DataFrame(
        [(name, place, fact.says) for name, place, fact in printed],
        columns=["question", "half_term", "level"],
    )
    last = frame.drop_duplicates(["question", "half_term"], keep="last")
    return last.pivot(index="question", columns="half_term", values="level")


def _read_cell(cell: object) -> Level | None:
    return cell if isinstance(cell, Level) else None


def describe_year(year: YearTable) -> str:
    """The picture in words: its text alternative, the newest half-term first."""
    words = (
        "Table of our year by half-terms, a row a question; all numbers are out of 5, the newest "
        "come first."
    )
    for sentence in _list_sentences(year):
        if len(words) + len(sentence) + 1 > LONGEST:
            return words
        words = f"{words} {sentence}"
    return words


def _list_sentences(year: YearTable) -> Iterator[str]:
    for theme in year.themes:
        for column, call in zip(year.columns, theme.calls, strict=True):
            if call:
                yield f"{short_title(theme.theme)} went {call} in {_name_rounds(column)}."
    for place in reversed(range(len(year.columns))):
        column = year.columns[place]
        levels = [
            f"{short_title(theme.theme).lower()} {_say(level)}"
            for theme in year.themes
            if (level := theme.levels[place]) is not None
        ]
        happened = [kind.value for kind in column.marks]
        if parts := [*levels, *happened]:
            yield f"{_name_rounds(column).capitalize()}: {', '.join(parts)}."
    for theme in year.themes:
        for row in theme.rows:
            numbers = [_say(level) for level in reversed(row.levels) if level]
            yield f"“{row.text}” {', '.join(numbers)}."


def _name_rounds(column: YearColumn) -> str:
    return f"rounds {column.half_term.first} to {column.half_term.last}"


def _say(level: ThemeLevel) -> str:
    if isinstance(level, LevelWord):
        return level.value
    return f"{level.about} {level.edge}".strip()
