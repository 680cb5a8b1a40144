"""The same reader, who has the levels of the blocks beside the numbers of the weeks.

A level holds the totals of six lots together. So the totals themselves are drawn with the answers:
an answer given all totals, a total given the answers, its own printed run and the run of its block.
"""

from __future__ import annotations

from functools import cache
from math import comb
from typing import Final, NamedTuple

import numpy as np

from benchmarks._promise_policies import LotPolicy
from benchmarks._promise_reader import Floats, Ints, Looks, State, run_chances
from benchmarks._promise_years import CORE, TIMES
from pulse_bot.domain.release.results import Printed

VALUES: Final = 5
LEAST_CHANCE: Final = 1e-300


class BlockRuns(NamedTuple):
    """By theme and block: the run of the six lots' totals, in steps above the lowest answers."""

    first: Ints
    last: Ints


def print_blocks(policy: LotPolicy, looks: Looks, roster: int) -> BlockRuns:
    """What the levels say of the totals; where none is printed, every total fits."""
    counted = looks.counted.reshape(-1, CORE, TIMES)
    total = looks.total.reshape(-1, CORE, TIMES)
    first = np.zeros((len(counted), TIMES), dtype=np.int64)
    last = np.full_like(first, 10**6)
    for theme, block in np.ndindex(*first.shape):
        lots = counted[theme, :, block]
        heard = lots[lots > 0]
        if heard.size:
            runs = _list_runs(policy, tuple(heard.tolist()), roster)
            low = int(total[theme, :, block].sum())
            first[theme, block], last[theme, block] = runs[low]
    return BlockRuns(first, last)


@cache
def _list_runs(policy: LotPolicy, heard: tuple[int, ...], roster: int) -> list[tuple[int, int]]:
    """By total in steps: the run of totals with the same level."""
    size = sum(heard)
    texts: list[Printed | None] = []
    for total in range((VALUES - 1) * size + 1):
        # Only the sum counts, so all but the first lot may have the lowest total.
        lots = [(counted, counted) for counted in heard]
        lots[0] = (heard[0], heard[0] + total)
        texts.append(policy.say_block(lots, roster))
    return [(texts.index(text), len(texts) - 1 - texts[::-1].index(text)) for text in texts]


@cache
def _accumulate(answers: int, counted: int) -> Floats:
    """By total and composition: the chance that a lot has less. It begins with no chance at all."""
    totals = range((VALUES - 1) * counted + 1)
    chances = [run_chances(answers, counted, total, total, VALUES) for total in totals]
    return np.concatenate([np.zeros((1, len(chances[0]))), np.cumsum(chances, axis=0)])


class _Question:
    """One question of the core in all themes, the totals of the other five given."""

    def __init__(self, looks: Looks) -> None:
        self.total = looks.total.copy()
        self._looks, self._state = looks, State(looks, VALUES)
        answers = looks.answered.sum(axis=1)
        self._size = np.zeros(self.total.shape, dtype=np.int64)
        self._base = np.zeros(self.total.shape, dtype=np.int64)
        keys = [*zip(answers.ravel().tolist(), looks.counted.ravel().tolist(), strict=True)]
        rows, filled = [np.zeros(1)], 1
        for key in sorted({key for key in keys if key[1]}):
            rows.append(_accumulate(*key).ravel())
            here = (answers == key[0]) & (looks.counted == key[1])
            self._base[here] = filled
            self._size[here] = comb(key[0] + VALUES - 1, VALUES - 1)
            filled += len(rows[-1])
        self._below = np.concatenate(rows)

    def redraw(self, draw: np.random.Generator, first: Ints, last: Ints) -> Floats:
        """Draw all answers and then the totals anew, where each total lies in its run."""
        first, last = np.maximum(first, self._looks.first), np.minimum(last, self._looks.last)
        lower, upper = (
            (self._base + total * self._size)[:, :, None] for total in (first, last + 1)
        )

        def weigh(ranks: Ints) -> Floats:
            chances = self._below[upper + ranks] - self._below[lower + ranks]
            return np.log(np.maximum(chances, LEAST_CHANCE))

        members = range(self._state.now.shape[1])
        sure = [self._state.redraw(member, draw, weigh) for member in members]
        self._redraw_totals(draw, first, last)
        return np.stack(sure, axis=1)

    def _redraw_totals(self, draw: np.random.Generator, first: Ints, last: Ints) -> None:
        heard = self._looks.counted > 0
        start, ranks = np.where(heard, first, 0), self._state.ranks
        width = int(np.where(heard, last - first, 0).max()) + 1
        tried = start[:, :, None] + np.arange(width)
        fits = heard[:, :, None] & (tried <= last[:, :, None])
        places = self._base[:, :, None] + np.where(fits, tried, 0) * self._size[:, :, None]
        places = np.where(fits, places + ranks[:, :, None], 0)
        size = np.where(fits, self._size[:, :, None], 0)
        chances = np.where(fits, self._below[places + size] - self._below[places], 0)
        summed = np.cumsum(np.maximum(chances, 0), axis=2)
        falls = draw.random((*first.shape, 1)) * summed[:, :, -1:]
        self.total = np.where(heard, start + (summed[:, :, :-1] < falls).sum(axis=2), 0)


def sample_with_blocks(
    looks: Looks, blocks: BlockRuns, draw: np.random.Generator, sweeps: int
) -> Floats:
    """By question, member and answer: how sure the reader is."""
    core = [_Question(looks.pick(slice(question, None, CORE))) for question in range(CORE)]
    sure = np.zeros((*looks.truth.shape, VALUES))
    for sweep in range(-(sweeps // 5) - 1, sweeps):
        for place, question in enumerate(core):
            rest = sum(other.total for other in core if other is not question)
            chances = question.redraw(draw, blocks.first - rest, blocks.last - rest)
            if sweep >= 0:
                sure[place::CORE] += chances
    return sure / sweeps
