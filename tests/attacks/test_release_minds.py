"""Attack: read somebody's answer off the word for agreement, beside all levels of its block.

Passes when, in every block that has a word (release policy, Agreement), an outsider and one
colluder narrow nobody whom the levels alone do not narrow, and two colluders find nobody on one
side. Blocks lie at the borders of what is said as often as inside; colluders answer at an end, in
the middle, or anyhow. The control says how many stand on the smaller sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest

from pulse_bot.domain.release.results import Agreement
from tests.attacks.minds_search import (
    EVERY,
    Block,
    Printed,
    Range,
    fits,
    possible,
    printed_blocks,
    printed_rounds,
)

CASES = 8
ANYTHING: Range = (0, 400)
Known = list[list[int]]
"""What the colluders answered, round by round."""


def blocks(random: Random, rounds: int, size: int) -> Iterator[Block]:
    """Blocks that have a word, without end."""
    while True:
        sizes = tuple(max(10, size + random.randint(-3, 3)) for _ in range(rounds))
        if random.random() < 0.5:
            sizes = (size,) * rounds
        pick = PICKS[random.choice(sorted(PICKS))]
        told = tuple(pick(random, _sayable(one)) for one in sizes)
        least, most = (sum(one.totals[end] for one in told) for end in (0, 1))
        wholes = [
            one
            for one in printed_blocks(sum(sizes), rounds)
            if one.totals[0] <= most and one.totals[1] >= least
        ]
        block = Block(sizes, told, random.choice([*wholes[:1], *wholes[-1:], *wholes]))
        if block.words():
            yield block


def _sayable(size: int) -> list[Printed]:
    return [one for one in printed_rounds(size) if 1.8 <= float(one.level.about) <= 4.2]


PICKS: dict[str, Callable[[Random, list[Printed]], Printed]] = {
    "high": lambda random, cells: cells[-1 - (random.random() < 0.3)],
    "low": lambda random, cells: cells[random.random() < 0.3],
    "at both ends": lambda random, cells: random.choice((cells[0], cells[-1])),
    "where camps may be": lambda random, cells: random.choice(
        [one for one in cells if 2 <= float(one.level.about) <= 4]
    ),
    "anywhere": lambda random, cells: random.choice(cells),
}


def colluders(random: Random, block: Block, many: int) -> Known:
    """Answers of so many colluders, chosen to leave little to the others."""
    how = random.choice(("far", "middle", "high", "low", "both", "any"))
    far = [1 if float(one.level.about) >= 3 else 5 for one in block.rounds]
    return [
        [
            {
                "far": far[k],
                "middle": 3,
                "high": 5,
                "low": 1,
                "both": 1 + 4 * (number % 2),
                "any": random.randint(1, 5),
            }[how]
            for number in range(many)
        ]
        for k in range(len(block.sizes))
    ]


def exposed(found: frozenset[int], many: int) -> bool:
    """Narrowed, or with two colluders on one side."""
    if many < 2:
        return found != EVERY
    return max(found) < 3 or min(found) > 3


def betrayed(
    block: Block, known: Known, smaller: Range, where: int, many: int
) -> frozenset[int] | None:
    """What is learned of an answer by a word, where the levels alone do not tell it."""
    if not fits(block, known, smaller):
        return None
    found = possible(block, known, smaller, where)
    if not exposed(found, many) or exposed(possible(block, known, ANYTHING, where), many):
        return None
    return found


@pytest.mark.parametrize(("rounds", "size"), [(6, 13), (6, 20), (6, 42), (4, 18), (3, 20)])
@pytest.mark.parametrize("many", [0, 1, 2])
def test_a_word_for_agreement_gives_nobody_away(rounds: int, size: int, many: int) -> None:
    random = Random(rounds * 100 + size + many)
    words: set[Agreement] = set()
    for _, block in zip(range(CASES), blocks(random, rounds, size), strict=False):
        known, where = colluders(random, block, many), random.randrange(rounds)
        for word, smaller in block.words().items():
            words.add(word)
            learned = betrayed(block, known, smaller, where, many)
            assert learned is None, (block, known, word, where, learned)
    assert words >= {Agreement.CLOSE, Agreement.MIXED}


@pytest.mark.parametrize(("rounds", "size"), [(6, 13), (3, 20)])
@pytest.mark.parametrize("many", [0, 1])
def test_how_many_stand_on_the_smaller_sides_is_caught(rounds: int, size: int, many: int) -> None:
    random = Random(7)
    block = next(blocks(random, rounds, size))
    middle = [[3] * many] * rounds
    assert betrayed(block, middle, (0, 0), 0, many) is not None
