"""The words of what a digest says of its themes over time.

Facts in, statements out; what may be called was decided by the printed record alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from pulse_bot.domain.release.digest import ThemeTrend
from pulse_bot.domain.release.record import ReleasedTrend, Statement
from pulse_bot.domain.release.trend import Move, Trend, Unclear
from pulse_bot_reports.titles import spell_number, theme_title

NEW_QUESTIONS: Final = "asked with other questions from this round on, so comparisons begin anew."
UNCLEAR: Final = {
    Unclear.NOTHING_MORE: "No clear change in {themes}.",
    Unclear.HALF_A_POINT: (
        "No clear change in {themes}; a change of half a point would have shown."
    ),
    Unclear.OPEN_ENDS: (
        "No clear change in {themes}; most numbers are “or higher” or “or lower” already, so a "
        "change would hardly show."
    ),
    Unclear.LEARNING: (
        "Too few numbers yet to compare {themes} over time; {needed} more and we begin."
    ),
}


def trend_statements(trends: Sequence[ThemeTrend]) -> Iterator[Statement]:
    """First what moved, theme by theme; then the others, those with the same reason together."""
    for entry in trends:
        if words := _say_moves(entry):
            fact = ReleasedTrend((entry.dimension,), entry.trend, entry.is_new)
            yield Statement(fact, f"{theme_title(entry.dimension)}: {words}")
    others = [entry for entry in trends if not _say_moves(entry)]
    order = list(Unclear)
    others.sort(key=lambda entry: (order.index(_unclear(entry.trend)), entry.trend.numbers_needed))
    for trend, group in groupby(others, key=lambda entry: entry.trend):
        themes = tuple(entry.dimension for entry in group)
        text = UNCLEAR[_unclear(trend)].format(
            themes=_join(themes), needed=spell_number(trend.numbers_needed)
        )
        yield Statement(ReleasedTrend(themes, trend), text)


def _unclear(trend: Trend) -> Unclear:
    return trend.unclear or Unclear.NOTHING_MORE


def _say_moves(entry: ThemeTrend) -> str:
    """What is said of a theme by itself; nothing where no change was called."""
    if entry.is_new:
        return NEW_QUESTIONS
    trend = entry.trend
    withdrawn = (
        f"the move that we reported around round {trend.withdrawn.since} has not held."
        if trend.withdrawn
        else ""
    )
    standing = _say_standing(trend.now, trend) if trend.now else ""
    if withdrawn and standing:
        return f"{withdrawn} It is {standing}"
    return withdrawn or standing


def _say_standing(now: Move, trend: Trend) -> str:
    if before := trend.before:
        again = "again" if before.direction is now.direction else f"back {now.direction}"
        return (
            f"{before.direction} around round {before.since}, and {again} around round {now.since}."
        )
    stayed = ", and has stayed there" if trend.confirmed else ""
    return f"{now.direction} since around round {now.since}{stayed}."


def _join(themes: Sequence[str]) -> str:
    """ "trust, honesty or accountability": themes in the middle of a sentence."""
    *first, last = (theme_title(theme).lower() for theme in themes)
    return f"{', '.join(first)} or {last}" if first else last
