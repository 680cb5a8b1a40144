"""The word for agreement: its bars, its counts by hand, and where nothing is said.

Whether it gives anybody away is attacked in `tests/attacks`.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.policy import block_agreement, release_block
from pulse_bot.domain.release.results import Agreement
from pulse_bot.domain.release.series import PastRound
from tests.domain.trend_rounds import Weeks, mirrored, rounds

BARS = Thresholds()


def word(weeks: Weeks, *, small: bool = False) -> Agreement | None:
    """What is said of a block of these answers."""
    past = [PastRound(one, BARS, small) for one in rounds(weeks)]
    return block_agreement(past, release_block(past, BARS))


def of(*counts: int) -> list[int]:
    """So many ones, twos, threes, fours and fives."""
    return [value for value, count in enumerate(counts, 1) for _ in range(count)]


@pytest.mark.parametrize(
    ("week", "expected"),
    [
        # Of 18, three on the smaller side are a sixth, and five are more than a quarter.
        (of(0, 0, 12, 6, 0), Agreement.CLOSE),
        (of(0, 3, 6, 9, 0), Agreement.CLOSE),
        (of(0, 4, 6, 8, 0), Agreement.MIXED),
        (of(0, 5, 8, 5, 0), Agreement.TWO_CAMPS),
        (of(9, 0, 0, 0, 9), Agreement.TWO_CAMPS),
        (of(0, 8, 5, 5, 0), Agreement.TWO_CAMPS),
    ],
)
def test_the_smaller_side_of_each_question_is_counted(week: list[int], expected: Agreement) -> None:
    assert word([week] * 6) is expected


def test_an_easy_and_a_hard_question_are_no_disagreement() -> None:
    """All agree with three of them, and nobody with the others."""
    easy, hard = of(0, 0, 4, 14, 0), of(0, 14, 4, 0, 0)
    assert word([easy, hard] * 3) is Agreement.CLOSE


@pytest.mark.parametrize(
    ("rounds_heard", "n", "said"),
    [
        (6, 13, True),  # 78 answers: a sixth is 13, which is 2 * 6 + 1
        (6, 12, False),
        (3, 20, True),  # 60 answers
        (3, 19, False),
    ],
)
def test_it_takes_more_answers_than_two_who_pool_theirs_could_use_up(
    rounds_heard: int, n: int, said: bool
) -> None:
    weeks = [[3] * n] * rounds_heard + [[3] * 4] * (6 - rounds_heard)
    assert word(weeks) is (Agreement.CLOSE if said else None)


def test_nothing_is_said_near_the_ends() -> None:
    """Levels of 4.4: who disagrees there would be one of few. At 4.2 there is room."""
    assert word([of(0, 0, 0, 12, 8)] * 6) is None
    assert word([of(0, 0, 0, 16, 4)] * 6) is Agreement.CLOSE


def test_one_question_near_the_end_keeps_the_word_away() -> None:
    assert word([of(0, 0, 20, 0, 0)] * 5 + [of(0, 0, 0, 0, 20)]) is None


def test_questions_that_lie_too_far_apart_keep_the_word_away() -> None:
    """Levels of 4.2 and of 1.8, around 3: who is on the smaller side of each could be told."""
    easy, hard = of(0, 0, 0, 16, 4), of(4, 16, 0, 0, 0)
    assert word([easy, hard] * 3) is None


def test_far_from_the_middle_camps_are_only_mixed() -> None:
    """A quarter on the smaller side at a level of 3.8: hardly anybody could be anywhere else."""
    assert word([of(0, 5, 2, 5, 8)] * 6) is Agreement.MIXED
    assert word([of(0, 5, 6, 5, 4)] * 6) is Agreement.TWO_CAMPS


def test_rounds_without_a_level_of_their_own_leave_it_unsaid() -> None:
    assert word([[3] * 30] * 5 + [[3] * 6]) is None
    assert word([[3] * 20] * 6, small=True) is None


@given(
    weeks=st.lists(st.lists(st.integers(1, 5), min_size=13, max_size=20), min_size=6, max_size=6)
)
def test_mirroring_the_scale_changes_no_agreement(weeks: list[list[int]]) -> None:
    assert word(mirrored(weeks)) is word(weeks)
