"""The picture in words: its text alternative, made of the same facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulse_bot_reports.charts.series import Block, Drawn, Panel
from pulse_bot_reports.titles import short_title

LONGEST: Final = 1000
EARLIER: Final = "Earlier rounds are in their digests."


def alternative(drawn: Drawn) -> str:
    """The numbers in plain sentences, the newest round's first, in at most 1000 characters."""
    words = "Chart of our themes over time. All numbers are out of 5, and the newest come first."
    for sentence in _sentences(drawn):
        if len(words) + len(sentence) + len(EARLIER) + 2 > LONGEST:
            return f"{words} {EARLIER}"
        words = f"{words} {sentence}"
    return words


def newest(panel: Panel) -> str:
    """A theme's newest block, or its newest week where no block was released yet."""
    if panel.blocks:
        block = panel.blocks[-1]
        return f"{_rounds(block).capitalize()}: {block.level}"
    week = panel.weeks[-1]
    return f"Round {week.closing.number}: {week.level}"


def _rounds(block: Block) -> str:
    return f"rounds {block.first.number} to {block.last.number}"


def _sentences(drawn: Drawn) -> Iterator[str]:
    for closing in reversed(drawn.closings):
        parts = [part for panel in drawn.panels for part in _said_in(panel, closing.number)]
        if parts:
            yield f"Round {closing.number}: {'; '.join(parts)}."


def _said_in(panel: Panel, number: int) -> Iterator[str]:
    title = short_title(panel.theme)
    for block in panel.blocks:
        if block.last.number == number:
            yield f"{title} over {_rounds(block)} {block.level}"
    for week in panel.weeks:
        if week.closing.number == number:
            yield f"{title} {week.level}"
