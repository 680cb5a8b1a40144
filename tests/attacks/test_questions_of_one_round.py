"""Attack: two questions of one round that everybody answers alike, and one member skips one.

Passes when the two numbers seldom tell on which side that member stands, though the reader knows
who skipped which. The control draws one order for both, as it was at first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations, combinations_with_replacement
from random import Random

from pulse_bot.domain.release.lot import find_class, print_lot
from pulse_bot.domain.release.results import Printed
from pulse_bot.storage import authenticity, envelopes
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.decrypt import decrypt_round
from tests.made_up import answer_all, opened_round, people

Texts = tuple[Printed, Printed]
ANSWERS = range(1, 6)
MEMBERS = 8
ANSWERING = 7
"""The first question; the skipper is the first of them. One fewer answer the other."""
OPINIONS = (2, 8, 25, 45, 20)
"""How likely each answer is: around 3.7."""


def texts_of(first: Iterable[int], second: Iterable[int]) -> Texts:
    """What is printed of both lots, each of a question that was never asked before."""
    found = find_class(ANSWERING, MEMBERS)
    assert found is not None
    assert found == find_class(ANSWERING - 1, MEMBERS)
    return print_lot(found, sum(first), None), print_lot(found, sum(second), None)


def list_of_one_order() -> Mapping[Texts, set[int]]:
    """What the skipper can have answered behind each two texts: four others are in both lots."""
    possible: defaultdict[Texts, set[int]] = defaultdict(set)
    for others in combinations_with_replacement(ANSWERS, 4):
        for one in ANSWERS:
            possible[texts_of((*others, one), (*others, one))].update(ANSWERS)
            for skipper in ANSWERS:
                possible[texts_of((*others, skipper), (*others, one))].add(skipper)
    return possible


def list_of_two_orders() -> Mapping[Texts, set[int]]:
    """The same where each lot is any of those who answered its question."""
    possible: defaultdict[Texts, set[int]] = defaultdict(set)
    for others in combinations_with_replacement(ANSWERS, ANSWERING - 1):
        for skipper in ANSWERS:
            for first in set(combinations((skipper, *others), 5)):
                for second in set(combinations(others, 5)):
                    possible[texts_of(first, second)].add(skipper)
    return possible


def rate_told(possible: Mapping[Texts, set[int]], *, orders: int) -> float:
    """In how many of a thousand rounds the skipper is on one side, by logic."""
    random, told = Random(5), 0
    for _ in range(5000):
        said = random.choices(ANSWERS, OPINIONS, k=ANSWERING)
        order = random.sample(range(ANSWERING), ANSWERING)
        other = order if orders == 1 else random.sample(range(ANSWERING), ANSWERING)
        lots = [said[who] for who in order[:5]], [said[who] for who in other if who][:5]
        sides = possible[texts_of(*lots)]
        told += max(sides) < 3 or min(sides) > 3
    return told / 5


def test_two_alike_questions_do_not_tell_of_whoever_skips_one() -> None:
    assert rate_told(list_of_two_orders(), orders=2) < 0.5
    assert rate_told(list_of_one_order(), orders=1) > 5


async def test_each_question_of_a_round_has_an_order_of_its_own(made: Installation) -> None:
    everybody = people(made, MEMBERS, MEMBERS)
    asked = opened_round(made)
    await answer_all(made, asked, everybody)
    keys = made.keys.load(asked.id)
    assert keys is not None
    with made.database.read() as session:
        closes = authenticity.load_closing(session, asked.id, keys)
        sealed = list(envelopes.load_envelopes(session, asked.id))
    orders = set()
    for _ in range(20):
        heard = decrypt_round(closes.round, keys, closes.roster, sealed)
        drawn = [[one.organisation for one in answers] for answers in heard.answers.values()]
        assert all(sorted(order) == sorted(drawn[0]) for order in drawn)
        orders.add(drawn[0] == drawn[1])
    assert False in orders
