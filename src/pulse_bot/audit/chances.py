"""How likely a lot's total is, by how the answers of a look are composed.

What a look tells of the answers hangs on their *composition* alone: how many 1s, how many 2s, and
so on. The chance that a lot drawn from it adds up to a total in the printed run is exact, by
counting; only where there are too many ways to leave some out (`MOST_PATTERNS`) it is a normal's.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations_with_replacement
from math import comb
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MOST_PATTERNS: Final = 3_000
MOST_PRODUCTS: Final = 20_000_000
"""Of these ways and of compositions, that are counted one by one."""
LARGEST: Final = 120
"""More answers than any look has."""


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


def run_chances(answers: int, counted: int, first: int, last: int, values: int) -> Floats:
    """By composition: the chance of a lot's total in this run (in steps above the lowest)."""
    compositions = list_compositions(answers, values)
    spare = answers - counted
    drawn = min(counted, spare)
    patterns = comb(drawn + values - 1, drawn)
    if patterns > MOST_PATTERNS or patterns * len(compositions) > MOST_PRODUCTS:
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
    return _normal_below((last + 0.5 - at) / error) - _normal_below((first - 0.5 - at) / error)


def _normal_below(at: Floats) -> Floats:
    """The normal distribution function (Abramowitz and Stegun 26.2.17), to 8 digits or so."""
    t = 1 / (1 + 0.2316419 * np.abs(at))
    tail = t * (
        0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
    )
    tail = tail * np.exp(-at * at / 2) / np.sqrt(2 * np.pi)
    below: Floats = np.where(at > 0, 1 - tail, tail)
    return below
