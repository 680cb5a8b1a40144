"""Whether an answer is still possible beside the word for agreement: an exact search.

The attacker knows how many answered each round of a block, the printed cells of the rounds and of
the block, the word, and what some members answered in every round. An integer program (HiGHS, by
scipy) looks for answers of the others that fit. Which counts a word fits is asked of the shipped
policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import inf
from typing import NamedTuple

import numpy as np
from scipy.optimize import (  # type: ignore[import-untyped]  # it has no types
    Bounds,
    LinearConstraint,
    milp,
)

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release.agreement import judge_agreement
from pulse_bot.domain.release.kinds import weekly_level
from pulse_bot.domain.release.policy import block_level
from pulse_bot.domain.release.results import Agreement, Level
from pulse_bot.domain.release.tallies import Moments, Tally

EVERY = frozenset(range(1, 6))
Range = tuple[int, int]


class Printed(NamedTuple):
    """A level, and the totals that it stands for."""

    level: Level
    totals: Range


@dataclass(frozen=True)
class Block:
    """What is published of a block, and how many answered each of its rounds."""

    sizes: tuple[int, ...]
    rounds: tuple[Printed, ...]
    whole: Printed

    def words(self) -> dict[Agreement, Range]:
        """Which words can be said of it, with the least and the most on the smaller sides."""
        levels = [one.level for one in self.rounds]
        found: dict[Agreement, list[int]] = {}
        for smaller in range(sum(size // 2 for size in self.sizes) + 1):
            word = judge_agreement(
                _with_smaller_sides(self.sizes, smaller), levels, self.whole.level
            )
            if word is not None:
                found.setdefault(word, []).append(smaller)
        return {word: (min(counts), max(counts)) for word, counts in found.items()}


def _with_smaller_sides(sizes: Sequence[int], smaller: int) -> list[Tally]:
    tallies = []
    for size in sizes:
        here = min(size // 2, smaller)
        smaller -= here
        moments = Moments(size, 3 * size, low=here, high=size - here)
        tallies.append(Tally("q", ItemKind.AGREE, size, 5, {"answer": moments}))
    return tallies


@cache
def printed_rounds(size: int) -> list[Printed]:
    """All that can be printed of a round of so many answers."""
    return _cells(
        {total: weekly_level(Moments(size, total)) for total in range(size, 5 * size + 1)}
    )


@cache
def printed_blocks(answers: int, rounds: int) -> list[Printed]:
    """All that can be printed of a block of 40 answers or more."""
    free = 8 * rounds + 2
    totals = range(answers, 5 * answers + 1)
    return _cells({total: block_level(answers, total, free, Fraction(1, 10)) for total in totals})


def _cells(levels: dict[int, Level | None]) -> list[Printed]:
    found: dict[Level, list[int]] = {}
    for total, one in levels.items():
        if one is not None:
            found.setdefault(one, []).append(total)
    return [Printed(one, (min(totals), max(totals))) for one, totals in found.items()]


def possible(
    block: Block, known: Sequence[Sequence[int]], smaller: Range, where: int
) -> frozenset[int]:
    """What one of the others can have answered in round `where`; empty where nothing fits."""
    return frozenset(
        answer
        for answer in EVERY
        if fits(
            block,
            [[*one, answer] if k == where else list(one) for k, one in enumerate(known)],
            smaller,
        )
    )


def fits(block: Block, known: Sequence[Sequence[int]], smaller: Range) -> bool:
    """Whether others can have answered so that all that is published comes out."""
    program = _Program(len(block.sizes))
    for k, (size, one, given) in enumerate(zip(block.sizes, block.rounds, known, strict=True)):
        program.add_round(k, size, one.totals, given)
    told = sum(map(sum, known))
    first, last = block.whole.totals
    program.limit(program.totals, first - told, last - told)
    program.limit(program.smaller, *smaller)
    return program.solvable()


class _Program:
    """Columns a round: how many gave each answer, the smaller side, and which side that is."""

    def __init__(self, rounds: int) -> None:
        self._rounds = rounds
        self._rows: list[dict[int, int]] = []
        self._least: list[float] = []
        self._most: list[float] = []
        self.totals = {5 * k + place: place + 1 for k in range(rounds) for place in range(5)}
        self.smaller = {5 * rounds + k: 1 for k in range(rounds)}

    def limit(self, row: dict[int, int], least: float, most: float) -> None:
        """Hold a sum of columns, each times a number, between two bounds."""
        self._rows.append(row)
        self._least.append(least)
        self._most.append(most)

    def add_round(self, k: int, size: int, totals: Range, given: Sequence[int]) -> None:
        """Everybody else answers, the total is in the cell, and the smaller side is counted."""
        counts = range(5 * k, 5 * k + 5)
        self.limit(dict.fromkeys(counts, 1), size - len(given), size - len(given))
        told = sum(given)
        worth = {one: self.totals[one] for one in counts}
        self.limit(worth, totals[0] - told, totals[1] - told)
        side, is_low = 5 * self._rounds + k, 6 * self._rounds + k
        low, high = sum(one <= 2 for one in given), sum(one >= 4 for one in given)
        lows, highs = dict.fromkeys(counts[:2], -1), dict.fromkeys(counts[3:], -1)
        self.limit({side: 1, **lows}, -inf, low)
        self.limit({side: 1, **highs}, -inf, high)
        # It is the low side where `is_low` is 1, and the high side where it is 0.
        self.limit({side: 1, **lows, is_low: -size}, low - size, inf)
        self.limit({side: 1, **highs, is_low: size}, high, inf)

    def solvable(self) -> bool:
        """Whether some whole numbers keep every bound."""
        columns = 7 * self._rounds
        matrix = np.zeros((len(self._rows), columns))
        for number, row in enumerate(self._rows):
            for column, times in row.items():
                matrix[number, column] = times
        most = np.full(columns, np.inf)
        most[6 * self._rounds :] = 1
        found = milp(
            np.zeros(columns),
            constraints=LinearConstraint(matrix, self._least, self._most),
            integrality=np.ones(columns),
            bounds=Bounds(0, most),
        )
        return bool(found.status == 0)
