"""The numbers behind the picture, as tables: the same ones, in the same words; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pulse_bot.domain.asking.calendar import parse_zone
from pulse_bot_reports.charts.series import RoundClosing, ThemeChart
from pulse_bot_reports.titles import short_title

NOTHING: Final = "—"
LEGEND: Final = f"{NOTHING} stands where no number was said. The digest of the round says why."


@dataclass(frozen=True, slots=True)
class LevelTable:
    """Rows of words under one caption. The first column names the row."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def level_tables(chart: ThemeChart, time_zone: str) -> tuple[LevelTable, ...]:
    """By six rounds, where there are any, and by round; newest first, a column for each theme."""
    themes = tuple(short_title(panel.theme) for panel in chart.panels)
    weeks = LevelTable("By round", ("Round", *themes), tuple(_week_rows(chart, time_zone)))
    blocks = LevelTable("Six rounds together", ("Rounds", *themes), tuple(_block_rows(chart)))
    return (blocks, weeks) if blocks.rows else (weeks,)


def _block_rows(chart: ThemeChart) -> Iterable[tuple[str, ...]]:
    spans = {
        (block.last.number, block.first.number) for panel in chart.panels for block in panel.blocks
    }
    for last, first in sorted(spans, reverse=True):
        cells = (
            _join_levels(
                str(block.level)
                for block in panel.blocks
                if (block.first.number, block.last.number) == (first, last)
            )
            for panel in chart.panels
        )
        yield f"{first} to {last}", *cells


def _week_rows(chart: ThemeChart, time_zone: str) -> Iterable[tuple[str, ...]]:
    for closing in reversed(chart.closings):
        cells = (
            _join_levels(str(week.level) for week in panel.weeks if week.closing == closing)
            for panel in chart.panels
        )
        yield f"{closing.number}, {_closing_day(closing, time_zone)}", *cells


def _closing_day(closing: RoundClosing, time_zone: str) -> str:
    day = closing.at.astimezone(parse_zone(time_zone))
    return f"{day.day} {day:%b} {day.year}"


def _join_levels(levels: Iterable[str]) -> str:
    """Two questions of one theme in one round have two levels."""
    return ", ".join(levels) or NOTHING
