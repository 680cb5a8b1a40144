"""The trend: worked by hand, and what may and may not change it (statistics, Over time)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.release.results import End, Level
from pulse_bot.domain.release.trend import (
    Direction,
    Move,
    PrintedWeek,
    Trend,
    Unclear,
    assume_chance,
    call_trend,
)

SIX = 6
OTHER_END = {End.NONE: End.NONE, End.LOW: End.HIGH, End.HIGH: End.LOW}


def week(
    number: int, value: str | None, *, lot: int = 13, question: int = 0, end: End = End.NONE
) -> PrintedWeek:
    """One round of a series; silent without a value."""
    level = Level(Decimal(value), end) if value else None
    return PrintedWeek(number, f"question {question}", level, assume_chance(lot))


def turns(values: Sequence[str | None], *, lot: int = 13, end: End = End.NONE) -> list[PrintedWeek]:
    """Rounds from 1 on, that ask six questions by turns."""
    return [
        week(place + 1, value, lot=lot, question=place % SIX, end=end)
        for place, value in enumerate(values)
    ]


def with_blocks(weeks: Sequence[PrintedWeek], levels: Sequence[str]) -> list[PrintedWeek]:
    """The same with a level at the end of each six."""
    said = {SIX * place + SIX - 1: Level(Decimal(level)) for place, level in enumerate(levels)}
    return [replace(entry, block=said.get(place)) for place, entry in enumerate(weeks)]


def each(weeks: Sequence[PrintedWeek]) -> list[Trend]:
    """What the digest of each round says."""
    return [call_trend(weeks[: place + 1]) for place in range(len(weeks))]


@pytest.mark.parametrize(("newest", "called"), [("3.39", True), ("3.38", False)])
def test_a_move_is_called_beyond_the_bar(newest: str, *, called: bool) -> None:
    # One question, lots of 12: V = 0.6 / 12 = 0.05. Four against eight: w = 4 * 8 / 12 = 2.667,
    # z = 0.39 * sqrt(2.667 / 0.05) = 2.85 and 0.38 * 7.303 = 2.78, on either side of 2.8.
    # What neighbours show is less: one step of 0.4, so 0.16 / 11 / 2 * 12 / 11 * 4 / 3 = 0.011.
    weeks = [week(place + 1, "3.0" if place < 8 else newest, lot=12) for place in range(12)]

    trend = call_trend(weeks)

    assert trend.now == (Move(Direction.UP, 9) if called else None)
    assert (trend.unclear is None) is called


def test_bad_weeks_raise_the_bar_and_a_lasting_move_does_not() -> None:
    # Every second week half a point off shows a chance of about 4 / 3 * 0.5 * 0.25 = 0.17.
    restless = ["3.0" if place % 2 else "3.5" for place in range(20)]
    scattered = [week(n + 1, value, lot=40) for n, value in enumerate(restless)]
    moved = [week(21 + n, "3.7", lot=40) for n in range(4)]
    calm = [week(n + 1, "3.25", lot=40) for n in range(20)]

    # z = 0.45 * sqrt(4 * 20 / 24 / V): 6.7 at V = 0.015, 2.0 at 0.17.
    assert call_trend([*calm, *moved]).now == Move(Direction.UP, 21)
    assert call_trend([*scattered, *moved]).now is None


def test_questions_are_compared_with_themselves_alone() -> None:
    # The newest four are questions that always were a point higher: nothing has moved.
    values = [["3.0", "3.0", "4.0", "4.0", "4.0", "4.0"][place % SIX] for place in range(24)]

    assert {trend.now for trend in each(turns(values))} == {None}


def test_so_many_numbers_before_the_first_comparison() -> None:
    said = each(turns(["3.0", None] * 11))

    assert [trend.numbers_needed for trend in said[::2]] == [*range(9, 0, -1), 0, 0]
    assert {trend.unclear for trend in said[:18]} == {Unclear.LEARNING}
    assert said[18].unclear is Unclear.HALF_A_POINT


def test_a_call_stays_for_a_year_and_is_borne_out() -> None:
    said = each(turns(["3.0"] * 20 + ["4.0"] * 60))
    called = next(place for place, trend in enumerate(said) if trend.now)

    assert called - 20 < 4
    assert {trend.now for trend in said[called : called + 52]} == {Move(Direction.UP, 21)}
    assert {trend.now for trend in said[called + 52 :]} == {None}
    assert [trend.confirmed for trend in said[called : called + 8]] == [False] * 6 + [True] * 2


def test_a_move_that_does_not_hold_is_withdrawn_once() -> None:
    said = each(turns(["3.0"] * 20 + ["4.0"] * 4 + ["3.0"] * 2 + ["2.9", "3.1"] * 8))
    moves = {trend.now for trend in said} - {None}
    withdrawn = [trend.withdrawn for trend in said if trend.withdrawn]

    assert Move(Direction.UP, 21) in moves
    # Back again is a call of its own where it is quick enough; either way it stands no more.
    assert withdrawn == [Move(Direction.UP, 21)] or said[-1].before == Move(Direction.UP, 21)


def test_a_move_and_the_way_back_are_told_together() -> None:
    said = each(turns(["4.0"] * 20 + ["3.0"] * 20 + ["4.0"] * 8))

    assert said[-1].now == Move(Direction.UP, 41)
    assert said[-1].before == Move(Direction.DOWN, 21)
    assert said[38].now == Move(Direction.DOWN, 21)


def test_a_second_move_the_same_way_is_called_too() -> None:
    said = each(turns(["2.6"] * 20 + ["3.4"] * 20 + ["4.2"] * 8))

    assert said[-1].now == Move(Direction.UP, 41)
    assert said[-1].before == Move(Direction.UP, 21)


@pytest.mark.parametrize(
    ("levels", "since"),
    [
        (["3.0", "3.0", "3.6"], 13),
        (["3.0", "3.0", "3.4"], None),
        (["3.0", "3.6"], None),
        (["3.0", "3.8"], 7),
    ],
)
def test_a_blocks_level_is_held_against_those_before(levels: list[str], since: int | None) -> None:
    # From 0.6, and from 0.7 against a single one. The weeks themselves say nothing here.
    weeks = with_blocks(turns(["3.0"] * SIX * len(levels), lot=31), levels)

    trend = call_trend(weeks)

    assert trend.now == (Move(Direction.UP, since) if since else None)
    assert trend.by_block is bool(since)


def test_a_blocks_level_of_small_lots_has_a_higher_bar() -> None:
    # Lots of five: 0.12 a week, 0.02 a block; 2.5 * sqrt(0.02 * 1.5) = 0.43, under 0.6. With four
    # of six weeks silent, of two: 0.06 a block, and 2.5 * sqrt(0.06 * 1.5) = 0.75.
    silent = [*["3.0"] * 12, "3.0", "3.0", *[None] * 4]

    assert call_trend(with_blocks(turns(["3.0"] * 18, lot=5), ["3.0", "3.0", "3.6"])).now
    assert not call_trend(with_blocks(turns(silent, lot=5), ["3.0", "3.0", "3.6"])).now
    assert call_trend(with_blocks(turns(silent, lot=5), ["3.0", "3.0", "3.8"])).now


def test_a_blocks_call_goes_when_two_blocks_lie_within_half_of_its_bar() -> None:
    weeks = with_blocks(turns(["3.0"] * 36, lot=31), ["3.0", "3.0", "3.6", "3.0", "3.0", "3.0"])
    said = each(weeks)

    assert said[17].now == Move(Direction.UP, 13)
    # 3.6 and 3.0 lie 0.3 over 3.0, which is half of 0.6 and no less; 3.0 and 3.0 do not.
    assert said[23].now == Move(Direction.UP, 13)
    assert [place for place, trend in enumerate(said) if trend.withdrawn] == [29]
    assert said[-1].now is None


def test_open_ends_count_for_what_their_block_says() -> None:
    # "3.8 or higher" all along. First the blocks say 3.8, and then 4.6: so the weeks have moved.
    weeks = turns(["3.8"] * 24, end=End.HIGH)

    assert call_trend(with_blocks(weeks, ["3.8"] * 4)).now is None
    moved = call_trend(with_blocks(turns(["3.8"] * 24, end=End.HIGH), ["3.8", "3.8", "3.8", "4.3"]))
    # The blocks alone would not do: 0.5 is under 0.6.
    assert moved.now == Move(Direction.UP, 19)
    assert not moved.by_block


@pytest.mark.parametrize(
    ("opened", "lot", "unclear"),
    [
        (0, 13, Unclear.HALF_A_POINT),
        (0, 5, Unclear.NOTHING_MORE),
        (4, 13, Unclear.HALF_A_POINT),
        (5, 13, Unclear.NOTHING_MORE),
        (6, 13, Unclear.NOTHING_MORE),
        (7, 13, Unclear.OPEN_ENDS),
    ],
)
def test_why_no_change_is_clear(opened: int, lot: int, unclear: Unclear) -> None:
    ends = turns(["4.2"] * opened, lot=lot, end=End.HIGH)
    weeks = [*turns(["4.2"] * 12, lot=lot)[: 12 - opened], *ends]

    assert call_trend(weeks).unclear is unclear


VALUES = st.sampled_from(["2.0", "2.6", "3.0", "3.4", "3.8", "4.2"])
LOTS = st.sampled_from([5, 7, 13, 31])


@st.composite
def records(draw: st.DrawFn) -> list[PrintedWeek]:
    """Records of up to a year, with moves, silent rounds, open ends and blocks; odd rounds."""
    lot, length = draw(LOTS), draw(st.integers(1, 60))
    base = draw(st.lists(VALUES, min_size=4, max_size=4))
    weeks = []
    for place in range(length):
        value = draw(st.sampled_from([base[place // 16], base[place // 16], draw(VALUES), None]))
        end = draw(st.sampled_from([End.NONE, End.NONE, End.HIGH, End.LOW]))
        weeks.append(week(2 * place + 1, value, lot=lot, question=place % SIX, end=end))
    levels = draw(st.lists(VALUES, min_size=length // SIX, max_size=length // SIX))
    return with_blocks(weeks, levels)


def mirrored(level: Level | None) -> Level | None:
    return level and Level(6 - level.value, OTHER_END[level.end])


def turned(move: Move | None) -> Move | None:
    other = {Direction.UP: Direction.DOWN, Direction.DOWN: Direction.UP}
    return move and Move(other[move.direction], move.since)


@given(records())
def test_mirroring_the_scale_mirrors_the_call(weeks: list[PrintedWeek]) -> None:
    other = call_trend(
        [replace(one, level=mirrored(one.level), block=mirrored(one.block)) for one in weeks]
    )
    trend = call_trend(weeks)

    assert other == replace(
        trend,
        now=turned(trend.now),
        before=turned(trend.before),
        withdrawn=turned(trend.withdrawn),
    )


@given(records(), st.integers(0, SIX - 1), st.sampled_from(["0.2", "-0.4", "1.0"]))
def test_a_constant_shift_of_one_question_changes_nothing(
    weeks: list[PrintedWeek], question: int, by: str
) -> None:
    # Without blocks and ends, which are of all questions and of the scale.
    weeks = [
        replace(one, level=one.level and replace(one.level, end=End.NONE), block=None)
        for one in weeks
    ]
    shifted = [
        replace(one, level=Level(one.level.value + Decimal(by)))
        if one.level and one.question == f"question {question}"
        else one
        for one in weeks
    ]

    assert call_trend(shifted) == call_trend(weeks)


@given(records(), st.integers(0, 60))
def test_a_suppressed_round_changes_nothing(weeks: list[PrintedWeek], place: int) -> None:
    weeks = [replace(one, block=None) for one in weeks]
    silent = week(min(2 * place, weeks[-1].round + 1), None)
    after = sorted([*weeks, silent], key=lambda one: one.round)
    trend = call_trend(weeks)
    if after[-1] is silent:
        # That a move has not held was told the round before.
        trend = replace(trend, withdrawn=None)

    assert call_trend(after) == trend
