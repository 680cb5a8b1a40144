"""The lot: which answers of a question count, and how their mean is printed.

At a close a secret order of those who answered a question is drawn and kept nowhere. Only the first
so many of them count: as many as their class says, so that what is printed never hangs on how many
answered. All classes of a roster have one grid, and a printed number stays what it was while the
new mean is near it (release policy, The second edition, studied).

Its constants are those that `benchmarks/promise.py` found. All arithmetic is in whole numbers and
fractions: a rounding error at a border would be another promise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import floor
from typing import Final, TypeVar

from pulse_bot.domain.release.grid import find_last_place, find_place, write_tenths
from pulse_bot.domain.release.results import End, Printed

SMALLEST_ROSTER: Final = 8
"""Of which one question of one round is printed: under it a class would hold two counts."""
LEAST_ANSWERS: Final = 6
FIRST_COUNTED: Final = 5
CLASS_WIDTH: Final = 3
LARGEST_CLASS: Final = 60
SPARE: Final = 2
"""How many answers at least are left out beyond the first class. With one, memory or not, a reader
who knows who answered finds people (release policy, The second edition, studied)."""
UNTOLD: Final = 2
"""The last class holds a full roster and up to two who did not answer."""
FREE_RANGES: Final = Fraction(3, 2)
"""Of the lot's total, in ranges of one answer, that stay free at each end of the grid."""
FREE_RANGES_MOVED: Final = 1
"""The same where a number moves into the end: all, and all but one, still read alike."""

LAST_BORDER: Final = Fraction(11, 20)
"""Where the outermost cell begins at the latest, on the way from the middle to the end: a text that
only nearly unanimous rounds print tells of everybody in them on which side they stand."""

Member = TypeVar("Member")
Draw = Callable[[int], int]
"""A whole number from 0 up to, and without, its argument, that nobody can foresee."""


@dataclass(frozen=True, slots=True)
class RosterGrid:
    """On which grid a roster reads a question, whatever its class: from so many members on."""

    roster: int
    least: int
    """The fewest answers: with fewer a cell would be narrower than half an answer's range."""
    step: Fraction
    reach: Fraction
    """How far a new mean may lie from the printed number that stays."""


@dataclass(frozen=True, slots=True)
class LotScale:
    """What an answer can be worth, and the grids, the largest roster first."""

    low: int
    high: int
    grids: tuple[RosterGrid, ...]
    most_cells: int = 2
    """How many cells a number moves at most at once. A longer way than the left-out answers can go
    would tell that whoever joined was drawn, and on which side they stand."""

    @property
    def middle(self) -> Fraction:
        """The answer on neither side, on which the grid is anchored."""
        return Fraction(self.low + self.high, 2)


@dataclass(frozen=True, slots=True)
class AnswerClass:
    """How a question is printed that so many answered: by a lot of them, on one grid."""

    least: int
    """The fewest answers. The next class, where there is one, begins with the first too many."""
    counted: int
    """How many answers the lot takes."""
    step: Fraction
    reach: Fraction
    ends: int
    """How many cells lie on each side of the middle; the outermost is open."""


def _grids(*rows: tuple[int, int, str, str]) -> tuple[RosterGrid, ...]:
    return tuple(RosterGrid(n, k, Fraction(step), Fraction(reach)) for n, k, step, reach in rows)


WEEKLY: Final = LotScale(
    1,
    5,
    _grids(
        (30, 12, "0.2", "0.3"), (20, 9, "0.4", "0.4"), (12, 6, "0.4", "0.5"), (8, 6, "0.5", "0.5")
    ),
)
"""Answers from 1 to 5; both halves of a journey are such."""

OUT_OF_TEN: Final = LotScale(
    0,
    10,
    _grids(
        (30, 12, "0.5", "0.75"), (20, 9, "1.0", "1.0"), (12, 6, "1.0", "1.25"), (8, 6, "1.2", "1.2")
    ),
)
YES_NO: Final = LotScale(
    0,
    2,
    _grids((30, 12, "0.5", "0.35"), (20, 9, "0.5", "0.35"), (8, 6, "0.5", "0.35")),
    most_cells=1,
)
"""No, partly and yes as 0, 1 and 2: three cells. A number that stayed longer would have to leap to
move, by more than those who were left out can make it."""

LEAST_CHOICE_ANSWERS: Final = 12
"""The fewest answers from which choices stand out."""
OFTEN_SHARE: Final = Fraction(3, 10)

SMALLEST_BLOCK_ROSTER: Final = 6
SMALLEST_POOL_ROSTER: Final = 7
"""Of which the questions of one round are told together: of six members it would tell that five or
six answered each."""
SMALL_LEAST_ANSWERS: Final = 5
SMALL_COUNTED: Final = 4
"""In a group too small for a number of one week: the fewest answers, and how many the lot takes."""

BLOCK_LEAST_ROUNDS: Final = 4
BLOCK_GRIDS: Final = (
    (20, Fraction(1, 5), 5),
    (12, Fraction(1, 5), 6),
    (8, Fraction(1, 5), 5),
    (6, Fraction(1, 2), 2),
)
"""(roster, step, ends), the largest first. The grid of a block hangs on the roster alone: one that
hung on how many rounds were heard would tell it. From twenty members on the ends lie nearer to the
middle again: so many answers near an end leave nobody room. Under eight, five cells are five words.
"""


@cache
def find_classes(roster: int, scale: LotScale = WEEKLY) -> tuple[AnswerClass, ...]:
    """The classes of a roster, the fewest answers first; none where it is too small.

    Each holds at least three counts, so that none is told apart, nor one of two.
    """
    grid = next((grid for grid in scale.grids if roster >= grid.roster), None)
    if grid is None or roster < SMALLEST_ROSTER:
        return ()
    largest = min(roster - UNTOLD, LARGEST_CLASS)
    leasts = range(LEAST_ANSWERS, largest + 1, CLASS_WIDTH)
    return tuple(_make_class(least, grid, scale) for least in leasts if least >= grid.least)


def _make_class(least: int, grid: RosterGrid, scale: LotScale) -> AnswerClass:
    counted = count_lot(least)
    span = scale.high - scale.low
    fresh = find_last_place(counted, Fraction(span, 2), grid.step, FREE_RANGES * span)
    # A number that moves into the end has a mean beyond the reach of the cell before it.
    moving = Fraction(span, 2) - grid.reach + grid.step / 2
    moved = find_last_place(counted, moving, grid.step, FREE_RANGES_MOVED * span)
    early = floor(LAST_BORDER * Fraction(span, 2) / grid.step + Fraction(1, 2))
    return AnswerClass(least, counted, grid.step, grid.reach, min(fresh, moved, early))


def count_lot(least: int) -> int:
    """How many answers the lot of a class takes, by the fewest answers of the class."""
    return FIRST_COUNTED if least == LEAST_ANSWERS else least - SPARE


def find_class(answers: int, roster: int, scale: LotScale = WEEKLY) -> AnswerClass | None:
    """The class of so many answers; None where they are too few, or the roster is.

    Raises ValueError for more answers than members.
    """
    if not 0 <= answers <= roster:
        raise ValueError("Those who answered are some of those who were asked.")
    fitting = [one for one in find_classes(roster, scale) if answers >= one.least]
    return fitting[-1] if fitting else None


def count_small_lot(answers: int, roster: int) -> int:
    """How many answers a lot takes in a group too small for a number of one week; 0 for none."""
    is_small = SMALLEST_BLOCK_ROSTER <= roster < SMALLEST_ROSTER
    return SMALL_COUNTED if is_small and answers >= SMALL_LEAST_ANSWERS else 0


def draw_order(answerers: Collection[Member], draw: Draw) -> list[Member]:
    """All who answered, in an order that is as likely as any other, and that nobody may keep."""
    order = list(answerers)
    for place in range(len(order) - 1, 0, -1):
        other = draw(place + 1)
        order[place], order[other] = order[other], order[place]
    return order


def print_lot(
    answer_class: AnswerClass, total: int, last: Printed | None, scale: LotScale = WEEKLY
) -> Printed:
    """What is printed of a lot's total, after what was printed of the same question before.

    The last number, read on this class's grid, stays while the mean is within its reach, or lies
    further out at an open end: a number that moves has moved for a reason. Else it moves towards
    the nearest cell, ties towards the middle, by two cells at most. Raises ValueError for a total
    that no lot can have.
    """
    counted = answer_class.counted
    if not scale.low * counted <= total <= scale.high * counted:
        raise ValueError(f"{counted} answers cannot add up to {total}.")
    step, ends = answer_class.step, answer_class.ends
    offset = Fraction(total, counted) - scale.middle
    place = find_place(offset, step, ends)
    if last is not None:
        before = find_place(Fraction(last.value) - scale.middle, step, ends)
        is_near = _stays(answer_class, before, offset)
        way = max(-scale.most_cells, min(scale.most_cells, place - before))
        place = before if is_near else before + way
    return _print_place(scale.middle, step, place, ends)


def _stays(answer_class: AnswerClass, place: int, offset: Fraction) -> bool:
    beyond = offset - place * answer_class.step
    is_further_out = abs(place) == answer_class.ends and beyond * place > 0
    return is_further_out or abs(beyond) <= answer_class.reach


def stands_out(answer_class: AnswerClass, count: int) -> bool:
    """Whether a choice that so many of a lot took is said to be taken often: by three in ten.

    The border is no secret: who is in the lot is.
    """
    if answer_class.least < LEAST_CHOICE_ANSWERS:
        return False
    return count >= OFTEN_SHARE * answer_class.counted


def print_block(lots: Sequence[tuple[int, int]], roster: int) -> Printed | None:
    """The level of a theme over a block, of the (counted, total) of each heard round's lot.

    None under four heard rounds, and under six members. Whether it is printed, and on which grid,
    hangs on the roster and on the number of heard rounds, never on an answer.
    """
    grid = next(((step, ends) for least, step, ends in BLOCK_GRIDS if roster >= least), None)
    if grid is None or len(lots) < BLOCK_LEAST_ROUNDS:
        return None
    step, ends = grid
    mean = Fraction(sum(total for _, total in lots), sum(counted for counted, _ in lots))
    place = find_place(mean - WEEKLY.middle, step, ends)
    return _print_place(WEEKLY.middle, step, place, ends)


def _print_place(middle: Fraction, step: Fraction, place: int, ends: int) -> Printed:
    end = End.NONE if abs(place) < ends else End.HIGH if place > 0 else End.LOW
    return Printed(write_tenths(middle + place * step), end, write_tenths(step))
