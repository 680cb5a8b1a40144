"""The picture in words: its text alternative, made of the same facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulse_bot.domain.release.trend import Move
from pulse_bot_reports.charts.series import BlockLevel, MarkKind, ThemeChart, ThemePanel
from pulse_bot_reports.titles import short_title

LONGEST: Final = 1000
OPENING: Final = (
    "Chart of our themes over time. All numbers are out of 5, and the newest come first. Where low "
    "is good, numbers are turned."
)
EARLIER: Final = "Earlier rounds are in their digests."
MARK_WORDS: Final = {
    MarkKind.WORKSHOP: "A workshop",
    MarkKind.PROMISED: "Something promised",
    MarkKind.KEPT: "A promise kept",
}


def describe_chart(chart: ThemeChart) -> str:
    """The numbers in plain sentences, the newest round's first, in at most 1000 characters."""
    words = OPENING
    for sentence in (*_call_sentences(chart), *_mark_sentences(chart), *_round_sentences(chart)):
        if len(words) + len(sentence) + len(EARLIER) + 2 > LONGEST:
            return f"{words} {EARLIER}"
        words = f"{words} {sentence}"
    return words


def describe_call(move: Move) -> str:
    """A change that stands: "up since around round 16"."""
    return f"{move.direction} since around round {move.since}"


def _call_sentences(chart: ThemeChart) -> Iterator[str]:
    for panel in chart.panels:
        if panel.call:
            yield f"{short_title(panel.theme)}: {describe_call(panel.call)}."


def _mark_sentences(chart: ThemeChart) -> Iterator[str]:
    for kind, words in MARK_WORDS.items():
        rounds = [str(mark.closing.number) for mark in chart.marks if mark.kind is kind]
        if rounds:
            yield f"{words} in round{'s' * (len(rounds) > 1)} {', '.join(rounds)}."


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
