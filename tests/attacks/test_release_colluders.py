"""Attack: members who know their own answers read a number. One pools with nobody, or two together.

An outsider determines nothing; one insider narrows nobody; two find nobody on one side (release
policy, What it must reach). The worst case is taken throughout: the attacker knows the exact number
of answers. Every check is run on a naive policy too, and has to break it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

import pytest

from tests.attacks.release_cells import (
    ANSWERS,
    Cell,
    Policy,
    block_of,
    cells,
    consistent,
    naive,
    possible,
    week,
)

EVERYTHING = set(ANSWERS)


def exposed(
    policy: Policy, n: int, insiders: int, rounds: int = 1
) -> Iterator[tuple[str, int, set[int]]]:
    """What `insiders` learn of an answer of somebody else, where they learn anything at all.

    In a block each insider knows one answer in each of the rounds.
    """
    mine = insiders * rounds
    for cell in cells(policy, n):
        for known in range(mine, 5 * mine + 1):
            if consistent(cell, n - mine, known):
                found = possible(cell, n - mine, known)
                if found != EVERYTHING:
                    yield cell.text, known, found


def on_one_side(found: set[int]) -> bool:
    """Surely low, or surely high: the middle and the other side are ruled out."""
    return max(found) < 3 or min(found) > 3


@pytest.mark.parametrize("insiders", [0, 1])
@pytest.mark.parametrize("n", range(5, 61))
def test_a_reader_alone_narrows_nobody_in_a_week(n: int, insiders: int) -> None:
    assert list(exposed(week, n, insiders)) == []
    assert list(exposed(naive, n, insiders)) != []


@pytest.mark.parametrize("n", range(5, 61))
def test_two_who_pool_their_answers_find_nobody_on_one_side_in_a_week(n: int) -> None:
    assert not any(on_one_side(found) for _, _, found in exposed(week, n, 2))
    assert any(on_one_side(found) for _, _, found in exposed(naive, n, 2))


@pytest.mark.parametrize("rounds", [3, 4, 5, 6])
@pytest.mark.parametrize("n", [28, 31, 36, 39, 40, 60, 84, 120, 240])
def test_a_block_gives_nobody_away_to_one_or_two(rounds: int, n: int) -> None:
    policy = block_of(rounds)
    assert list(exposed(policy, n, 0, rounds)) == []
    assert list(exposed(policy, n, 1, rounds)) == []
    assert not any(on_one_side(found) for _, _, found in exposed(policy, n, 2, rounds))
    assert any(on_one_side(found) for _, _, found in exposed(naive, n, 2, rounds))


def seen_by_brute_force(policy: Policy, n: int, insiders: int) -> dict[tuple[str, int], set[int]]:
    """By (text, what the insiders know): every answer that somebody else can have given."""
    seen: dict[tuple[str, int], set[int]] = {}
    for others in combinations_with_replacement(ANSWERS, n - insiders):
        for known in range(insiders, 5 * insiders + 1):
            text = policy(n, sum(others) + known)
            if text is not None:
                seen.setdefault((text, known), set()).update(others)
    return seen


@pytest.mark.parametrize("insiders", [0, 1, 2])
@pytest.mark.parametrize("n", [5, 6, 7, 8, 9, 10, 11])
def test_listing_every_round_that_could_have_been_comes_to_the_same(n: int, insiders: int) -> None:
    for policy in (week, naive):
        by_force = seen_by_brute_force(policy, n, insiders)
        by_argument = {
            (cell.text, known): possible(cell, n - insiders, known)
            for cell in cells(policy, n)
            for known in range(insiders, 5 * insiders + 1)
            if consistent(cell, n - insiders, known)
        }
        assert by_force == by_argument


def test_a_cell_of_one_total_at_the_end_gives_everybody_away() -> None:
    """The check itself: five fives printed as 5.0 determine all five."""
    assert possible(Cell("5.0", 25, 25), unknown=5, known=0) == {5}
