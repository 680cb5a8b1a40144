"""Attack: somebody who sees who answers reads every release about one commitment.

The same question is released again and again, and nobody ever changes their answer: the worst case
for a group. Each time other members answer, so the releases differ a little, and together they say
more than each. The control is a group that is asked twice as often as the rule lets it be.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import product

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.partnership.commitments import MOST_ASKINGS
from pulse_bot.domain.release.kinds import release_value
from pulse_bot.domain.release.results import ReleasedValue
from pulse_bot.domain.release.tallies import MemberAnswers, tally_item

ITEM = Item(
    "done", "commitments", "Have we done it?", ItemKind.YES_NO, "commitments", "What is next?"
)
WORTH = {"no": 0, "partly": 1, "yes": 2}
ROSTER = 10
GROUPS = 40
LEAST = 7


def released(answers: Iterable[str]) -> ReleasedValue | None:
    """What the release policy says of these answers."""
    given = [MemberAnswers(number, {"answer": one}) for number, one in enumerate(answers)]
    return release_value(ITEM, tally_item(ITEM, given), lambda _: 0)


def lean_of(n: int) -> list[ReleasedValue | None]:
    """The release for every total that `n` answers can have."""
    return [
        released(
            ["yes"] * (total // 2) + ["partly"] * (total % 2) + ["no"] * (n - (total + 1) // 2)
        )
        for total in range(2 * n + 1)
    ]


LEANS = {n: lean_of(n) for n in range(LEAST, ROSTER + 1)}
EVERY = list(product(WORTH.values(), repeat=ROSTER))


def consistent(
    rounds: Iterable[tuple[list[int], ReleasedValue | None]],
) -> Iterator[tuple[int, ...]]:
    """The answers of everybody that fit all releases."""
    left: Iterable[tuple[int, ...]] = EVERY
    for who, lean in rounds:
        fits = {total for total, one in enumerate(LEANS[len(who)]) if one == lean}
        left = [one for one in left if sum(one[member] for member in who) in fits]
    return iter(left)


def narrowed(times: int) -> float:
    """The share of members of whom some answer can be ruled out, over many groups."""
    chance = random.Random(times)
    found = 0
    for _ in range(GROUPS):
        answers = chance.choices(list(WORTH), (2, 5, 3), k=ROSTER)
        rounds = []
        for _ in range(times):
            who = [member for member in range(ROSTER) if chance.random() < 0.7]
            if len(who) >= LEAST:
                rounds.append((who, released(answers[member] for member in who)))
        possible = zip(*consistent(rounds), strict=True)
        found += sum(len(set(values)) < len(WORTH) for values in possible)
    return found / (GROUPS * ROSTER)


def test_being_asked_again_gives_nearly_nobody_away() -> None:
    assert narrowed(MOST_ASKINGS) <= 0.02
    # The control: without the rule, a term of every two weeks.
    assert narrowed(2 * MOST_ASKINGS) > 0.04
