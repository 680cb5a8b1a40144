"""The grid that means are printed on: coarse cells, merged at the ends (release policy, The grid).

All arithmetic is exact, in whole numbers and fractions: a rounding error at the border of a cell
would be another promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Final

from pulse_bot.domain.release.results import End

FREE_RANGES: Final = Fraction(5, 2)
"""D of one question, in ranges of one answer: two who pool theirs know two, and half of one stays
free. It is the 10 points of answers from 1 to 5."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What an answer can be worth, and from how many answers a mean is printed on which step."""

    low: int
    high: int
    steps: tuple[tuple[int, Fraction], ...]
    """(from so many answers on, step), the most answers first."""

    @property
    def free_points(self) -> Fraction:
        """D: the points of the sum that stay free at each end."""
        return FREE_RANGES * (self.high - self.low)

    def step_for(self, n: int) -> Fraction | None:
        """The step for so many answers; None where they are too few to print anything."""
        return next((step for least, step in self.steps if n >= least), None)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the grid: the `place`-th above the middle, below it where negative."""

    place: int
    middle: Fraction
    step: Fraction
    is_last: bool
    """Everything beyond it is merged into it."""

    @property
    def open_end(self) -> End:
        """On which side it is open."""
        if not self.is_last:
            return End.NONE
        return End.HIGH if self.place > 0 else End.LOW

    @property
    def printed(self) -> tuple[Decimal, End, Decimal]:
        """The middle, which is what is said, the open end, and the step."""
        return write_tenths(self.middle), self.open_end, write_tenths(self.step)


def write_tenths(number: Fraction) -> Decimal:
    """A whole number of tenths as it is printed. Every step is one, so nothing is rounded here."""
    return Decimal(int(number * 10)).scaleb(-1)


def find_last_place(n: int, half_range: Fraction, step: Fraction, free: Fraction | int) -> int:
    """How many cells lie on each side of the middle, of the mean of `n` answers.

    As many as leave `free` points of the sum at each end: the largest k with
    floor(x) + 1 <= high * n - free, where x = n(middle + gk - g/2). Where the right side is whole,
    that is x < high * n - free, solved for k.
    """
    return ceil((half_range - Fraction(free) / n) / step + Fraction(1, 2)) - 1


def find_place(offset: Fraction, step: Fraction, last: int) -> int:
    """The cell of a mean that lies so far from the middle: ties towards it, the ends merged."""
    place = max(0, min(last, ceil(abs(offset) / step - Fraction(1, 2))))
    return place if offset > 0 else -place


def find_cell(
    n: int, total: int, scale: Scale, step: Fraction, free: Fraction | int
) -> Cell | None:
    """The cell of the mean of `n` answers: the formula of the policy, for any scale.

    The grid is anchored at the scale's middle, ties go towards it, and the end cells are merged
    until `free` points of the sum stay free at each end; None where no cell but the middle would be
    left. Raises ValueError for a total that so many answers cannot have.
    """
    if not scale.low * n <= total <= scale.high * n:
        raise ValueError(
            f"A total of {n} answers lies between {scale.low * n} and {scale.high * n}."
        )
    middle = Fraction(scale.low + scale.high, 2)
    end = find_last_place(n, scale.high - middle, step, free)
    if end < 1:
        return None
    place = find_place(Fraction(total, n) - middle, step, end)
    return Cell(place, middle + step * place, step, abs(place) == end)
