"""Attack: read somebody's answer off a mean of 0-10, of yes and no, or off a journey.

Passes when the ends stay free, an outsider and one colluder narrow nobody, and two colluders find
nobody on one side: for every n to 60, every printed cell and every total that colluders can have.
Each check is run on a naive policy too, and has to break it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import product

import pytest

from tests.attacks.kinds_of_means import LATER, NOW, SCALES, TEN, YES_NO, Policy, Scale, journey
from tests.attacks.kinds_of_means import naive as mean_to_two_decimals

each_scale = pytest.mark.parametrize("scale", SCALES, ids=lambda one: one.name)


def tight(scale: Scale, policy: Policy, n: int) -> list[str]:
    """Texts after which fewer than D points of the sum are free at one of the ends."""
    return [
        cell.text
        for cell in scale.cells(policy, n)
        if cell.first > scale.high * n - scale.free or cell.last < scale.low * n + scale.free
    ]


@each_scale
@pytest.mark.parametrize("n", range(5, 61))
def test_the_ends_stay_free(scale: Scale, n: int) -> None:
    assert tight(scale, scale.ours, n) == []
    assert tight(scale, mean_to_two_decimals, n) != []


@each_scale
@pytest.mark.parametrize("n", range(5, 61))
def test_nobody_is_narrowed_by_one_or_found_on_a_side_by_two(scale: Scale, n: int) -> None:
    assert scale.exposed(scale.ours, n, 0) == []
    assert scale.exposed(scale.ours, n, 1) == []
    assert not any(map(scale.on_one_side, scale.exposed(scale.ours, n, 2)))
    assert scale.exposed(mean_to_two_decimals, n, 0) != []
    assert any(map(scale.on_one_side, scale.exposed(mean_to_two_decimals, n, 2)))


@pytest.mark.parametrize("insiders", [0, 1, 2])
@pytest.mark.parametrize(("scale", "n"), [(TEN, 7), (YES_NO, 7), (YES_NO, 12), (NOW, 9)])
def test_listing_every_round_comes_to_the_same(scale: Scale, n: int, insiders: int) -> None:
    for policy in (scale.ours, mean_to_two_decimals):
        by_argument = {
            (cell.text, known): found
            for cell in scale.cells(policy, n)
            for known in range(scale.low * insiders, scale.high * insiders + 1)
            if (found := scale.possible(cell, n - insiders, known))
        }
        assert scale.by_force(policy, n, insiders) == by_argument


@each_scale
@pytest.mark.parametrize("n", range(7, 61))
def test_something_is_said(scale: Scale, n: int) -> None:
    assert len(list(scale.cells(scale.ours, n))) >= 3


FIVE = range(1, 6)
PAIRS = list(product(FIVE, FIVE))
Sums = tuple[int, int]
SaidOfSums = Callable[[int, int, int], Hashable]


def gap_to_two_decimals(n: int, now: int, later: int) -> Hashable:
    """The control: two coarse levels, and how far apart they are."""
    return journey(n, now, later), mean_to_two_decimals(n, later - now + 4 * n)


def seen(policy: SaidOfSums, n: int, known: Sums, others: int) -> dict[Hashable, set[Sums]]:
    """By what is said: each pair (now, later) that one of the others can have given.

    The sums of the rest reach every pair of numbers, because now and later are answered apart.
    """
    rest = [
        (now, later)
        for now in range(others - 1, 5 * (others - 1) + 1)
        for later in range(others - 1, 5 * (others - 1) + 1)
    ]
    found: dict[Hashable, set[Sums]] = {}
    for (now, later), pair in product(rest, PAIRS):
        text = policy(n, known[0] + now + pair[0], known[1] + later + pair[1])
        found.setdefault(text, set()).add(pair)
    return found


@pytest.mark.parametrize("known", PAIRS)
def test_of_a_pair_nobody_is_narrowed_by_one_who_knows_their_own(known: Sums) -> None:
    assert all(pairs == set(PAIRS) for pairs in seen(journey, 7, known, 6).values())


def test_a_gap_beside_the_levels_is_caught() -> None:
    assert any(pairs != set(PAIRS) for pairs in seen(gap_to_two_decimals, 7, (3, 3), 6).values())


@pytest.mark.parametrize("known", [(2, 2), (2, 10), (10, 10), (6, 6), (2, 6)])
def test_of_a_pair_two_leave_both_sides_open(known: Sums) -> None:
    for pairs in seen(journey, 8, known, 6).values():
        for part in (0, 1):
            assert min(pair[part] for pair in pairs) <= NOW.middle <= max(p[part] for p in pairs)


@pytest.mark.parametrize("n", [7, 12, 23, 60])
def test_who_goes_with_whom_changes_nothing_of_what_is_said(n: int) -> None:
    """Each part is said as if it were asked alone."""
    for now, later in product(range(n, 5 * n + 1, 3), range(n, 5 * n + 1, 5)):
        said = journey(n, now, later)
        assert said is not None
        assert (str(said.now), str(said.later)) == (NOW.ours(n, now), LATER.ours(n, later))
