"""A reader who knows who answered, and works out the answers by Gibbs sampling.

Before anything is printed every answer is as likely as any other; nobody changes one. One person's
answer is drawn again and again, given those of all others, and how likely each was is added up. It
begins with answers that fit. Where the level of a block holds the totals of six lots together, the
totals are drawn too: an answer given all totals, a total given the answers, its own printed run and
the run of its block.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb
from typing import Final

import numpy as np

from pulse_bot.audit.chances import (
    Bools,
    Floats,
    Ints,
    rank_sums,
    run_chances,
)

NEVER: Final = -1e4
"""The logarithm of a chance of nothing."""
LEAST_CHANCE: Final = 1e-300
NO_BLOCK: Final = -1


@dataclass(frozen=True)
class Rows:
    """Stretches of looks with the same number of possible answers, one a row."""

    values: int
    answered: Bools
    """By row, person and look."""
    may_answer: Bools
    """Who might have answered in place of somebody; as `answered` where it is known who did."""
    counted: Ints
    """The size of the lot, by row and look; 0 where there is no look."""
    first: Ints
    last: Ints
    """The run of totals that prints what was printed, in steps above the lowest."""
    block: Ints
    """Which block the look's lot is in; `NO_BLOCK` where its level tells nothing more."""
    start: Ints
    """By row and person: answers that fit."""

    def pick(self, places: Sequence[int]) -> Rows:
        """Some of the rows."""
        at = np.asarray(places)
        return Rows(
            self.values,
            self.answered[at],
            self.may_answer[at],
            self.counted[at],
            self.first[at],
            self.last[at],
            self.block[at],
            self.start[at],
        )


@dataclass(frozen=True)
class BlockRuns:
    """By block: the run of its lots' totals."""

    first: Ints
    last: Ints


Weigh = Callable[[Ints], Floats]
"""From the places of compositions, by row, look and answer, to logarithms of chances."""


class State:
    """Answers that fit what was printed, and how many answerers of each look are no higher."""

    def __init__(self, rows: Rows) -> None:
        self.now = rows.start.copy()
        self._looked = (rows.counted > 0)[:, None, :]
        self._present = rows.answered & self._looked
        self._may_answer = rows.may_answer & self._looked
        self._borders, self._rank = np.arange(rows.values - 1), rank_sums(rows.values)
        at_most = self.now[:, :, None] <= self._borders
        self._sums = np.einsum("qmt,qmj->qtj", self._present, at_most, dtype=np.int64)

    @property
    def ranks(self) -> Ints:
        """The place of each look's composition."""
        parts = [self._rank[j][self._sums[:, :, j]] for j in self._borders]
        places: Ints = np.sum(parts, axis=0, dtype=np.int64)
        return places

    def redraw(
        self, person: int, draw: np.random.Generator, weigh: Weigh, is_told: Bools
    ) -> Floats:
        """Draw one person's answers anew, given all others', but where they are told."""
        here = self._present[:, person]
        self._sums -= self._count(person)
        # Whoever did not answer a look learns nothing from it, nor does a reader of them.
        logs = np.where(here[:, :, None], weigh(self._rank_answers(here)), 0).sum(axis=1)
        odds = np.exp(logs - logs.max(axis=1, keepdims=True))
        chances: Floats = odds / odds.sum(axis=1, keepdims=True)
        falls = draw.random((len(here), 1))
        drawn = (np.cumsum(chances, axis=1)[:, :-1] < falls).sum(axis=1)
        self.now[:, person] = np.where(is_told, self.now[:, person], drawn)
        self._sums += self._count(person)
        return chances

    @property
    def present(self) -> Bools:
        """Who answered, by row, person and look."""
        return self._present

    def swap_answerers(self, draw: np.random.Generator, weigh: Weigh) -> None:
        """In each look, let somebody have answered in another's place, as likely as the text is."""
        leaving, coming = (
            np.argmax(draw.random(there.shape) * there, axis=1)
            for there in (self._present, self._may_answer & ~self._present)
        )
        rows, looks = np.indices(leaving.shape)
        is_free = (self._may_answer & ~self._present)[rows, coming, looks]
        lost, gained = (
            self.now[rows, person][:, :, None] <= self._borders for person in (leaving, coming)
        )
        before = self._sums
        after = np.where(is_free[:, :, None], before - lost + gained, before)
        chances = []
        for sums in (before, after):
            self._sums = sums
            chances.append(weigh(self.ranks[:, :, None])[:, :, 0])
        is_swapped = is_free & (np.log(draw.random(leaving.shape)) < chances[1] - chances[0])
        self._sums = np.where(is_swapped[:, :, None], after, before)
        at = np.nonzero(is_swapped)
        self._present[at[0], leaving[at], at[1]] = False
        self._present[at[0], coming[at], at[1]] = True

    def _rank_answers(self, here: Bools) -> Ints:
        """The place of the composition with each answer of the person whose own is taken out."""
        lower, upper = (self._rank[self._borders, self._sums + one] for one in (0, 1))
        ranks = np.empty((*self._sums.shape[:2], len(self._rank) + 1), dtype=np.int64)
        ranks[:, :, -1] = lower.sum(axis=2)
        # The higher the answer, the fewer counts of "no higher" it adds to.
        gains = np.cumsum((upper - lower)[:, :, ::-1], axis=2)[:, :, ::-1]
        ranks[:, :, :-1] = ranks[:, :, -1:] + gains
        return np.where(here[:, :, None], ranks, 0)

    def _count(self, person: int) -> Bools:
        no_higher = self.now[:, person, None] <= self._borders
        counted: Bools = self._present[:, person][:, :, None] * no_higher[:, None, :]
        return counted


class _Part:
    """Rows of which no two have lots in the same block."""

    def __init__(self, rows: Rows, places: Sequence[int]) -> None:
        self.places = list(places)
        self.state = State(rows)
        self._rows = rows
        self._has_blocks = bool((rows.block != NO_BLOCK).any())
        answers = rows.answered.sum(axis=1)
        if self._has_blocks:
            self._tabulate_totals(answers)
            self.total = self._guess_totals()
        else:
            self._tabulate_runs(answers)

    def _tabulate_runs(self, answers: Ints) -> None:
        rows = self._rows
        self._base = np.zeros(rows.counted.shape, dtype=np.int64)
        seen: dict[tuple[int, int, int, int], int] = {}
        tables, size = [np.zeros(1)], 1
        for place in zip(*np.nonzero(rows.counted), strict=True):
            run = int(rows.counted[place]), int(rows.first[place]), int(rows.last[place])
            key = (int(answers[place]), *run)
            if key not in seen:
                with np.errstate(divide="ignore"):
                    logs = np.log(np.maximum(run_chances(*key, rows.values), 0))
                tables.append(np.maximum(logs, NEVER))
                seen[key] = size
                size += len(tables[-1])
            self._base[place] = seen[key]
        self._logs = np.concatenate(tables, dtype=np.float32)

    def _tabulate_totals(self, answers: Ints) -> None:
        """By look: the chances of less than each total, from the run's first on."""
        rows = self._rows
        self._size = np.zeros(rows.counted.shape, dtype=np.int64)
        self._base = np.zeros(rows.counted.shape, dtype=np.int64)
        tables, filled = [np.zeros(1)], 1
        for key in sorted(
            {*zip(answers.ravel().tolist(), rows.counted.ravel().tolist(), strict=True)}
        ):
            here = (answers == key[0]) & (rows.counted == key[1])
            if not key[1]:
                continue
            first, last = int(rows.first[here].min()), int(rows.last[here].max())
            chances = [run_chances(*key, t, t, rows.values) for t in range(first, last + 1)]
            below = np.concatenate([np.zeros((1, len(chances[0]))), np.cumsum(chances, axis=0)])
            self._size[here] = comb(key[0] + rows.values - 1, rows.values - 1)
            self._base[here] = filled - first * self._size[here]
            tables.append(below.ravel())
            filled += below.size
        self._below = np.concatenate(tables)

    def _guess_totals(self) -> Ints:
        """Totals that the answers at the beginning make likely, inside their runs."""
        rows = self._rows
        answers = np.maximum(rows.answered.sum(axis=1), 1)
        totals = np.einsum("qmt,qm->qt", rows.answered, rows.start)
        guess = np.rint(totals / answers * rows.counted).astype(np.int64)
        return np.where(rows.counted > 0, np.clip(guess, rows.first, rows.last), 0)

    def redraw(
        self, draw: np.random.Generator, told: Bools | None, bounds: tuple[Ints, Ints]
    ) -> Floats:
        """Draw all answers anew that are not told, and then the totals, each within its bounds.

        Before anything is told (None) who answered is drawn, too.
        """
        if not self._has_blocks:
            return self._redraw_answers(draw, told, self._weigh_runs)
        # At the beginning a block's totals may not fit yet: then each comes as near as it can.
        first = np.minimum(np.maximum(bounds[0], self._rows.first), self._rows.last)
        last = np.maximum(np.minimum(bounds[1], self._rows.last), first)
        lower = (self._base + first * self._size)[:, :, None]
        upper = (self._base + (last + 1) * self._size)[:, :, None]

        def weigh(ranks: Ints) -> Floats:
            chances = self._below[upper + ranks] - self._below[lower + ranks]
            logs: Floats = np.log(np.maximum(chances, LEAST_CHANCE))
            return logs

        sure = self._redraw_answers(draw, told, weigh)
        self._redraw_totals(draw, first, last)
        return sure

    def _redraw_answers(
        self, draw: np.random.Generator, told: Bools | None, weigh: Weigh
    ) -> Floats:
        if told is None:
            self.state.swap_answerers(draw, weigh)
        stays = np.zeros(self.state.now.shape, dtype=bool) if told is None else told
        sure = [
            self.state.redraw(person, draw, weigh, stays[:, person])
            for person in range(stays.shape[1])
        ]
        return np.stack(sure, axis=1)

    def _weigh_runs(self, ranks: Ints) -> Floats:
        logs: Floats = self._logs[self._base[:, :, None] + ranks].astype(float)
        return logs

    def _redraw_totals(self, draw: np.random.Generator, first: Ints, last: Ints) -> None:
        heard = self._rows.counted > 0
        ranks = self.state.ranks
        width = int(np.where(heard, last - first, 0).max()) + 1
        tried = first[:, :, None] + np.arange(width)
        fits = heard[:, :, None] & (tried <= last[:, :, None])
        places = self._base[:, :, None] + tried * self._size[:, :, None] + ranks[:, :, None]
        places = np.where(fits, places, 0)
        size = np.where(fits, self._size[:, :, None], 0)
        chances = np.maximum(self._below[places + size] - self._below[places], 0)
        summed = np.cumsum(np.where(fits, chances, 0), axis=2)
        falls = draw.random((*first.shape, 1)) * summed[:, :, -1:]
        drawn = np.minimum((summed[:, :, :-1] < falls).sum(axis=2), last - first)
        self.total = np.where(heard, first + drawn, 0)


class Sampler:
    """Draws answers, and totals where blocks hold them together."""

    def __init__(self, rows: Rows, blocks: BlockRuns, draw: np.random.Generator) -> None:
        self._rows, self._blocks, self._draw = rows, blocks, draw
        self._parts = [_Part(rows.pick(places), places) for places in _split_rows(rows.block)]

    @property
    def answers(self) -> Ints:
        """What everybody answers now, by row and person: one of all worlds that fit."""
        now = np.zeros(self._rows.start.shape, dtype=np.int64)
        for part in self._parts:
            now[part.places] = part.state.now
        return now

    @property
    def answered(self) -> Bools:
        """Who is taken to have answered now, by row, person and look."""
        answered = np.zeros(self._rows.answered.shape, dtype=bool)
        for part in self._parts:
            answered[part.places] = part.state.present
        return answered

    def sample(self, sweeps: int, told: Bools | None = None) -> Floats:
        """By row, person and answer: how sure the reader is. Answers that are told stay.

        With None who answered is drawn, too, among those who may have.
        """
        sure = np.zeros((*self._rows.start.shape, self._rows.values))
        for _ in range(sweeps):
            for part in self._parts:
                stays = None if told is None else told[part.places]
                sure[part.places] += part.redraw(self._draw, stays, self._bound(part))
        return sure / max(1, sweeps)

    def _bound(self, part: _Part) -> tuple[Ints, Ints]:
        """By look: between which totals the block leaves its lot, the other lots given."""
        block = self._rows.block[part.places]
        first = np.zeros(block.shape, dtype=np.int64)
        last = np.full(block.shape, np.iinfo(np.int32).max, dtype=np.int64)
        if len(self._blocks.first) and (block != NO_BLOCK).any():
            sums = np.zeros(len(self._blocks.first), dtype=np.int64)
            for other in self._parts:
                theirs = self._rows.block[other.places]
                if other is not part and (theirs != NO_BLOCK).any():
                    inside = theirs != NO_BLOCK
                    np.add.at(sums, theirs[inside], other.total[inside])
            inside = block != NO_BLOCK
            first[inside] = (self._blocks.first - sums)[block[inside]]
            last[inside] = (self._blocks.last - sums)[block[inside]]
        return first, last


def _split_rows(block: Ints) -> list[list[int]]:
    """Rows in parts, of which no two share a block."""
    parts: list[tuple[list[int], set[int]]] = []
    for place, row in enumerate(block):
        blocks = set(row[row != NO_BLOCK].tolist())
        for places, taken in parts:
            # Rows with blocks and without have tables of another kind.
            if not taken & blocks and bool(taken) == bool(blocks):
                places.append(place)
                taken.update(blocks)
                break
        else:
            parts.append(([place], blocks))
    return [places for places, _ in parts]
