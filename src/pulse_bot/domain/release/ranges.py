"""Numbers with their ranges, of one round: a mean, a favourable share, a difference in pairs.

Computed inside, from tallies alone. What of them may be said is the release policy's decision; it
has no rule for a range yet, so that none of these is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

from pulse_bot.domain.release.quantiles import normal, student_t
from pulse_bot.domain.release.tallies import Moments

CONFIDENCE: Final = 0.95
LEAST_SPREAD: Final = 0.5
"""The least standard deviation that is believed: few equal answers do not prove that all agree."""


@dataclass(frozen=True, slots=True)
class Range:
    """A number, and from where to where it may truly be."""

    value: float
    low: float
    high: float

    @classmethod
    def around(cls, value: float, half: float) -> Range:
        """A range that reaches as far down as up."""
        return cls(value, value - half, value + half)


def mean_of_all(answers: Moments, asked: int) -> Range:
    """The mean "had everybody answered": it is exact where everybody did.

    Raises ValueError for fewer than two answers, or more answers than were asked for.
    """
    _some(answers.n, asked)
    spread = max(LEAST_SPREAD, sqrt(variance(answers)))
    share_unheard = 1 - answers.n / asked
    error = spread / sqrt(answers.n) * sqrt(share_unheard)
    half = student_t((1 + CONFIDENCE) / 2, answers.n - 1) * error
    return Range.around(answers.total / answers.n, half)


def favourable(answers: Moments, asked: int | None = None) -> Range:
    """The share at the high end, with Wilson's range; of all `asked` this week where it is given.

    Raises ValueError for fewer than two answers, or more answers than were asked for.
    """
    _some(answers.n, answers.n if asked is None else asked)
    share = answers.high / answers.n
    if asked == answers.n:
        return Range(share, share, share)
    # So many answers of an endless crowd say as much as these of a group of `asked`.
    worth = answers.n if asked is None else answers.n * (asked - 1) / (asked - answers.n)
    z = normal((1 + CONFIDENCE) / 2)
    centre = (share + z * z / (2 * worth)) / (1 + z * z / worth)
    half = sqrt(share * (1 - share) / worth + (z / (2 * worth)) ** 2) * z / (1 + z * z / worth)
    return Range(share, centre - half, centre + half)


def paired(gap: Moments) -> Range:
    """The mean difference inside pairs of answers that one member gave, with its paired t range.

    For "now" and "in 12 months", and for "I can" beside "most of us can". How many are worse, the
    same and better stands in the tally of the gap itself. Raises ValueError for fewer than two.
    """
    _some(gap.n, gap.n)
    half = student_t((1 + CONFIDENCE) / 2, gap.n - 1) * sqrt(variance(gap) / gap.n)
    return Range.around(gap.total / gap.n, half)


def squares_about_mean(answers: Moments) -> float:
    """The sum of squared distances from the mean, exact up to the one division."""
    if not answers.n:
        return 0.0
    return (answers.n * answers.squares - answers.total**2) / answers.n


def variance(answers: Moments) -> float:
    """The variance of two answers or more."""
    return squares_about_mean(answers) / (answers.n - 1)


def _some(n: int, asked: int) -> None:
    if n < 2:
        raise ValueError("A range needs two answers or more.")
    if n > asked:
        raise ValueError("Those who answered are some of those who were asked.")
