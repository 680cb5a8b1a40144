"""The picture in words: its text alternative, made of the same facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulse_bot_reports.charts.series import BlockLevel, ThemeChart, ThemePanel
from pulse_bot_reports.titles import short_title

LONGEST: Final = 1000
EARLIER: Final = "Earlier rounds are in their digests."


def describe_chart(chart: ThemeChart) -> str:
    """The numbers in plain sentences, the newest round's first, in at most 1000 characters."""
    words = "Chart of our themes over time. All numbers are out of 5, and the newest come first."
    for sentence in _round_sentences(chart):
        if len(words) + len(sentence) + len(EARLIER) + 2 > LONGEST:
            return f"{words} {EARLIER}"
        words = f"{words} {sentence}"
    return words


def newest_level(panel: ThemePanel) -> str:
    """A theme's newest block, or its newest week where no block was released yet."""
    if panel.blocks:
        block = panel.blocks[-1]
        return f"{_round_span(block).capitalize()}: {block.level}"
    week = panel.weeks[-1]
    return f"Round {week.closing.number}: {week.level}"


def _round_span(block: BlockLevel) -> str:
    return f"rounds {block.first.number} to {block.last.number}"


def _round_sentences(chart: ThemeChart) -> Iterator[str]:
    for closing in reversed(chart.closings):
        parts = [part for panel in chart.panels for part in _levels_in_round(panel, closing.number)]
        if parts:
            yield f"Round {closing.number}: {'; '.join(parts)}."


def _levels_in_round(panel: ThemePanel, number: int) -> Iterator[str]:
    title = short_title(panel.theme)
    for block in panel.blocks:
        if block.last.number == number:
            yield f"{title} over {_round_span(block)} {block.level}"
    for week in panel.weeks:
        if week.closing.number == number:
            yield f"{title} {week.level}"
