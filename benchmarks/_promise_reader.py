"""A reader who knows who answered, and works out the answers: exactly, or by sampling.

Nobody changes an answer. Before anything is printed every answer is as likely as any other. What a
look tells of the answers hangs on their composition alone (how many 1s, how many 2s, ...): the
chance that a lot drawn from it adds up to a total in the printed run. These chances are exact, by
counting; only beyond `MOST_PATTERNS` ways to leave some out they are a normal's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations_with_replacement
from math import comb
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm  # type: ignore[import-untyped]  # it ships no types

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MOST_PATTERNS: Final = 3_000
NEVER: Final = -1e4
"""The logarithm of a chance of nothing."""
LARGEST: Final = 80
"""More answers than any look has."""


class Looks(NamedTuple):
    """What a reader has of many questions, each looked at some times."""

    answered: Bools
    """By question, member and look."""
    counted: Ints
    """The size of the lot, by question and look; 0 where nothing was printed."""
    first: Ints
    last: Ints
    """The run of totals that prints what was printed."""
    total: Ints
    """What the lot added up to, which no reader has."""
    truth: Ints
    """By question and member, from 0 up: how many steps above the lowest answer."""

    def pick(self, one: slice) -> Looks:
        """Some of the questions."""
        return Looks(
            self.answered[one],
            self.counted[one],
            self.first[one],
            self.last[one],
            self.total[one],
            self.truth[one],
        )


@cache
def list_compositions(answers: int, values: int) -> Ints:
    """Every way in which so many answers spread over the values, in the order of their places."""
    sums = np.arange(answers + 1)[:, None]
    for _ in range(values - 2):
        counts = sums[:, 0] + 1
        below = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        sums = np.column_stack([below, np.repeat(sums, counts, axis=0)])
    order = np.argsort(sum(rank_sums(values)[j][sums[:, j]] for j in range(values - 1)))
    return np.diff(sums[order], axis=1, prepend=0, append=answers)


@cache
def rank_sums(values: int) -> Ints:
    """By value and by how many answers are no higher: what they add to a composition's place."""
    return np.array([[comb(p + j - 1, j) for p in range(LARGEST)] for j in range(1, values)])


@cache
def _left_out(answers: int, drawn: int, values: int) -> Floats:
    """By composition and total: the chance that so many drawn have at most this total."""
    compositions = list_compositions(answers, values)
    ways = np.zeros((len(compositions), (values - 1) * drawn + 1))
    choose = np.array([[comb(n, k) for k in range(drawn + 1)] for n in range(answers + 1)], float)
    for pattern in combinations_with_replacement(range(values), drawn):
        taken = np.bincount(pattern, minlength=values)
        product = np.ones(len(compositions))
        for value in np.flatnonzero(taken):
            product *= choose[compositions[:, value], taken[value]]
        ways[:, sum(pattern)] += product
    return np.cumsum(ways, axis=1) / comb(answers, drawn)


@cache
def run_chances(answers: int, counted: int, first: int, last: int, values: int) -> Floats:
    """By composition: the chance of a lot's total in this run (in steps above the lowest)."""
    compositions = list_compositions(answers, values)
    spare = answers - counted
    drawn = min(counted, spare)
    if comb(drawn + values - 1, drawn) > MOST_PATTERNS:
        return _normal_chances(compositions, counted, first, last)
    if not spare:
        total = compositions @ np.arange(values)
        return ((first <= total) & (total <= last)).astype(float)
    below = np.pad(_left_out(answers, drawn, values), ((0, 0), (1, 0)))
    rows, top = np.arange(len(compositions)), below.shape[1] - 1
    if drawn == counted:
        return below[:, min(last + 1, top)] - below[:, min(first, top)]
    total = compositions @ np.arange(values)
    upper, lower = np.clip(total - first + 1, 0, top), np.clip(total - last, 0, top)
    chances: Floats = below[rows, upper] - below[rows, lower]
    return chances


def _normal_chances(compositions: Ints, counted: int, first: int, last: int) -> Floats:
    values = np.arange(compositions.shape[1])
    answers = int(compositions[0].sum())
    mean = compositions @ values / answers
    spread = compositions @ values**2 / answers - mean**2
    error = np.sqrt(np.maximum(spread, 1e-9) * counted * (answers - counted) / (answers - 1))
    at = counted * mean
    chances: Floats = norm.cdf((last + 0.5 - at) / error) - norm.cdf((first - 0.5 - at) / error)
    return chances


class Tables(NamedTuple):
    """The logarithms of all chances that some looks need, one after the other."""

    logs: Floats
    offsets: Ints


def _tabulate(looks: Looks, values: int) -> Tables:
    answers = looks.answered.sum(axis=1)
    offsets = np.zeros(looks.counted.shape, dtype=np.int64)
    seen: dict[tuple[int, ...], int] = {}
    rows: list[Floats] = []
    size = 0
    for place in zip(*np.nonzero(looks.counted), strict=True):
        parts = (answers, looks.counted, looks.first, looks.last)
        key = tuple(int(part[place]) for part in parts)
        if key not in seen:
            with np.errstate(divide="ignore"):
                rows.append(np.maximum(np.log(run_chances(*key, values)), NEVER))
            seen[key] = size
            size += len(rows[-1])
        offsets[place] = seen[key]
    return Tables(np.concatenate([*rows, np.zeros(1)]), offsets)


def sample_answers(
    looks: Looks, draw: np.random.Generator, sweeps: int, values: int = 5, known: int = 0
) -> Floats:
    """By question, member and answer: how sure the reader is, by Gibbs sampling.

    It begins with the truth, so a sampler that moves too little would call more people found. The
    first `known` members are the reader's friends, who say what they answered.
    """
    tables, state = _tabulate(looks, values), State(looks, values)
    sure = np.zeros((*looks.truth.shape, values))

    def weigh(ranks: Ints) -> Floats:
        logs: Floats = tables.logs[tables.offsets[:, :, None] + ranks]
        return logs

    for sweep in range(-(sweeps // 5) - 1, sweeps):
        for member in range(known, looks.truth.shape[1]):
            chances = state.redraw(member, draw, weigh)
            if sweep >= 0:
                sure[:, member] += chances
    return sure / sweeps


Weigh = Callable[[Ints], Floats]
"""From the places of compositions, by question, look and answer, to logarithms of chances."""


class State:
    """Answers that fit what was printed, and how many answerers of each look are no higher."""

    def __init__(self, looks: Looks, values: int) -> None:
        self.now = looks.truth.copy()
        self._present = looks.answered & (looks.counted > 0)[:, None, :]
        self._borders, self._rank = np.arange(values - 1), rank_sums(values)
        at_most = self.now[:, :, None] <= self._borders
        self._sums = np.einsum("qmt,qmj->qtj", self._present, at_most, dtype=np.int64)

    @property
    def ranks(self) -> Ints:
        """The place of each look's composition."""
        parts = [self._rank[j][self._sums[:, :, j]] for j in self._borders]
        places: Ints = np.sum(parts, axis=0, dtype=np.int64)
        return places

    def redraw(self, member: int, draw: np.random.Generator, weigh: Weigh) -> Floats:
        """Draw one member's answers anew, given all others'; their chances."""
        here = self._present[:, member]
        self._sums -= self._count(member)
        # Whoever did not answer a look learns nothing from it, nor does a reader of them.
        logs = np.where(here[:, :, None], weigh(self._rank_answers(here)), 0).sum(axis=1)
        odds = np.exp(logs - logs.max(axis=1, keepdims=True))
        chances: Floats = odds / odds.sum(axis=1, keepdims=True)
        falls = draw.random((len(here), 1))
        self.now[:, member] = (np.cumsum(chances, axis=1)[:, :-1] < falls).sum(axis=1)
        self._sums += self._count(member)
        return chances

    def _rank_answers(self, here: Bools) -> Ints:
        """The place of the composition with each answer of the member whose own is taken out."""
        sums, rank = self._sums, self._rank
        lower = np.stack([rank[j][sums[:, :, j]] for j in self._borders], axis=2)
        upper = np.stack([rank[j][sums[:, :, j] + 1] for j in self._borders], axis=2)
        ranks = np.zeros((*sums.shape[:2], len(rank) + 1), dtype=np.int64)
        ranks[:, :, -1] = lower.sum(axis=2)
        for value in range(len(rank) - 1, -1, -1):
            ranks[:, :, value] = ranks[:, :, value + 1] + (upper - lower)[:, :, value]
        return np.where(here[:, :, None], ranks, 0)

    def _count(self, member: int) -> Bools:
        no_higher = self.now[:, member, None] <= self._borders
        counted: Bools = self._present[:, member][:, :, None] * no_higher[:, None, :]
        return counted


def work_out_answers(looks: Looks, values: int = 5) -> Floats:
    """The same, exactly, of one question: every way in which all could have answered."""
    _, members, times = looks.answered.shape
    radix = members + 1
    weights = np.ones(values**members, dtype=np.float32)
    for look in range(times):
        if not looks.counted[0, look]:
            continue
        here = looks.answered[0, :, look]
        key = (int(here.sum()), *(int(part[0, look]) for part in looks[1:4]))
        rows = np.zeros(radix ** (values - 1), dtype=np.float32)
        digits = radix ** np.arange(values - 1)
        rows[list_compositions(key[0], values)[:, :-1] @ digits] = run_chances(*key, values)
        codes = np.zeros(1, dtype=np.int32)
        for member in range(members):
            adds = np.append(digits, 0) * here[member]
            codes = np.add.outer(codes, adds.astype(np.int32)).ravel()
        weights *= rows[codes]
    shaped = weights.reshape((values,) * members)
    sums = [
        shaped.sum(axis=tuple(other for other in range(members) if other != member), dtype=float)
        for member in range(members)
    ]
    return np.array([[one / one.sum() for one in sums]])
