"""Attack: the lot, by logic. Passes when two texts never tell on which side whoever joined stands.

Every pair of texts that the second edition can print round a joiner or a leaver, after every text
before; who answered is known (release policy, The second edition, studied). Controls are the first
edition, and a lot whose numbers may leap. The instruments of the study are held to listing
everything.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from itertools import combinations, product

import numpy as np
import pytest

from benchmarks._promise_kinds import KINDS
from benchmarks._promise_logic import (
    Crowd,
    Look,
    Scene,
    count_telling,
    list_counts,
    list_possible,
    rate_movers,
)
from benchmarks._promise_policies import CHOSEN, FIRST_EDITION, Cells, LotPolicy, Policy
from benchmarks._promise_reader import (
    list_compositions,
    run_chances,
    sample_answers,
    work_out_answers,
)
from benchmarks._promise_years import Plan, simulate_years
from pulse_bot.domain.release.lot import WEEKLY, find_class, find_classes, print_lot

LEAPING_SCALE = replace(WEEKLY, most_cells=9)
LEAPING = LotPolicy(
    "leaping", cache(partial(find_classes, scale=LEAPING_SCALE)), scale=LEAPING_SCALE
)


@pytest.mark.parametrize("members", range(8, 17))
def test_no_two_texts_tell_on_which_side_a_mover_stands(members: int) -> None:
    pairs, telling, _ = count_telling(Cells(CHOSEN), members)
    assert pairs > 100
    assert telling == 0
    assert count_telling(Cells(LEAPING), members)[1] > 0
    assert members < 10 or count_telling(Cells(FIRST_EDITION), members)[1] > 0


@pytest.mark.parametrize(("kind", "members"), [("yes-no", 8), ("yes-no", 16), ("choose", 16)])
def test_other_kinds_do_not_tell_either(kind: str, members: int) -> None:
    pairs, telling, _ = count_telling(KINDS[kind], members)
    assert pairs > 100
    assert telling == 0


@pytest.mark.parametrize("friends", [0, 1, 2])
@pytest.mark.parametrize("members", [10, 20, 40])
def test_random_movers_do_not_show(members: int, friends: int) -> None:
    def rate(policy: Policy) -> float:
        crowds = [Crowd(members, 0.8, joins, friends) for joins in (True, False)]
        draw = np.random.default_rng(7)
        return max(max(rate_movers(draw, Cells(policy), crowd, 80)) for crowd in crowds)

    assert rate(CHOSEN) == 0
    assert rate(FIRST_EDITION) > 0


@pytest.mark.parametrize("members", range(8, 45))
def test_how_many_answered_is_one_of_three_at_least(members: int) -> None:
    assert min(len(one) for _, sets in list_counts(CHOSEN, members) for one in sets) >= 3


def test_whoever_knows_what_everybody_else_said_can_find_the_last() -> None:
    """What the lot does not hold, so that nobody promises it (release policy, The second edition,
    studied): five of six say 4, and only a 1 that was drawn moves "4.0 or higher"."""
    found = find_class(6, 8)
    assert found is not None
    before = print_lot(found, 5 * 4, None)
    moved = {last for last in range(1, 6) if print_lot(found, 4 * 4 + last, before) != before}
    assert moved == {1}


def test_by_the_first_edition_how_many_answered_can_be_read() -> None:
    assert any(len(one) == 1 for _, sets in list_counts(FIRST_EDITION, 10) for one in sets)


def test_the_chance_of_a_total_is_that_of_listing_every_draw() -> None:
    for answers, counted, values in ((6, 5, 5), (7, 5, 3), (7, 2, 5), (4, 4, 5)):
        first, last = counted, 2 * counted + 1
        chances = run_chances(answers, counted, first, last, values)
        for composition, chance in zip(list_compositions(answers, values), chances, strict=True):
            people = np.repeat(np.arange(values), composition).tolist()
            draws = [sum(drawn) for drawn in combinations(people, counted)]
            assert chance == pytest.approx(np.mean([first <= one <= last for one in draws]))


@pytest.mark.parametrize("friends", [(), (1,), (3, 1)])
def test_what_a_mover_can_have_answered_is_that_of_listing_every_world(
    friends: tuple[int, ...],
) -> None:
    others, values = 4, range(1, 4)
    worlds = [
        (*friends, *rest, mover)
        for *rest, mover in product(values, repeat=others - len(friends) + 1)
    ]
    for sizes in ((3, 3), (2, 4), (4, 4)):
        sums = [
            {
                (world[-1], sum(a), sum(b))
                for a in combinations(world[:-1], sizes[0])
                for b in combinations(world, sizes[1])
            }
            for world in worlds
        ]
        for first, last in product(combinations(range(2, 13), 2), repeat=2):
            looks = Look(sizes[0], *first, False), Look(sizes[1], *last, True)
            listed = {
                mover
                for world in sums
                for mover, a, b in world
                if first[0] <= a <= first[1] and last[0] <= b <= last[1]
            }
            assert list_possible(Scene(others, friends, 1, 3), looks) == listed


@pytest.mark.parametrize("policy", [CHOSEN, FIRST_EDITION], ids=lambda policy: policy.name)
def test_the_sampler_is_as_sure_as_listing_every_answer(policy: Policy) -> None:
    draw = np.random.default_rng(3)
    members = 7 if policy is CHOSEN else 9
    looks = simulate_years(draw, Cells(policy), Plan(members, 0.9, joins=True), 1).pick(slice(0, 2))
    sampled = sample_answers(looks, draw, 2_000)
    for question in range(2):
        exact = work_out_answers(looks.pick(slice(question, question + 1)))
        assert np.abs(exact - 0.2).max() > 0.05
        assert np.abs(sampled[question] - exact[0]).max() < 0.05
