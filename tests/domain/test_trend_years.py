"""The simulation of the trend call, small and seeded; `make bench-trend` prints it in full.

The bounds here (statistics, What it must reach) are loosened by what chance does to some hundred
years: about three standard errors.
"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks._trend_years import QUESTIONS, WEEKS, Years, call_trends, simulate_years
from benchmarks.trend import (
    FALSE_CALLS,
    LEAST_POWER,
    MEMBERS,
    SEED,
    calls_a_year,
    try_rules,
    weekly_rule,
)
from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release.digest import TrendCall
from pulse_bot.domain.release.tallies import Moments, Tally
from pulse_bot.domain.release.trend import call_trend, compare_windows, required_confidence

GROUPS = 600
WORDS = {1: TrendCall.UP, -1: TrendCall.DOWN, 0: TrendCall.NO_CLEAR_CHANGE}


def tallies(made: Years, group: int) -> list[Tally]:
    """One group's year as it would be stored."""
    return [
        Tally(
            f"trust-{week % QUESTIONS}",
            ItemKind.AGREE,
            int(n),
            5,
            {"answer": Moments(int(n), int(total), int(squares))},
        )
        for week, (n, total, squares) in enumerate(
            zip(made.n[group], made.total[group], made.squares[group], strict=True)
        )
    ]


@pytest.mark.parametrize(("moved", "spread"), [(0.0, 0.0), (0.5, 0.0), (0.0, 0.3)])
def test_the_benchmark_calls_what_the_domain_calls(moved: float, spread: float) -> None:
    """Word for word, over whole years; groups of 20 that no round of is suppressed."""
    made = simulate_years(np.random.default_rng(11), 12, 20, moved, spread)
    assert made.n.min() > 0
    words, sure = call_trends(made), required_confidence(3)
    for group in range(12):
        stored = tallies(made, group)
        for week in range(7, WEEKS):
            found = call_trend(compare_windows(stored[: week + 1]), sure)
            assert found is WORDS[int(words[group, week])], (group, week)
    assert (words != 0).any() or spread or not moved


@pytest.mark.parametrize("members", MEMBERS)
def test_it_neither_cries_wolf_nor_sleeps(members: int) -> None:
    ours, naive = try_rules([call_trends, weekly_rule], members, GROUPS)
    # Calls of a group come in ones and twos: their variance is about their mean, or a little more.
    chance = 3 * (1.5 * FALSE_CALLS[1] / GROUPS) ** 0.5
    assert FALSE_CALLS[0] - chance <= ours.false <= FALSE_CALLS[1] + chance
    least = LEAST_POWER[members]
    assert ours.power[0.5][8] >= least - 3 * (least * (1 - least) / GROUPS) ** 0.5
    assert ours.wrong <= 0.005
    assert naive.false > 50 * ours.false, "the naive rule is the control"


def test_bad_weeks_of_a_whole_group_are_no_trend() -> None:
    """Without the guard they are. It has no hold before the tenth round, and little soon after."""
    made = simulate_years(np.random.default_rng(SEED), GROUPS, 20, weekly=0.4)
    guarded, bare = calls_a_year(call_trends(made)), calls_a_year(call_trends(made, guarded=False))
    assert bare > 10 * FALSE_CALLS[1]
    assert guarded < bare / 4
