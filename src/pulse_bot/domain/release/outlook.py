"""When we shall know: the days on which a level or a first comparison can be said.

By the programme and the calendar, where each round asks every theme; nothing where it does not, and
nothing that was said lately. Which answers come decides nothing but whether a number was printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.domain.release.closed_round import ClosedRound
from pulse_bot.domain.release.digest import BlockFact, OutlookFact, OutlookKind, ThemeTrend
from pulse_bot.domain.release.earlier import (
    ROUNDS_RECALLED,
    list_levels_before,
    list_open,
    was_said_lately,
)
from pulse_bot.domain.release.printed_record import PrintedRound
from pulse_bot.domain.release.results import Silence
from pulse_bot.domain.release.series import Series

SMALL_GROUP: Final = 10
"""Under so many members a week often prints no number, so each half-term is looked forward to."""


def find_outlook(
    closed: ClosedRound, blocks: Sequence[BlockFact], trends: Sequence[ThemeTrend]
) -> tuple[OutlookFact, ...]:
    """What the group shall know, and when, the levels first."""
    if closed.printed is None or not closed.coming:
        return ()
    facts = (*_find_levels(closed, blocks), *_find_comparison(closed, trends))
    return tuple(fact for fact in facts if not _was_told(fact, closed.printed))


def _was_told(fact: OutlookFact, rounds: Sequence[PrintedRound]) -> bool:
    """Whether a newest digest said it, or a day that a comparison cannot come before.

    A week without a number puts the first comparison off by one: "at the earliest" stays true.
    """
    if fact.kind is not OutlookKind.COMPARISON:
        return was_said_lately(fact, rounds)
    return any(
        isinstance(told, OutlookFact)
        and told.kind is fact.kind
        and told.on <= fact.on
        and set(fact.themes) <= set(told.themes)
        for entry in list_open(rounds)[-ROUNDS_RECALLED:]
        for told in entry.facts
    )


def _find_levels(closed: ClosedRound, blocks: Sequence[BlockFact]) -> Iterator[OutlookFact]:
    told = {fact.dimension for fact in blocks if not isinstance(fact.result, Silence)}
    found: list[tuple[OutlookKind, date, str]] = []
    for series in closed.series:
        on = _find_block_end(series, closed.coming)
        has_level = series.dimension in told or list_levels_before(
            series.dimension, closed.printed or (), series.bank
        )
        kind = OutlookKind.NEXT_LEVEL if has_level else OutlookKind.FIRST_LEVEL
        if on and (not has_level or closed.roster_size < SMALL_GROUP):
            found.append((kind, on, series.dimension))
    for kind, on in dict.fromkeys((kind, on) for kind, on, _ in found):
        yield OutlookFact(kind, _themes_of(found, kind, on), on)


def _themes_of(
    found: Iterable[tuple[OutlookKind, date, str]], kind: OutlookKind, on: date
) -> tuple[str, ...]:
    return tuple(theme for other, day, theme in found if (other, day) == (kind, on))


def _find_block_end(series: Series, coming: Sequence[date]) -> date | None:
    rounds_left = BLOCK_ROUNDS - series.rounds % BLOCK_ROUNDS
    return coming[rounds_left - 1] if rounds_left <= len(coming) else None


def _find_comparison(closed: ClosedRound, trends: Sequence[ThemeTrend]) -> Iterator[OutlookFact]:
    """The first comparison of those that need the fewest numbers; none in a group without."""
    if closed.roster_size < closed.thresholds.roster:
        return
    needed = {
        entry.dimension: entry.trend.numbers_needed
        for entry in trends
        if entry.trend.numbers_needed and not entry.trend.now
    }
    fewest = min(needed.values(), default=0)
    if 0 < fewest <= len(closed.coming):
        themes = tuple(theme for theme, numbers in needed.items() if numbers == fewest)
        yield OutlookFact(OutlookKind.COMPARISON, themes, closed.coming[fewest - 1])
