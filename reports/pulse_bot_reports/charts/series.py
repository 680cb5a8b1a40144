"""What the picture shows, read from the releases and from nothing else; pure.

How it looks is in `chart`, how it is put into words in `words`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pulse_bot.domain.release.digest import Digest, Statement, StatementKind
from pulse_bot.domain.release.results import Level

MOST_ROUNDS: Final = 60
MOST_THEMES: Final = 4
LEAST_NUMBERS: Final = 2
BLOCK_ROUNDS: Final = 6


@dataclass(frozen=True, slots=True)
class Closing:
    """A round's number, and when it closed."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Week:
    """The level of one question of one round."""

    closing: Closing
    level: Level


@dataclass(frozen=True, slots=True)
class Block:
    """A theme's level over the rounds that asked it, from `first` to `last`."""

    first: Closing
    last: Closing
    level: Level


@dataclass(frozen=True, slots=True)
class Panel:
    """One theme: its numbers, oldest first."""

    theme: str
    weeks: tuple[Week, ...]
    blocks: tuple[Block, ...]

    @property
    def numbers(self) -> int:
        """How many numbers were released."""
        return len(self.weeks) + len(self.blocks)


@dataclass(frozen=True, slots=True)
class Drawn:
    """All that the picture shows. `closings` begin with the first number, oldest first."""

    panels: tuple[Panel, ...]
    closings: tuple[Closing, ...]
    left_out: int = 0
    """Themes beyond the first four."""


def drawn(digests: Sequence[Digest]) -> Drawn | None:
    """What there is to draw of the last sixty rounds; None where it is less than two numbers."""
    rounds = sorted(digests, key=lambda digest: digest.number)[-MOST_ROUNDS:]
    found = [panel for theme in themes(rounds) if (panel := _panel(rounds, theme)).numbers]
    # Those with most numbers, so that the choice does not change from week to week.
    by_numbers = sorted(found, key=lambda panel: (-panel.numbers, panel.theme))
    panels = sorted(by_numbers[:MOST_THEMES], key=lambda panel: panel.theme)
    if sum(panel.numbers for panel in panels) < LEAST_NUMBERS:
        return None
    first = min(at.number for panel in panels for at in _closings(panel))
    closings = tuple(_closing(one) for one in rounds if one.number >= first)
    return Drawn(tuple(panels), closings, len(found) - len(panels))


def _panel(rounds: Sequence[Digest], theme: str) -> Panel:
    said = _said(rounds, theme, StatementKind.QUESTION)
    weeks = tuple(Week(closing, one.level) for closing, one in said if one.level)
    return Panel(theme, weeks, tuple(blocks(rounds, theme)))


def blocks(rounds: Sequence[Digest], theme: str) -> Iterator[Block]:
    """The blocks of a theme in `rounds`, oldest first, as these are.

    A block is said in its last round; it goes back over the six rounds that asked the theme. Where
    not all six are among `rounds`, it is left out: its bar would be too short.
    """
    asked = {closing: None for closing, _ in _said(rounds, theme, StatementKind.QUESTION)}
    before = 0
    for last, one in _said(rounds, theme, StatementKind.LEVEL):
        its_own = [closing for closing in asked if before < closing.number <= last.number]
        if one.level and len(its_own) >= BLOCK_ROUNDS:
            yield Block(its_own[-BLOCK_ROUNDS], last, one.level)
        before = last.number


def _said(
    rounds: Sequence[Digest], theme: str, kind: StatementKind
) -> Iterator[tuple[Closing, Statement]]:
    for digest in rounds:
        for one in digest.statements:
            if (one.theme, one.kind) == (theme, kind):
                yield _closing(digest), one


def themes(rounds: Sequence[Digest]) -> list[str]:
    """Every theme that something was said of, in alphabetical order."""
    return sorted({said.theme for one in rounds for said in one.statements if said.theme})


def _closing(digest: Digest) -> Closing:
    return Closing(digest.number, digest.closed_at)


def _closings(panel: Panel) -> Iterator[Closing]:
    yield from (week.closing for week in panel.weeks)
    yield from (block.first for block in panel.blocks)
