"""What a digest says of a trend, and that it tells nothing which the policy withholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.digest import SmallestShift, TrendCall, TrendFact, TrendLabel
from pulse_bot.domain.release.series import PastRound, Series
from pulse_bot.domain.release.tallies import Tally
from pulse_bot.domain.release.trend_wording import trend_fact
from tests.domain.trend_rounds import counted, histories

BARS = Thresholds()
STEADY = [3, 4, 4, 5, 2, 4, 3, 4, 4, 3]
HIGH = [5, 5, 5, 5, 4, 5, 5, 5, 4, 5]
FEW = [1, 5, 3, 3]


def series(weeks: Sequence[Sequence[int]], *, small: bool = False, earlier: bool = False) -> Series:
    """A theme's series of these weeks."""
    past = tuple(PastRound(counted(one, week), BARS, small) for week, one in enumerate(weeks))
    return Series("trust", len(past), past, earlier)


def said(weeks: Sequence[Sequence[int]], *, small: bool = False, themes: int = 3) -> TrendFact:
    """What is said after these weeks."""
    found = trend_fact(series(weeks, small=small), themes)
    assert found is not None
    return found


@pytest.mark.parametrize("weeks", range(1, 8))
@pytest.mark.parametrize("small", [False, True])
def test_under_eight_rounds_it_is_still_learning(weeks: int, small: bool) -> None:
    found = said([STEADY] * (weeks - 1) + [HIGH], small=small)
    assert found == TrendFact("trust", TrendCall.LEARNING, weeks, 8)
    assert found.label is TrendLabel.EARLY


def test_from_the_eighth_round_on_it_speaks() -> None:
    assert said([STEADY] * 8).call is TrendCall.NO_CLEAR_CHANGE
    assert said([STEADY] * 12 + [HIGH] * 4) == TrendFact("trust", TrendCall.UP)
    assert said([HIGH] * 12 + [STEADY] * 4) == TrendFact("trust", TrendCall.DOWN)


def test_a_word_that_is_clear_says_nothing_of_how_far() -> None:
    found = said([STEADY] * 12 + [HIGH] * 4)
    assert (found.smallest, found.label) == (None, None)


@pytest.mark.parametrize(
    ("size", "weeks", "smallest", "label"),
    [
        (1, 8, SmallestShift.MORE, TrendLabel.EARLY),
        (1, 16, SmallestShift.ONE_POINT, TrendLabel.EARLY),
        (4, 16, SmallestShift.HALF_A_POINT, TrendLabel.FIRM),
    ],
)
def test_the_label_is_how_small_a_change_could_have_shown(
    size: int, weeks: int, smallest: SmallestShift, label: TrendLabel
) -> None:
    """By hand: the spread of 1, 2, 3, 4, 5 and 3 is 1.3.

    Sixteen rounds of six are 24 recent answers and 72 before, so that the error is 1.3 times the
    root of 1/18 = 0.31, and 2.6 errors are 0.8; four times the answers halve it. After eight rounds
    two questions of six are in common: 1.3 times the root of 1/6 = 0.53, and 2.7 errors are 1.4.
    """
    found = said([[1, 2, 3, 4, 5, 3] * size] * weeks)
    assert (found.smallest, found.label) == (smallest, label)


def test_more_themes_need_more_certainty() -> None:
    for moved in range(40):
        weeks = [STEADY * 4] * 12 + [[*STEADY * 3, *[5] * moved, *STEADY[moved // 4 :]]] * 4
        if (
            said(weeks, themes=3).call is TrendCall.UP
            and said(weeks, themes=4).call is not TrendCall.UP
        ):
            return
    pytest.fail("no difference lies between the two bars")


@pytest.mark.parametrize("weeks", [1, 7, 8, 30])
def test_a_suppressed_week_says_so_and_nothing_else(weeks: int) -> None:
    """Its own question says too few, so nothing new is told."""
    found = said([STEADY] * (weeks - 1) + [FEW])
    assert found == TrendFact("trust", TrendCall.TOO_FEW)
    assert found.label is TrendLabel.TOO_FEW
    nobody: list[int] = []
    assert said([STEADY] * (weeks - 1) + [nobody]) == found


def test_of_three_themes_one_is_suppressed() -> None:
    """The others do not notice, and no bar moves because one is silent."""
    told = [said(weeks, themes=3) for weeks in ([STEADY] * 16, [STEADY] * 15 + [FEW])]
    assert [one.call for one in told] == [TrendCall.NO_CLEAR_CHANGE, TrendCall.TOO_FEW]


@settings(deadline=None)
@given(weeks=histories(), at=st.integers(0, 30), few=st.lists(st.integers(1, 5), max_size=4))
def test_a_suppressed_round_before_changes_nothing(
    weeks: list[list[int]], at: int, few: list[int]
) -> None:
    """It neither counts nor shifts the windows, whatever its answers were."""
    plain = series(weeks)
    where = min(at, len(weeks) - 1)
    hidden = PastRound(counted(few, 3), BARS)
    with_it = replace(plain, past=(*plain.past[:where], hidden, *plain.past[where:]))
    assert trend_fact(with_it, 3) == trend_fact(plain, 3)


def test_the_second_key_hides_a_round_from_the_trend() -> None:
    """Many answers out of three organisations are as suppressed as few."""
    past = [PastRound(counted(STEADY, week), BARS) for week in range(12)]
    three = [PastRound(counted(HIGH, week, organisations=3), BARS) for week in range(12, 15)]
    last = PastRound(counted(STEADY, 15), BARS)
    found = trend_fact(Series("trust", 16, (*past, *three, last)), 3)
    heard = [PastRound(counted(HIGH, week), BARS) for week in range(12, 15)]
    control = trend_fact(Series("trust", 16, (*past, *heard, last)), 3)
    assert found is not None
    assert control is not None
    assert (found.call, control.call) == (TrendCall.NO_CLEAR_CHANGE, TrendCall.UP)


@settings(deadline=None)
@given(sizes=st.lists(st.integers(0, 9), min_size=1, max_size=20), value=st.sampled_from([2, 3, 4]))
def test_in_a_small_group_counts_never_show(sizes: list[int], value: int) -> None:
    """Its digests do not tell which rounds were heard, and nor does the word.

    As long as answers do not move, the fact is the same for all counts; only its round counts.
    """
    found = said([[value] * size for size in sizes], small=True)
    full = said([[value] * 9 for _ in sizes], small=True)
    assert found == full


def test_in_a_larger_group_the_same_counts_show() -> None:
    """The control: there, the week's own question says that too few answered."""
    assert said([STEADY] * 7 + [FEW]) != said([STEADY] * 8)


def test_rounds_from_when_the_group_was_small_stay_as_silent() -> None:
    """It grew over the bar: which of its early rounds were heard is told no more than before."""
    grown = [PastRound(counted(STEADY, week), BARS) for week in range(6, 7)]
    few = [PastRound(counted(FEW, week), BARS, small_roster=True) for week in range(6)]
    full = [PastRound(counted(STEADY, week), BARS, small_roster=True) for week in range(6)]
    early = [trend_fact(Series("trust", 7, (*past, *grown)), 3) for past in (few, full)]
    assert early == [TrendFact("trust", TrendCall.LEARNING, 7, 8)] * 2


def test_a_theme_that_starts_late_learns_from_its_own_first_round() -> None:
    assert said([STEADY]) == TrendFact("trust", TrendCall.LEARNING, 1, 8)


def test_another_banks_questions_begin_a_series_and_say_so() -> None:
    found = trend_fact(series([STEADY] * 3, earlier=True), 3)
    assert found == TrendFact("trust", TrendCall.LEARNING, 3, 8, new_questions=True)


@pytest.mark.parametrize("kind", sorted(set(ItemKind) - {ItemKind.AGREE, ItemKind.FREQUENCY}))
def test_a_kind_without_a_studied_rule_has_no_trend(kind: ItemKind) -> None:
    unruled = Tally("trust-0", kind, 9, 5)
    past = (*series([STEADY] * 9).past, PastRound(unruled, BARS))
    assert trend_fact(Series("trust", 10, past), 3) is None
    # One of them among the others is passed over.
    mixed = (PastRound(unruled, BARS), *series([STEADY] * 9).past)
    assert trend_fact(Series("trust", 10, mixed), 3) == said([STEADY] * 9)


def test_one_member_cannot_turn_a_steady_theme() -> None:
    """Whatever one of ten answers in the newest round, the word stays: it tells nothing of them."""
    words = {said([STEADY] * 15 + [[*STEADY[:-1], one]]).call for one in range(1, 6)}
    assert words == {TrendCall.NO_CLEAR_CHANGE}


def test_a_shift_is_called_once_and_fades_into_the_rounds_before() -> None:
    weeks = [STEADY] * 16 + [HIGH] * 16
    calls = [said(weeks[:k]).call for k in range(16, 33)]
    assert TrendCall.UP in calls[2:6]
    assert calls[-1] is TrendCall.NO_CLEAR_CHANGE
    assert (
        sum(one is TrendCall.UP and other is not TrendCall.UP for one, other in pairwise(calls))
        == 1
    )
