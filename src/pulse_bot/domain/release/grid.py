"""The grid that means are printed on: coarse cells, merged at the ends (release policy, The grid).

All arithmetic is exact, in whole numbers and fractions: a rounding error at the border of a cell
would be another promise.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil


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
