"""The first edition of the release policy: it stands beside the second where that is measured.

All answers counted, a mean was printed on a grid whose step and ends hung on how many answered, and
nothing was remembered. It broke in the ways that `docs/release-policy.md` tells of.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from pulse_bot.domain.release.first_edition import ResponseBand
from pulse_bot.domain.release.grid import find_last_place, find_place, write_tenths
from pulse_bot.domain.release.results import End, Level

LEAST_ANSWERS: Final = 5
WEEK_ANSWERS: Final = 7
ROSTER: Final = 10
BLOCK_ANSWERS: Final = 28
BLOCK_LEAST_ROUNDS: Final = 3
WEEK_STEPS: Final = (
    (40, Fraction(1, 10)),
    (20, Fraction(1, 5)),
    (10, Fraction(2, 5)),
    (7, Fraction(1, 2)),
)
BLOCK_STEPS: Final = ((40, Fraction(1, 10)), (28, Fraction(1, 5)))
"""(from so many answers on, step)."""
FREE_POINTS: Final = 10


def weekly_level(n: int, total: int) -> Level | None:
    """The level of the mean of `n` answers from 1 to 5 of one week; None where too few answered."""
    step = next((step for least, step in WEEK_STEPS if n >= least), None)
    return _find_level(n, total, step, FREE_POINTS) if step else None


def block_level(lots: Sequence[tuple[int, int]]) -> Level | None:
    """The level of a block, of (answers, sum) of its heard rounds."""
    answers = sum(n for n, _ in lots)
    if len(lots) < BLOCK_LEAST_ROUNDS or answers < BLOCK_ANSWERS:
        return None
    step = next(step for least, step in BLOCK_STEPS if answers >= least)
    return _find_level(answers, sum(total for _, total in lots), step, 8 * len(lots) + 2)


def _find_level(n: int, total: int, step: Fraction, free: int) -> Level | None:
    end = find_last_place(n, Fraction(2), step, free)
    if end < 1:
        return None
    place = find_place(Fraction(total, n) - 3, step, end)
    is_last, side = abs(place) == end, End.HIGH if place > 0 else End.LOW
    return Level(write_tenths(3 + step * place), side if is_last else End.NONE, write_tenths(step))


def response_band(answered: int, roster: int) -> ResponseBand:
    """How many answered, in quarters of the roster."""
    if roster < 5:
        return ResponseBand.UNSAID
    if answered >= roster - 2 or 4 * answered >= 3 * roster:
        return ResponseBand.MOST
    if roster < 8:
        return ResponseBand.NOT_MOST
    return (ResponseBand.UNDER_A_QUARTER, ResponseBand.TO_A_HALF, ResponseBand.TO_THREE_QUARTERS)[
        4 * answered // roster
    ]
