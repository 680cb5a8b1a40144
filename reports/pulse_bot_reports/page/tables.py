"""The numbers behind the picture, as tables: the same ones, in the same words; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pulse_bot.domain.asking.calendar import zone
from pulse_bot_reports.charts.series import Closing, Drawn
from pulse_bot_reports.titles import short_title

NOTHING: Final = "—"
LEGEND: Final = f"{NOTHING} stands where no number was said. The digest of the round says why."


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words under one caption. The first column names the row."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(drawn: Drawn, time_zone: str) -> tuple[Table, ...]:
    """By six rounds, where there are any, and by round; newest first, a column for each theme."""
    themes = tuple(short_title(panel.theme) for panel in drawn.panels)
    weeks = Table("By round", ("Round", *themes), tuple(_weeks(drawn, time_zone)))
    blocks = Table("Six rounds together", ("Rounds", *themes), tuple(_blocks(drawn)))
    return (blocks, weeks) if blocks.rows else (weeks,)


def _blocks(drawn: Drawn) -> Iterable[tuple[str, ...]]:
    spans = {
        (block.last.number, block.first.number) for panel in drawn.panels for block in panel.blocks
    }
    for last, first in sorted(spans, reverse=True):
        cells = (
            _cell(
                str(block.level)
                for block in panel.blocks
                if (block.first.number, block.last.number) == (first, last)
            )
            for panel in drawn.panels
        )
        yield f"{first} to {last}", *cells


def _weeks(drawn: Drawn, time_zone: str) -> Iterable[tuple[str, ...]]:
    for closing in reversed(drawn.closings):
        cells = (
            _cell(str(week.level) for week in panel.weeks if week.closing == closing)
            for panel in drawn.panels
        )
        yield f"{closing.number}, {_day(closing, time_zone)}", *cells


def _day(closing: Closing, time_zone: str) -> str:
    day = closing.at.astimezone(zone(time_zone))
    return f"{day.day} {day:%b} {day.year}"


def _cell(levels: Iterable[str]) -> str:
    """Two questions of one theme in one round have two levels."""
    return ", ".join(levels) or NOTHING
