"""What the picture shows, read from the releases and from nothing else; pure.

How it looks is in `chart`, how it is put into words in `words`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pulse_bot.domain.release.record import Digest, Statement, StatementKind
from pulse_bot.domain.release.results import Level

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
    """The level of one question of one round."""

    closing: RoundClosing
    level: Level


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

    @property
    def level_count(self) -> int:
        """How many numbers were released."""
        return len(self.weeks) + len(self.blocks)


@dataclass(frozen=True, slots=True)
class ThemeChart:
    """All that the picture shows. `closings` begin with the first number, oldest first."""

    panels: tuple[ThemePanel, ...]
    closings: tuple[RoundClosing, ...]
    left_out: int = 0
    """Themes beyond the first four."""


def build_chart(digests: Sequence[Digest]) -> ThemeChart | None:
    """What there is to draw of the last sixty rounds; None where it is less than two numbers."""
    rounds = sorted(digests, key=lambda digest: digest.number)[-MOST_ROUNDS:]
    candidates = [
        panel for theme in list_themes(rounds) if (panel := _build_panel(rounds, theme)).level_count
    ]
    # Those with most numbers, so that the choice does not change from week to week.
    by_level_count = sorted(candidates, key=lambda panel: (-panel.level_count, panel.theme))
    panels = sorted(by_level_count[:MOST_THEMES], key=lambda panel: panel.theme)
    if sum(panel.level_count for panel in panels) < LEAST_NUMBERS:
        return None
    first = min(closing.number for panel in panels for closing in _panel_closings(panel))
    closings = tuple(_round_closing(released) for released in rounds if released.number >= first)
    return ThemeChart(tuple(panels), closings, len(candidates) - len(panels))


def _build_panel(rounds: Sequence[Digest], theme: str) -> ThemePanel:
    statements = _theme_statements(rounds, theme, StatementKind.QUESTION)
    weeks = tuple(
        WeekLevel(closing, statement.level) for closing, statement in statements if statement.level
    )
    return ThemePanel(theme, weeks, tuple(theme_blocks(rounds, theme)))


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
    """Every theme that something was said of, in alphabetical order."""
    return sorted(
        {statement.theme for digest in rounds for statement in digest.statements if statement.theme}
    )


def _round_closing(digest: Digest) -> RoundClosing:
    return RoundClosing(digest.number, digest.closed_at)


def _panel_closings(panel: ThemePanel) -> Iterator[RoundClosing]:
    yield from (week.closing for week in panel.weeks)
    yield from (block.first for block in panel.blocks)
