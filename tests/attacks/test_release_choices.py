"""Attack: read somebody's choice off which choices stand out.

Passes when an outsider, one colluder and two rule no choice of anybody in or out: every statement,
every answer of the colluders. The control prints how often each choice was taken, and has to fail.
"""

from __future__ import annotations

from itertools import combinations_with_replacement, pairwise, product

import pytest

from pulse_bot.domain.release.kinds import BORDER_VALUES
from pulse_bot.domain.release.results import ChoiceFrequency
from tests.attacks.choices_seen import (
    Asked,
    Range,
    Taken,
    Words,
    narrowed,
    possible,
    ranges,
    said,
    statements,
)

SIZES = [10, 11, 12, 13, 16, 19, 20, 21, 24, 31, 40, 60]
QUESTIONS = [Asked(2, 1), Asked(3, 1), Asked(4, 1), Asked(5, 1), Asked(6, 1), Asked(3, 2)]
QUESTIONS += [Asked(4, 2), Asked(5, 2), Asked(4, 3), Asked(5, 3)]


def exposed(asked: Asked, n: int, worlds: list[list[Range]], insiders: int) -> bool:
    """Whether some insiders learn something of somebody else."""
    return any(
        narrowed(asked, possible(asked, n, worlds, known))
        for known in combinations_with_replacement(asked.answers, insiders)
    )


@pytest.mark.parametrize("asked", QUESTIONS, ids=str)
def test_nobody_is_narrowed_by_a_reader_or_by_two_who_pool_their_answers(asked: Asked) -> None:
    for n in SIZES:
        for words, worlds in statements(asked, n):
            for insiders in (0, 1, 2):
                assert not exposed(asked, n, worlds, insiders), (n, words, insiders)


@pytest.mark.parametrize("asked", QUESTIONS, ids=str)
def test_exact_counts_are_caught(asked: Asked) -> None:
    for n in SIZES:
        counts = [n] + [0] * (asked.choices - 1)
        assert exposed(asked, n, [[(count, count) for count in counts]], 0)
        counts = [n - 2, 2] + [0] * (asked.choices - 2)
        assert exposed(asked, n, [[(count, count) for count in counts]], 2)


@pytest.mark.parametrize("n", range(10, 61))
def test_hard_borders_would_be_told_from_soft_ones(n: int) -> None:
    """A word fits more counts than a border that readers know would leave: the draws are real."""
    found = ranges(n)
    words = [
        word
        for word in (ChoiceFrequency.UNSAID, ChoiceFrequency.OFTEN, ChoiceFrequency.MOST)
        if word in found
    ]
    for below, above in pairwise(words):
        assert found[below][1] - found[above][0] == BORDER_VALUES - 2


def by_force(
    asked: Asked, n: int, insiders: int
) -> dict[tuple[Words, tuple[Taken, ...]], set[Taken]]:
    """By (statement, what insiders took): what anybody else took, in every round and every draw."""
    seen: dict[tuple[Words, tuple[Taken, ...]], set[Taken]] = {}
    told: dict[tuple[int, ...], set[Words]] = {}
    for answers in combinations_with_replacement(asked.answers, n):
        counts = tuple(sum(k in one for one in answers) for k in range(asked.choices))
        if counts not in told:
            # Of so few answers "by most" is never said, and its draws change nothing.
            draws = product(*[range(BORDER_VALUES), (0,)] * asked.choices)
            told[counts] = {words for one in draws if (words := said(asked, n, counts, one))}
        for known in set(combinations_with_replacement(sorted(set(answers), key=sorted), insiders)):
            rest = list(answers)
            try:
                for one in known:
                    rest.remove(one)
            except ValueError:
                continue
            for words in told[counts]:
                seen.setdefault((words, known), set()).update(rest)
    return seen


@pytest.mark.parametrize("insiders", [0, 1, 2])
@pytest.mark.parametrize(("asked", "n"), [(Asked(2, 1), 10), (Asked(3, 1), 11), (Asked(3, 2), 10)])
def test_listing_every_round_and_every_draw_comes_to_the_same(
    asked: Asked, n: int, insiders: int
) -> None:
    forced = by_force(asked, n, insiders)
    checked = 0
    for words, worlds in statements(asked, n):
        for (told, known), found in forced.items():
            if told == words:
                assert set(possible(asked, n, worlds, known)) == found
                checked += 1
    assert checked
