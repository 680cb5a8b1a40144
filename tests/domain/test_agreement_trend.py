"""Words for agreement, pooled over rounds; the spread against statsmodels' residuals."""

from __future__ import annotations

from statistics import stdev

import pytest
from hypothesis import given

from pulse_bot.domain.agreement import Agreement, Minds, minds
from tests.domain.trend_rounds import TURN, histories, mirrored, rounds


@pytest.mark.parametrize(
    ("week", "agreement"),
    [
        ([3, 4, 4, 4, 5, 4, 4, 3], Agreement.CLOSE),  # pooled 0.64
        ([2, 3, 3, 4, 4, 4, 5, 5], Agreement.MIXED),  # 1.04
        ([1, 2, 3, 3, 4, 4, 5, 5], Agreement.FAR_APART),  # 1.41
    ],
)
def test_the_words_of_agreement(week: list[int], agreement: Agreement) -> None:
    found = minds(rounds([week] * 3))
    assert found is not None
    assert found.agreement is agreement
    assert {Agreement.CLOSE: stdev(week) < 0.7, Agreement.FAR_APART: stdev(week) > 1.1}.get(
        agreement, 0.7 < stdev(week) < 1.1
    )


def test_an_easy_and_a_hard_question_are_no_disagreement() -> None:
    found = minds(rounds([[5, 5, 5, 4, 5], [1, 1, 1, 2, 1], [5, 5, 4, 5, 5]]))
    assert found == Minds(Agreement.CLOSE, two_camps=True)


@pytest.mark.parametrize(
    ("week", "camps"),
    [
        ([1, 2, 4, 4, 5, 5, 3, 3], True),  # a quarter at the low end
        ([1, 3, 4, 4, 5, 5, 3, 3], False),
        ([2, 2, 1, 3, 3, 3, 3, 5], False),
        ([1, 1, 1, 1, 5, 5, 5, 5], True),
        ([3] * 8, False),
    ],
)
def test_two_camps_are_a_quarter_at_each_end(week: list[int], camps: bool) -> None:
    found = minds(rounds([week] * 4))
    assert found is not None
    assert found.two_camps is camps


def test_under_three_rounds_nothing_is_said() -> None:
    assert minds(rounds([[1, 5, 1, 5, 3]] * 2)) is None


@given(weeks=histories(least=3, most=TURN))
def test_mirroring_the_scale_changes_no_agreement(weeks: list[list[int]]) -> None:
    assert minds(rounds(mirrored(weeks))) == minds(rounds(weeks))
