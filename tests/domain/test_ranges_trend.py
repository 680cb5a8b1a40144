"""Numbers with their ranges: published cases, each with its source, and the oracles."""

from __future__ import annotations

import warnings
from math import sqrt
from statistics import fmean, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]  # it has no types

from pulse_bot.domain.release.quantiles import normal, student_t
from pulse_bot.domain.release.ranges import Range, favourable, mean_of_all, paired
from pulse_bot.domain.release.tallies import Moments, add_up


def shares(high: int, n: int) -> Moments:
    """So many favourable answers of so many."""
    return add_up([5] * high + [1] * (n - high))


# NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, "Critical Values of the Student's t
# Distribution"; the columns 0.975, 0.99 and 0.995 of the upper critical values.
@pytest.mark.parametrize(
    ("degrees", "p", "value"),
    [
        (1, 0.975, 12.706),
        (1, 0.995, 63.657),
        (2, 0.975, 4.303),
        (5, 0.995, 4.032),
        (10, 0.975, 2.228),
        (10, 0.99, 2.764),
        (30, 0.995, 2.750),
        (60, 0.975, 2.000),
        (100, 0.995, 2.626),
    ],
)
def test_students_t_is_that_of_the_tables(degrees: int, p: float, value: float) -> None:
    assert round(student_t(p, degrees), 3) == pytest.approx(value)


@given(degrees=st.integers(1, 5000), p=st.floats(0.9, 0.9999))
def test_students_t_is_that_of_scipy(degrees: int, p: float) -> None:
    assert student_t(p, degrees) == pytest.approx(stats.t.ppf(p, degrees), rel=1e-10)


@pytest.mark.parametrize(("p", "degrees"), [(0.5, 3), (1.0, 3), (0.975, 0)])
def test_what_has_no_quantile_is_refused(p: float, degrees: int) -> None:
    with pytest.raises(ValueError, match=r"of t|of freedom"):
        student_t(p, degrees)


# R. G. Newcombe in Statistics in Medicine 17 (1998), "Two-sided confidence intervals for the single
# proportion: comparison of seven methods"; table I, the third: score, no continuity correction.
@pytest.mark.parametrize(
    ("high", "n", "low", "above"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_range_is_newcombes(high: int, n: int, low: float, above: float) -> None:
    found = favourable(shares(high, n))
    assert (round(found.low, 4), round(found.high, 4)) == (low, above)


@given(n=st.integers(2, 60), data=st.data())
def test_wilsons_range_is_that_of_statsmodels(n: int, data: st.DataObject) -> None:
    high = data.draw(st.integers(0, n))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.stats.proportion import (  # type: ignore[import-untyped]  # it has no types
            proportion_confint,
        )
    low, above = proportion_confint(high, n, 0.05, "wilson")
    found = favourable(shares(high, n))
    assert (found.low, found.high) == pytest.approx((low, above), abs=1e-12)


def test_a_share_of_all_narrows_until_it_is_exact() -> None:
    asked = [favourable(shares(9, 12), everybody) for everybody in (400, 40, 20, 13, 12)]
    widths = [one.high - one.low for one in asked]
    assert widths == sorted(widths, reverse=True)
    assert asked[-1] == Range(0.75, 0.75, 0.75)
    endless = favourable(shares(9, 12))
    assert asked[0].low > endless.low


def test_a_share_of_all_counts_answers_as_statistics_says() -> None:
    """n* = n(N - 1)/(N - n): 10 of 19 are worth 20, so 8 of 10 are as sure as 16 of 20."""
    found, twice = favourable(shares(8, 10), 19), favourable(shares(16, 20))
    assert (found.low, found.high) == pytest.approx((twice.low, twice.high))


# Student, "The probable error of a mean", Biometrika 6 (1908), section IX: hours of sleep gained
# with two drugs by ten patients (Cushny and Peebles), in tenths of hours. The paired difference is
# in every textbook: mean 1.58, t = 4.0621 with 9 degrees of freedom, 95 % range 0.70 to 2.46 (the
# documentation of R, `sleep` in `t.test`).
DEXTRO = [7, -16, -2, -12, -1, 34, 37, 8, 0, 20]
LAEVO = [19, 8, 11, 1, -1, 44, 55, 16, 46, 34]


def test_a_paired_difference_is_students_own() -> None:
    gaps = [later - now for now, later in zip(DEXTRO, LAEVO, strict=True)]
    found = paired(add_up(gaps, -1, 1))
    tenths = [round(one / 10, 7) for one in (found.value, found.low, found.high)]
    assert tenths == [1.58, 0.7001142, 2.4598858]


@settings(deadline=None)  # the first one imports pingouin
@given(gaps=st.lists(st.integers(-4, 4), min_size=3, max_size=60).filter(lambda g: len(set(g)) > 1))
def test_a_paired_difference_is_that_of_pingouin(gaps: list[int]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pingouin  # type: ignore[import-untyped]  # it has no types

        found = pingouin.ttest(gaps, [0] * len(gaps), paired=True)
    reach = paired(add_up(gaps, -1, 1))
    expected = found["T"].iloc[0]
    assert reach.value / (stdev(gaps) / sqrt(len(gaps))) == pytest.approx(expected, abs=1e-9)
    exact = stats.ttest_rel(gaps, [0] * len(gaps)).confidence_interval()
    assert (reach.low, reach.high) == pytest.approx((exact.low, exact.high), abs=1e-9)


# Cochran, Sampling Techniques (3rd edition, 1977), section 2.8: 676 petition sheets, 50 of them
# sampled, with a total of 1,471 signatures and a sum of squares of 54,497; s2 = 229, mean 29.42,
# and a total of 19,888 with a standard error of 1,393 with the finite-population correction.
def test_a_mean_of_all_is_cochrans() -> None:
    found = mean_of_all(Moments(50, 1471, 54497), 676)
    assert found.value == pytest.approx(29.42)
    error = (found.high - found.value) / student_t(0.975, 49)
    assert round(676 * found.value) == 19888
    assert 676 * error == pytest.approx(1393, abs=1)


def test_a_mean_of_all_is_exact_where_all_answered() -> None:
    assert mean_of_all(add_up([1, 5, 3, 3]), 4) == Range(3, 3, 3)


@given(answers=st.lists(st.integers(1, 5), min_size=2, max_size=30))
def test_a_mean_of_an_endless_crowd_is_scipys(answers: list[int]) -> None:
    found = mean_of_all(add_up(answers), 10**12)
    error = max(0.5, stdev(answers)) / sqrt(len(answers))
    low, high = stats.t.interval(0.95, len(answers) - 1, fmean(answers), error)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-6)


def test_equal_answers_of_some_do_not_prove_that_all_agree() -> None:
    found = mean_of_all(add_up([4] * 9), 18)
    assert found.low < 4 < found.high


@pytest.mark.parametrize(("n", "asked"), [(1, 9), (0, 9), (9, 8)])
def test_a_range_of_nobody_or_of_more_than_all_is_refused(n: int, asked: int) -> None:
    with pytest.raises(ValueError, match=r"two answers|some of those"):
        mean_of_all(add_up([3] * n), asked)
    with pytest.raises(ValueError, match=r"two answers|some of those"):
        favourable(add_up([3] * n), asked)


def test_the_normal_quantile_is_that_of_the_tables() -> None:
    assert round(normal(0.975), 2) == 1.96
