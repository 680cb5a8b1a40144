"""Attack: a round in which all, or all but one, agreed. Passes when it reads like any such round.

Every n from 5 to 60 (release policy, What it must reach), and the free points (release policy, The
grid). Every check is run on a naive policy too, and has to break it.
"""

from __future__ import annotations

import pytest

from tests.attacks.release_cells import Policy, block_of, cells, naive, week

EVERY_N = range(5, 61)


def tight_cells(policy: Policy, n: int, free: int) -> list[str]:
    """Texts after which fewer than `free` points of the sum are free at one of the ends."""
    return [
        cell.text for cell in cells(policy, n) if cell.first > 5 * n - free or cell.last < n + free
    ]


def betrayed_agreements(policy: Policy, n: int, free: int) -> list[str]:
    """Texts that a (nearly) unanimous round shares with too few of the other rounds."""
    near = {
        5 * n,
        5 * n - 1,
        5 * n - 4,
        n,
        n + 1,
        n + 4,
    }  # all; one point off; one at the other end
    return [
        text
        for total in sorted(near)
        if (text := policy(n, total)) is not None
        and any(
            policy(n, other) != text
            for other in (range(5 * n - free, 5 * n + 1) if total > 3 * n else range(n, n + free))
        )
    ]


@pytest.mark.parametrize("n", EVERY_N)
def test_ten_points_of_the_sum_stay_free_at_each_end_of_a_week(n: int) -> None:
    assert tight_cells(week, n, free=10) == []
    assert tight_cells(naive, n, free=10) != []


@pytest.mark.parametrize("n", EVERY_N)
def test_a_unanimous_round_and_all_but_one_read_like_any_high_or_low_round(n: int) -> None:
    assert betrayed_agreements(week, n, free=10) == []
    assert betrayed_agreements(naive, n, free=10) != []


@pytest.mark.parametrize("rounds", [3, 4, 5, 6])
@pytest.mark.parametrize("n", [28, 29, 30, 36, 39, 40, 41, 60, 84, 120, 240, 360])
def test_the_free_points_of_a_block_grow_with_its_rounds(rounds: int, n: int) -> None:
    free = 8 * rounds + 2
    assert list(cells(block_of(rounds), n)), "a block with enough answers says something"
    assert tight_cells(block_of(rounds), n, free) == []
    assert betrayed_agreements(block_of(rounds), n, free) == []
    assert tight_cells(naive, n, free) != []


def test_what_is_printed_from_seven_answers_on_is_more_than_one_word() -> None:
    """Silence would pass every attack; the policy has to be of use, too."""
    for n in range(7, 61):
        assert len(list(cells(week, n))) >= 3
