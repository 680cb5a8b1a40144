"""The trend call: against statsmodels, against worked examples, and by what must never change it.

The oracle sees single answers, in the model of (statistics, The trend call); ours sees three sums a
round.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from math import inf, sqrt
from random import Random
from types import ModuleType
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse_bot.domain.release.digest import TrendCall
from pulse_bot.domain.release.trend import (
    EARLIER_ROUNDS,
    RECENT_ROUNDS,
    ROUNDS_NEEDED,
    TrendShift,
    call_trend,
    compare_windows,
    required_confidence,
    round_scatter,
)
from tests.domain.trend_rounds import (
    CORE,
    TURN,
    Weeks,
    counted,
    harder,
    histories,
    mirrored,
    rounds,
)

SURE = required_confidence(3)


class Oracle(NamedTuple):
    """What statsmodels finds: the shift, its error and its range."""

    shift: float
    error: float
    low: float
    high: float


def formulas() -> ModuleType:
    """statsmodels, which tells of its own libraries' plans in warnings that are none of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.formula import api  # type: ignore[import-untyped]  # it has no types
    assert isinstance(api, ModuleType)
    return api


def oracle(weeks: Weeks, sure: float = SURE) -> Oracle:
    """`answer ~ C(question) + recent` on single answers (statistics, The trend call)."""
    first = max(0, len(weeks) - RECENT_ROUNDS - EARLIER_ROUNDS)
    frame = pd.DataFrame(
        [
            {
                "answer": one,
                "question": week % TURN,
                "recent": int(week >= len(weeks) - RECENT_ROUNDS),
            }
            for week, values in enumerate(weeks)
            if week >= first
            for one in values
        ]
    )
    fit = formulas().ols("answer ~ C(question) + recent", frame).fit()
    low, high = fit.conf_int(1 - sure).loc["recent"]
    return Oracle(fit.params["recent"], fit.bse["recent"], low, high)


def chance(weeks: int, seed: int, moved: float = 0.0) -> list[list[int]]:
    """Weeks of 11 to 14 answers by chance, the last four of them moved."""
    draw = Random(seed)
    return [
        [
            min(5, max(1, round(draw.gauss(3.4 + moved * (week >= weeks - RECENT_ROUNDS), 1.0))))
            for _ in range(draw.randint(11, 14))
        ]
        for week in range(weeks)
    ]


@pytest.mark.parametrize("weeks", [8, 9, 10, 13, 16, 17, 30])
@pytest.mark.parametrize("seed", range(3))
def test_the_closed_form_is_the_regression(weeks: int, seed: int) -> None:
    made = chance(weeks, seed)
    expected, found = oracle(made), compare_windows(rounds(made))
    assert found is not None
    guard = sqrt(max(1.0, round_scatter(rounds(made)))) if weeks >= 10 else 1.0
    assert found.value == pytest.approx(expected.shift, rel=1e-11, abs=1e-12)
    assert found.standard_error / guard == pytest.approx(expected.error, rel=1e-12)
    half = replace(found, standard_error=found.standard_error / guard).smallest_change(SURE)
    assert found.value - half == pytest.approx(expected.low, rel=1e-10)
    assert found.value + half == pytest.approx(expected.high, rel=1e-10)


@settings(max_examples=15, deadline=None)
@given(weeks=histories(most=18))
def test_the_closed_form_is_the_regression_of_any_answers(weeks: list[list[int]]) -> None:
    found = compare_windows(rounds(weeks))
    expected = oracle(weeks)
    assert found is not None
    assert found.value == pytest.approx(expected.shift, abs=1e-9)
    if expected.error > 0.5:  # the floor of the spread is far away
        assert found.standard_error >= expected.error * (1 - 1e-9)


def test_one_question_twice_is_welchs_older_brother() -> None:
    """With one question it is the two-sample t test of equal variances, by hand.

    Recent 5, 5, 4, 4 each week, before 3, 3, 4, 4: means 4.5 and 3.5 of 16 answers each, each
    answer half a point from its mean, so that s2 = 32 * 0.25 / 30 and the error is the root of
    s2 / 8.
    """
    weeks = [counted([3, 3, 4, 4], 0)] * RECENT_ROUNDS + [counted([5, 5, 4, 4], 0)] * RECENT_ROUNDS
    found = compare_windows(weeks)
    assert found is not None
    assert (found.value, found.degrees) == (1.0, 30)
    assert found.standard_error == pytest.approx(sqrt(32 * 0.25 / 30 / 8), rel=1e-12)
    assert call_trend(found, SURE) is TrendCall.UP


def test_it_compares_the_same_questions_only() -> None:
    """An easy question in the recent rounds and a hard one before are no change."""
    hard, easy = [1, 2, 2, 3, 2, 1, 2], [5, 4, 4, 5, 4, 5, 4]
    weeks = [hard if week % TURN < 3 else easy for week in range(16)]
    found = compare_windows(rounds(weeks))
    assert found is not None
    assert found.value == pytest.approx(0.0)
    assert call_trend(found, SURE) is TrendCall.NO_CLEAR_CHANGE


def test_without_a_question_in_common_nothing_is_compared() -> None:
    weeks = [counted([3] * 7, 0)] * RECENT_ROUNDS + [counted([5] * 7, 1)] * RECENT_ROUNDS
    assert compare_windows(weeks) is None
    assert call_trend(None, SURE) is TrendCall.NO_CLEAR_CHANGE


@pytest.mark.parametrize("value", range(1, 6))
def test_when_all_answers_are_equal_there_is_no_clear_change(value: int) -> None:
    found = compare_windows(rounds([[value] * 9] * 20))
    assert found is not None
    assert found.value == 0
    assert found.standard_error > 0
    assert call_trend(found, SURE) is TrendCall.NO_CLEAR_CHANGE


def test_one_changed_mind_among_equal_answers_is_no_trend() -> None:
    """Without a floor the spread of one answer in 180 would make a call of it."""
    found = compare_windows(rounds([[4] * 9] * 19 + [[4] * 8 + [5]]))
    assert found is not None
    assert call_trend(found, SURE) is TrendCall.NO_CLEAR_CHANGE


def test_a_whole_group_that_moves_from_four_to_five_is_up() -> None:
    assert (
        call_trend(compare_windows(rounds([[4] * 11] * 12 + [[5] * 11] * 4)), SURE) is TrendCall.UP
    )


@pytest.mark.parametrize(("themes", "sure"), [(1, 0.99), (3, 0.99), (4, 0.995), (6, 0.995)])
def test_more_themes_need_more_certainty(themes: int, sure: float) -> None:
    assert required_confidence(themes) == sure


def test_a_difference_between_the_two_bars_is_called_among_three_themes_only() -> None:
    found = TrendShift(0.5, 0.5 / 2.7, 500)  # 2.586 and 2.820 are the quantiles, by any table
    assert call_trend(found, required_confidence(3)) is TrendCall.UP
    assert call_trend(found, required_confidence(4)) is TrendCall.NO_CLEAR_CHANGE


def test_the_scatter_of_ordinary_rounds_is_about_one() -> None:
    found = [round_scatter(rounds(chance(52, seed))) for seed in range(40)]
    assert 0.9 < sum(found) / len(found) < 1.1


def test_the_scatter_is_an_analysis_of_variance() -> None:
    """Against statsmodels: rounds inside questions, over what is left inside rounds."""
    weeks = chance(20, 7)
    frame = pd.DataFrame(
        [(one, k % TURN, k) for k, week in enumerate(weeks) for one in week],
        columns=["answer", "question", "week"],
    )
    small = formulas().ols("answer ~ C(question)", frame).fit()
    full = formulas().ols("answer ~ C(week)", frame).fit()
    expected, _, free = full.compare_f_test(small)
    assert free == 20 - TURN
    assert round_scatter(rounds(weeks)) == pytest.approx(expected, rel=1e-10)


def test_bad_weeks_of_a_whole_group_widen_the_range() -> None:
    """In some weeks everybody is a point lower, by chance a little more often of late."""
    draw = Random(5)
    low = {2, 5, 9, 12, 16, 17, 19}
    weeks = [
        [min(5, max(1, round(draw.gauss(3.8 - 1.2 * (week in low), 0.8)))) for _ in range(30)]
        for week in range(20)
    ]
    found, made = compare_windows(rounds(weeks)), rounds(weeks)
    assert found is not None
    assert round_scatter(made) > 3
    naive = replace(found, standard_error=found.standard_error / sqrt(round_scatter(made)))
    assert call_trend(naive, SURE) is TrendCall.DOWN, "without the guard it cries wolf"
    assert call_trend(found, SURE) is TrendCall.NO_CLEAR_CHANGE


def test_under_ten_rounds_nothing_is_known_of_their_scatter() -> None:
    weeks = [[2] * 6 + [3] * 6] * TURN + [[4] * 6 + [5] * 6] * 4
    nine, ten = compare_windows(rounds(weeks[:9])), compare_windows(rounds(weeks))
    assert nine is not None
    assert ten is not None
    assert round_scatter(rounds(weeks[:9])) > 4
    assert nine.standard_error == pytest.approx(oracle(weeks[:9]).error)
    assert ten.standard_error > 2 * oracle(weeks).error


@settings(deadline=None)
@given(weeks=histories(), draw=st.randoms(use_true_random=False))
def test_the_order_of_answers_inside_a_round_changes_nothing(
    weeks: list[list[int]], draw: Random
) -> None:
    shuffled = [draw.sample(week, len(week)) for week in weeks]
    assert compare_windows(rounds(shuffled)) == compare_windows(rounds(weeks))


@settings(deadline=None)
@given(weeks=histories())
def test_mirroring_the_scale_mirrors_the_call(weeks: list[list[int]]) -> None:
    found, back = compare_windows(rounds(weeks)), compare_windows(rounds(mirrored(weeks)))
    assert found is not None
    assert back is not None
    assert back.value == pytest.approx(-found.value, abs=1e-9)
    assert back.standard_error == pytest.approx(found.standard_error, rel=1e-9)
    opposite = {TrendCall.UP: TrendCall.DOWN, TrendCall.DOWN: TrendCall.UP}
    if abs(abs(found.value) - found.smallest_change(SURE)) > 1e-9:
        was = call_trend(found, SURE)
        assert call_trend(back, SURE) is opposite.get(was, was)


@settings(deadline=None)
@given(weeks=histories(), question=st.integers(0, 5), by=st.integers(-3, 3))
def test_a_question_that_is_harder_all_along_changes_no_call(
    weeks: list[list[int]], question: int, by: int
) -> None:
    plain = rounds(weeks)
    moved = [harder(one, CORE[question].id, by) for one in plain]
    found, other = compare_windows(plain), compare_windows(moved)
    assert found is not None
    assert other is not None
    assert other.value == pytest.approx(found.value, abs=1e-9)
    assert other.standard_error == pytest.approx(found.standard_error, rel=1e-9)


@settings(deadline=None)
@given(weeks=histories(least=16), up=st.integers(1, 3))
def test_a_higher_recent_round_never_lowers_the_shift(weeks: list[list[int]], up: int) -> None:
    plain = rounds(weeks)
    moved = [*plain[:-1], harder(plain[-1], plain[-1].item, up)]
    found, other = compare_windows(plain), compare_windows(moved)
    assert found is not None
    assert other is not None
    assert other.value > found.value


def test_the_smallest_change_shrinks_with_rounds_and_members() -> None:
    sizes = [
        compare_windows(rounds(([[2, 3, 4, 5, 4, 3] * size]) * weeks)) for size, weeks in SIZES
    ]
    smallest = [inf if one is None else one.smallest_change(SURE) for one in sizes]
    assert smallest == sorted(smallest, reverse=True)
    assert smallest[-1] < smallest[0] / 3


SIZES = [(1, ROUNDS_NEEDED), (1, 16), (2, 16), (4, 16), (8, 16)]


def test_sixty_members_over_ten_years_are_called() -> None:
    draw = Random(3)
    weeks = [[draw.randint(2, 4) for _ in range(60)] for _ in range(516)]
    weeks += [[draw.randint(3, 5) for _ in range(60)] for _ in range(4)]
    assert call_trend(compare_windows(rounds(weeks[-52:])), SURE) is TrendCall.UP
