"""The same reader, exactly: every way in which all people could have answered one question.

People who answered the same looks cannot be told apart. So of them only the composition of their
answers is gone through, with how many ways it stands for.
"""

from __future__ import annotations

from collections.abc import Collection
from math import factorial, prod
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pulse_bot.audit.chances import Floats, Ints, list_compositions, run_chances
from pulse_bot.audit.sampling import Rows

MOST_PEOPLE: Final = 10


class _Alike(NamedTuple):
    """People who answered the same looks."""

    people: tuple[int, ...]
    looks: tuple[int, ...]
    compositions: Ints
    """By way: how many of them gave each answer."""


class Enumeration:
    """How likely each way is, of one row that at most `MOST_PEOPLE` answered."""

    def __init__(self, rows: Rows, row: int, alone: Collection[int]) -> None:
        """`alone` are people who may be asked about by themselves."""
        self._values = rows.values
        self._groups = _list_groups(rows, row, alone)
        ways = [_count_ways(group) for group in self._groups]
        self._weights: NDArray[np.float32] = ways[0]
        for more in ways[1:]:
            self._weights = np.multiply.outer(self._weights, more)
        radix = MOST_PEOPLE + 1
        digits = radix ** np.arange(rows.values - 1)
        for look in np.flatnonzero(rows.counted[row]):
            answers = int(rows.answered[row, :, look].sum())
            table = np.zeros(radix ** (rows.values - 1), dtype=np.float32)
            places = list_compositions(answers, rows.values)[:, :-1] @ digits
            run = int(rows.first[row, look]), int(rows.last[row, look])
            table[places] = run_chances(answers, int(rows.counted[row, look]), *run, rows.values)
            codes = np.zeros((), dtype=np.int32)
            for group in self._groups:
                adds = group.compositions[:, :-1] @ digits * (look in group.looks)
                codes = np.add.outer(codes, adds.astype(np.int32))
            self._weights *= table[codes]

    def draw_answers(self, draw: np.random.Generator) -> dict[int, int]:
        """One of all ways, each as often as it is likely; by person."""
        summed = np.cumsum(self._weights.ravel(), dtype=float)
        place = min(int(np.searchsorted(summed, draw.random() * summed[-1])), len(summed) - 1)
        answers: dict[int, int] = {}
        for group, way in zip(
            self._groups, np.unravel_index(place, self._weights.shape), strict=True
        ):
            given = np.repeat(np.arange(self._values), group.compositions[way])
            answers.update(zip(group.people, draw.permutation(given).tolist(), strict=True))
        return answers

    def find_chances(self, told: dict[int, int]) -> dict[int, Floats]:
        """By person: how sure a reader is of each answer, to whom some of `alone` tell theirs."""
        picked = tuple(
            told_way
            if (told_way := _find_told_way(group, told, self._values)) is not None
            else slice(None)
            for group in self._groups
        )
        weights = self._weights[picked]
        left = [
            group for group, one in zip(self._groups, picked, strict=True) if one == slice(None)
        ]
        found = {}
        for axis, group in enumerate(left):
            others = tuple(other for other in range(len(left)) if other != axis)
            ways = weights.sum(axis=others, dtype=float)
            counts = ways @ group.compositions
            for person in group.people:
                found[person] = counts / counts.sum()
        return found


def _find_told_way(group: _Alike, told: dict[int, int], values: int) -> int | None:
    """Which way it is where the one of a group tells their answer."""
    if len(group.people) > 1 or group.people[0] not in told:
        return None
    one = np.arange(values) == told[group.people[0]]
    return int(np.flatnonzero((group.compositions == one).all(axis=1))[0])


def _list_groups(rows: Rows, row: int, alone: Collection[int]) -> list[_Alike]:
    alike: dict[tuple[tuple[int, ...], int | None], list[int]] = {}
    for person in find_answerers(rows, row):
        here = rows.answered[row, person] & (rows.counted[row] > 0)
        looks = tuple(int(look) for look in np.flatnonzero(here))
        alike.setdefault((looks, person if person in alone else None), []).append(person)
    return [
        _Alike(tuple(people), looks, list_compositions(len(people), rows.values))
        for (looks, _), people in alike.items()
    ]


def _count_ways(group: _Alike) -> NDArray[np.float32]:
    size = factorial(len(group.people))
    return np.array(
        [size // prod(factorial(int(count)) for count in row) for row in group.compositions],
        dtype=np.float32,
    )


def find_answerers(rows: Rows, row: int) -> list[int]:
    """Who answered any of a row's looks."""
    looked = rows.counted[row] > 0
    return [int(person) for person in np.flatnonzero(rows.answered[row][:, looked].any(axis=1))]


def is_small(rows: Rows, row: int) -> bool:
    """Whether every way can be gone through."""
    return len(find_answerers(rows, row)) <= MOST_PEOPLE
