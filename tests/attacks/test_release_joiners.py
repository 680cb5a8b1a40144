"""Attack: somebody joins, or leaves, nobody else changes an answer, and all know who answers.

Of 1,000 random cases at most 5 % determined and at most 15 % on one side, for every kind of
question; of `choose`, none determined (release policy, What it must reach). The rates are in the
log of the test (`pytest -o log_cli=true --log-level=INFO`). A leaver is a joiner read backwards.
The control prints means to two decimals, or counts.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from itertools import product
from random import Random

import pytest

from pulse_bot.domain.release.kinds import BORDER_VALUES
from pulse_bot.domain.release.results import ChoiceFrequency
from tests.attacks.choices_seen import Asked, Range, Taken, Words, fits, narrowed, ranges, said
from tests.attacks.kinds_of_means import SCALES, Policy, Scale, naive
from tests.attacks.release_cells import Cell, week

_log = logging.getLogger(__name__)

CASES = 1_000
AGREE = Scale("agree", 1, 5, week)


@cache
def cells(scale: Scale, policy: Policy, n: int) -> list[Cell]:
    """The printed cells of `n` answers."""
    return list(scale.cells(policy, n))


def cell_of(scale: Scale, policy: Policy, n: int, total: int) -> Cell:
    """The printed cell that a total lies in."""
    return next(one for one in cells(scale, policy, n) if one.first <= total <= one.last)


def rates(scale: Scale, policy: Policy) -> tuple[float, float]:
    """The shares of joiners whose answer is determined, and on one side."""
    random = Random(11)
    found: Counter[str] = Counter()
    for _ in range(CASES):
        n = random.randint(7, 59)
        tends, spread = random.uniform(scale.low, scale.high), (scale.high - scale.low) / 4
        drawn = [round(random.gauss(tends, spread)) for _ in range(n + 1)]
        answers = [min(scale.high, max(scale.low, one)) for one in drawn]
        before = cell_of(scale, policy, n, sum(answers[:n]))
        after = cell_of(scale, policy, n + 1, sum(answers))
        joiner = {
            answer
            for answer in scale.answers
            if after.first - before.last <= answer <= after.last - before.first
        }
        assert answers[n] in joiner
        found["determined"] += len(joiner) == 1
        found["one side"] += scale.on_one_side(joiner)
    return found["determined"] / CASES, found["one side"] / CASES


@pytest.mark.parametrize("scale", [AGREE, *SCALES], ids=lambda one: one.name)
def test_a_joiner_is_seldom_found_out(scale: Scale) -> None:
    determined, on_one_side = rates(scale, scale.ours)
    _log.info("%s: determined %s, on one side %s", scale.name, determined, on_one_side)
    assert determined <= 0.05
    assert on_one_side <= 0.15
    assert rates(scale, naive)[0] > 0.5


Worlds = Callable[[int, Sequence[int]], list[list[Range]]]
"""What n and the counts, known to nobody, let a reader think of: ranges of counts."""


def worlds_of(asked: Asked, n: int, words: Words) -> list[list[Range]]:
    """All that a statement, in its own order, can stand for."""
    by_word = ranges(n)
    plain = [[by_word[word] for word in words]]
    if any(word is not ChoiceFrequency.UNSAID for word in words):
        return plain
    standing = 2 if asked.most == 1 else 3
    several = [
        [by_word[word] for word in other]
        for other in product(by_word, repeat=asked.choices)
        if sum(word is not ChoiceFrequency.UNSAID for word in other) > standing
    ]
    return plain + several


def joiner_answers(
    asked: Asked, n: int, before: Sequence[Sequence[Range]], after: Sequence[Sequence[Range]]
) -> list[Taken]:
    """Every answer of the joiner for which some counts fit both rounds."""

    def overlap(one: Sequence[Range], other: Sequence[Range], answer: Taken) -> list[Range]:
        return [
            (max(a[0], b[0] - (k in answer)), min(a[1], b[1] - (k in answer)))
            for k, (a, b) in enumerate(zip(one, other, strict=True))
        ]

    return [
        answer
        for answer in asked.answers
        if any(
            fits(overlap(one, other, answer), n, asked.most)
            for one, other in product(before, after)
        )
    ]


def choice_rates(asked: Asked, worlds: Callable[[Random], Worlds]) -> tuple[float, float]:
    """The shares of joiners whose answer is determined, and of whom a choice is ruled in or out."""
    random = Random(5)
    found: Counter[str] = Counter()
    for _ in range(CASES):
        n = random.randint(10, 59)
        weights = [random.expovariate(1) for _ in range(asked.choices)]
        answers = [taken(random, asked, weights) for _ in range(n + 1)]
        seen = [
            worlds(random)(many, [sum(k in one for one in answers[:many]) for k in places(asked)])
            for many in (n, n + 1)
        ]
        joiner = joiner_answers(asked, n, *seen)
        assert answers[n] in joiner
        found["determined"] += len(joiner) == 1
        found["narrowed"] += narrowed(asked, joiner)
    return found["determined"] / CASES, found["narrowed"] / CASES


def places(asked: Asked) -> range:
    """The choices, by place."""
    return range(asked.choices)


def taken(random: Random, asked: Asked, weights: Sequence[float]) -> Taken:
    """What one member takes."""
    return frozenset(random.choices(places(asked), weights, k=random.randint(1, asked.most)))


@pytest.mark.parametrize("asked", [Asked(4, 1), Asked(5, 1), Asked(4, 2), Asked(4, 3)], ids=str)
def test_a_joiner_is_never_found_out_by_what_stands_out(asked: Asked) -> None:
    def ours(random: Random) -> Worlds:
        def read(n: int, counts: Sequence[int]) -> list[list[Range]]:
            words = said(asked, n, counts, (random.randrange(BORDER_VALUES) for _ in range(99)))
            assert words is not None
            return worlds_of(asked, n, words)

        return read

    def counted(_: Random) -> Worlds:
        return lambda n, counts: [[(count, count) for count in counts]]

    determined, ruled = choice_rates(asked, ours)
    _log.info("%s: determined %s, ruled in or out %s", asked, determined, ruled)
    assert determined == 0
    assert ruled <= 0.15
    assert choice_rates(asked, counted)[0] == 1
