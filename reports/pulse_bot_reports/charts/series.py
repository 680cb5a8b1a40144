"""What the picture shows, read from the releases and from nothing else; pure.

How it looks is in `trends`, how it is put into words in `alternative_text`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from pulse_bot.domain.asking.same_question import text_identity
from pulse_bot.domain.release.digest import CommitmentFact, CommitmentNews
from pulse_bot.domain.release.record import (
    Digest,
    ReleasedQuestion,
    ReleasedTrend,
    Statement,
    StatementKind,
)
from pulse_bot.domain.release.results import Level
from pulse_bot.domain.release.trend import Move

MOST_ROUNDS: Final = 60
MOST_THEMES: Final = 4
LEAST_NUMBERS: Final = 2
BLOCK_ROUNDS: Final = 6


@dataclass(frozen=True, slots=True)
class RoundClosing:
    """A round's number, and when it closed."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class WeekLevel:
    """The level of one question of one round, and the one that it had when it was asked before."""

    closing: RoundClosing
    level: Level
    before: Level | None = None


@dataclass(frozen=True, slots=True)
class BlockLevel:
    """A theme's level over the rounds that asked it, from `first` to `last`."""

    first: RoundClosing
    last: RoundClosing
    level: Level


@dataclass(frozen=True, slots=True)
class ThemePanel:
    """One theme: its numbers, oldest first."""

    theme: str
    weeks: tuple[WeekLevel, ...]
    blocks: tuple[BlockLevel, ...]
    call: Move | None = None
    """The change that stands, by the newest digest."""

    @property
    def level_count(self) -> int:
        """How many numbers were released."""
        return len(self.weeks) + len(self.blocks)

    @property
    def shown_weeks(self) -> tuple[WeekLevel, ...]:
        """The weeks that compare, since questions differ; all, while nothing else can be drawn."""
        moves = tuple(week for week in self.weeks if week.before)
        return moves or (() if self.blocks else self.weeks)


class MarkKind(StrEnum):
    """What happened in a round, beside its numbers."""

    WORKSHOP = "workshop"
    PROMISED = "promised"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class ChartMark:
    """Something that happened, in the round whose digest told it."""

    kind: MarkKind
    closing: RoundClosing


@dataclass(frozen=True, slots=True)
class ThemeChart:
    """All that the picture shows. `closings` begin with the first number, oldest first."""

    panels: tuple[ThemePanel, ...]
    closings: tuple[RoundClosing, ...]
    left_out: int = 0
    """Themes beyond the first four."""
    marks: tuple[ChartMark, ...] = ()


def build_chart(digests: Sequence[Digest]) -> ThemeChart | None:
    """What there is to draw of the last sixty rounds; None where it is less than two numbers."""
    rounds = sorted(digests, key=lambda digest: digest.number)[-MOST_ROUNDS:]
    candidates = [
        panel for theme in list_themes(rounds) if (panel := _build_panel(rounds, theme)).level_count
    ]
    # Those with most numbers, so that the choice does not change from week to week.
    by_level_count = sorted(candidates, key=lambda panel: (-panel.level_count, panel.theme))
    order = [panel.theme for panel in candidates]
    panels = sorted(by_level_count[:MOST_THEMES], key=lambda panel: order.index(panel.theme))
    if sum(panel.level_count for panel in panels) < LEAST_NUMBERS:
        return None
    first = min(closing.number for panel in panels for closing in _panel_closings(panel))
    shown = [released for released in rounds if released.number >= first]
    return ThemeChart(
        tuple(panels),
        tuple(map(_round_closing, shown)),
        len(candidates) - len(panels),
        tuple(_list_marks(shown)),
    )


def _build_panel(rounds: Sequence[Digest], theme: str) -> ThemePanel:
    return ThemePanel(
        theme,
        tuple(_list_weeks(rounds, theme)),
        tuple(theme_blocks(rounds, theme)),
        _find_call(rounds, theme),
    )


def _list_weeks(rounds: Sequence[Digest], theme: str) -> Iterator[WeekLevel]:
    """A question is known again by its id or by its letters, as everywhere."""
    last: dict[str, Level] = {}
    for closing, statement in _theme_statements(rounds, theme, StatementKind.QUESTION):
        if not statement.level:
            continue
        names = _name_question(statement)
        before = next((last[name] for name in names if name in last), None)
        yield WeekLevel(closing, statement.level, before)
        last |= dict.fromkeys(names, statement.level)


def _name_question(statement: Statement) -> tuple[str, ...]:
    fact = statement.fact
    if isinstance(fact, ReleasedQuestion):
        return fact.item, text_identity(fact.text)
    return ()


def _find_call(rounds: Sequence[Digest], theme: str) -> Move | None:
    """What stands by the newest digest that spoke of the theme over time."""
    for digest in reversed(rounds):
        for fact in digest.facts:
            if isinstance(fact, ReleasedTrend) and theme in fact.themes:
                return fact.trend.now
    return None


def _list_marks(rounds: Sequence[Digest]) -> Iterator[ChartMark]:
    told = {CommitmentNews.MADE: MarkKind.PROMISED, CommitmentNews.KEPT: MarkKind.KEPT}
    for digest in rounds:
        if digest.workshop:
            yield ChartMark(MarkKind.WORKSHOP, _round_closing(digest))
        news = {fact.news for fact in digest.facts if isinstance(fact, CommitmentFact)}
        yield from (
            ChartMark(kind, _round_closing(digest)) for one, kind in told.items() if one in news
        )


def theme_blocks(rounds: Sequence[Digest], theme: str) -> Iterator[BlockLevel]:
    """The blocks of a theme in `rounds`, oldest first, as these are.

    A block is said in its last round; it goes back over the six rounds that asked the theme. Where
    not all six are among `rounds`, it is left out: its bar would be too short.
    """
    closings = {
        closing: None for closing, _ in _theme_statements(rounds, theme, StatementKind.QUESTION)
    }
    before = 0
    for last, statement in _theme_statements(rounds, theme, StatementKind.LEVEL):
        block_closings = [closing for closing in closings if before < closing.number <= last.number]
        if statement.level and len(block_closings) >= BLOCK_ROUNDS:
            yield BlockLevel(block_closings[-BLOCK_ROUNDS], last, statement.level)
        before = last.number


def _theme_statements(
    rounds: Sequence[Digest], theme: str, kind: StatementKind
) -> Iterator[tuple[RoundClosing, Statement]]:
    for digest in rounds:
        for statement in digest.statements:
            if (statement.theme, statement.kind) == (theme, kind):
                yield _round_closing(digest), statement


def list_themes(rounds: Sequence[Digest]) -> list[str]:
    """Every theme that something was said of, in the order of the digests, the newest first."""
    newest_first = sorted(rounds, key=lambda digest: digest.number, reverse=True)
    return list(
        dict.fromkeys(
            statement.theme
            for digest in newest_first
            for statement in digest.statements
            if statement.theme
        )
    )


def _round_closing(digest: Digest) -> RoundClosing:
    return RoundClosing(digest.number, digest.closed_at)


def _panel_closings(panel: ThemePanel) -> Iterator[RoundClosing]:
    yield from (week.closing for week in panel.weeks)
    yield from (block.first for block in panel.blocks)
