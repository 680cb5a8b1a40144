"""Each reader against every way in which a few people can have answered."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from pulse_bot.audit.enumeration import Enumeration
from pulse_bot.audit.logic import SeenLook, StretchReader, find_stretches
from pulse_bot.audit.numbers import Run
from pulse_bot.audit.sampling import NO_BLOCK, BlockRuns, Rows, Sampler

VALUES = 5
Looks = list[tuple[tuple[int, ...], Run]]
EXACT: Looks = [((0, 1, 2), Run(3, 9, 12)), ((0, 1, 2, 3), Run(4, 8, 10))]
"""Three whose answers are 4 and more on average, and then a fourth, after whom they are not."""
LOTS: Looks = [((0, 1, 2, 3), Run(3, 9, 12)), ((1, 2, 3, 4), Run(3, 2, 6))]
SCENES = {"exact": EXACT, "lots": LOTS}


def count_worlds(looks: Looks, people: int) -> dict[tuple[int, ...], float]:
    """By the answers of all: the chance that lots drawn from them print every look."""
    chances = {}
    for answers in product(range(VALUES), repeat=people):
        chance = 1.0
        for answerers, run in looks:
            lots = list(combinations(answerers, run.counted))
            fits = sum(run.first <= sum(answers[one] for one in lot) <= run.last for lot in lots)
            chance *= fits / len(lots)
        if chance:
            chances[answers] = chance
    return chances


def lay_out(looks: Looks, people: int, start: tuple[int, ...]) -> Rows:
    """The looks as the one row of a reader."""
    answered = np.zeros((1, people, len(looks)), dtype=bool)
    for place, (answerers, _) in enumerate(looks):
        answered[0, list(answerers), place] = True
    counted, first, last = (np.array([[run[part] for _, run in looks]]) for part in range(3))
    block = np.full((1, len(looks)), NO_BLOCK)
    return Rows(VALUES, answered, answered, counted, first, last, block, np.array([start]))


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("told", [{}, {0: 4}, {0: 3, 1: 2}], ids=["alone", "one", "two"])
def test_logic_finds_the_sides_that_no_world_has(scene: str, told: dict[int, int]) -> None:
    looks = SCENES[scene]
    people = 1 + max(one for answerers, _ in looks for one in answerers)
    fitting = [
        answers
        for answers in count_worlds(looks, people)
        if all(answers[person] == value for person, value in told.items())
    ]
    seen = [SeenLook(place, answerers, (run,)) for place, (answerers, run) in enumerate(looks)]
    (stretch,) = find_stretches(0, VALUES, seen, 3)

    shown = StretchReader(stretch).find_shown(told)

    if not fitting:
        assert shown is None
        return
    assert shown is not None
    for person, possible in shown.possible.items():
        sides = {np.sign(answers[person] - 2) for answers in fitting}
        assert {np.sign(value - 2) for value in possible} == sides


def test_who_is_added_below_the_others_is_found_by_logic() -> None:
    seen = [SeenLook(place, answerers, (run,)) for place, (answerers, run) in enumerate(EXACT)]
    (stretch,) = find_stretches(0, VALUES, seen, 3)

    shown = StretchReader(stretch).find_shown({})

    assert shown is not None
    assert max(shown.possible[3]) < 2


def test_looks_that_no_answers_can_print_are_taken_apart() -> None:
    seen = [
        SeenLook(0, (0, 1, 2), (Run(3, 11, 12),)),
        SeenLook(1, (0, 1, 2), (Run(3, 11, 12),)),
        SeenLook(2, (0, 1, 2), (Run(3, 0, 1),)),
    ]

    stretches = list(find_stretches(0, VALUES, seen, 3))

    assert [[look.place for look in one.looks] for one in stretches] == [[0, 1], [2]]


def test_a_total_of_two_is_found() -> None:
    # Two leave, and the exact sums before and after tell theirs.
    seen = [SeenLook(0, (0, 1, 2), (Run(3, 6, 6),)), SeenLook(1, (0,), (Run(1, 2, 2),))]
    (stretch,) = find_stretches(0, VALUES, seen, 3)

    shown = StretchReader(stretch).find_shown({})

    assert shown is not None
    assert shown.totals == [(1, 2)]


@pytest.mark.parametrize("scene", SCENES)
def test_enumeration_and_sampling_are_as_sure_as_counting_makes_them(scene: str) -> None:
    looks = SCENES[scene]
    people = 1 + max(one for answerers, _ in looks for one in answerers)
    worlds = count_worlds(looks, people)
    expected = np.zeros((people, VALUES))
    for answers, chance in worlds.items():
        expected[range(people), answers] += chance / sum(worlds.values())
    rows = lay_out(looks, people, next(iter(worlds)))

    enumerated = Enumeration(rows, 0, alone=()).find_chances({})
    nothing = np.zeros(0, dtype=np.int64)
    sampler = Sampler(rows, BlockRuns(nothing, nothing), np.random.default_rng(1))
    sampled = sampler.sample(3_000)

    for person in range(people):
        np.testing.assert_allclose(enumerated[person], expected[person], atol=1e-5)
        # Between the hard walls of exact totals a sampler moves slowly.
        gap = 0.1 if scene == "exact" else 0.05
        np.testing.assert_allclose(sampled[0, person], expected[person], atol=gap)


def test_a_friend_who_tells_changes_what_is_known() -> None:
    worlds = {
        answers: chance for answers, chance in count_worlds(EXACT, 4).items() if answers[0] == 4
    }
    expected = np.zeros((4, VALUES))
    for answers, chance in worlds.items():
        expected[range(4), answers] += chance / sum(worlds.values())

    found = Enumeration(lay_out(EXACT, 4, (4, 4, 4, 0)), 0, alone=(0,)).find_chances({0: 4})

    for person in (1, 2, 3):
        np.testing.assert_allclose(found[person], expected[person], atol=1e-5)


def test_what_a_block_adds_is_sampled() -> None:
    # Each lot is all of two people, whose total is at most 4, and together at least 7.
    answered = np.ones((2, 2, 1), dtype=bool)
    counted, first, last = (np.full((2, 1), number) for number in (2, 0, 4))
    block, start = np.zeros((2, 1), dtype=np.int64), np.full((2, 2), 2)
    rows = Rows(VALUES, answered, answered, counted, first, last, block, start)
    expected = np.zeros(VALUES)
    for a, b, c, d in product(range(VALUES), repeat=4):
        if a + b <= 4 and c + d <= 4 and a + b + c + d >= 7:
            expected[a] += 1
    sampler = Sampler(rows, BlockRuns(np.array([7]), np.array([16])), np.random.default_rng(2))

    sampled = sampler.sample(2_500)

    np.testing.assert_allclose(sampled[0, 0], expected / expected.sum(), atol=0.05)
