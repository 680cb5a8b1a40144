"""The trend call: has a theme clearly moved? (statistics, The trend call)

The answers of the last four rounds against the twelve rounds before, question by question: least
squares on single answers, `answer ~ question + recent`, in the closed form that needs only n, Σx
and Σx² a round and question. Here is what can be known; what may be said of it is decided in
`trend_release`. Rounds are those that passed the two keys, oldest first, one question each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from pulse_bot.domain.release.digest import Call
from pulse_bot.domain.release.quantiles import student_t
from pulse_bot.domain.release.ranges import CONFIDENCE, LEAST_SPREAD, Range, squares_about_mean
from pulse_bot.domain.release.tallies import ANSWER, Moments, Tally, sums

RECENT: Final = 4
BEFORE: Final = 12
ROUNDS_NEEDED: Final = 2 * RECENT
"""Four recent rounds and four to compare them with: the call may speak from the eighth on."""

GUARD_FROM: Final = 10
"""From so many rounds on their scatter can be told from chance."""

STORED: Final = 52
"""How many rounds the guard looks back at: a year. What moved before then is no scatter of today's
rounds, and a digest takes no longer for a long history."""

FEW_THEMES: Final = 3
_CONFIDENCE: Final = {True: 0.99, False: 0.995}
"""For few themes, and for more of them: each is one more chance of a false call."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the recent rounds stand above those before, with its standard error."""

    value: float
    error: float
    """The guard is in it."""
    degrees: int

    def range(self, confidence: float) -> Range:
        """The difference with its t range."""
        return Range.around(self.value, self.smallest(confidence))

    def smallest(self, confidence: float) -> float:
        """The smallest change that this group could have shown: half the width of the range."""
        return student_t((1 + confidence) / 2, self.degrees) * self.error


@dataclass(frozen=True, slots=True)
class _Fit:
    """The regression: the moments of each question before and recently, and what comes of them."""

    before: Mapping[str, Moments]
    recent: Mapping[str, Moments]
    shift: float
    weight: float
    """One over the variance of the shift, in units of the variance of an answer."""
    variance: float
    degrees: int


def confidence(themes: int) -> float:
    """How sure a call must be where so many themes are judged."""
    return _CONFIDENCE[themes <= FEW_THEMES]


def call(shift: Shift | None, sure: float) -> Call:
    """Up or down only where the range leaves out zero."""
    if shift is None:
        return Call.NO_CLEAR_CHANGE
    found = shift.range(sure)
    if found.low > 0:
        return Call.UP
    return Call.DOWN if found.high < 0 else Call.NO_CLEAR_CHANGE


def compare(rounds: Sequence[Tally]) -> Shift | None:
    """The last four rounds against those before; None where no question was asked in both."""
    fit = _fit(rounds)
    if fit is None:
        return None
    guard = sqrt(max(1.0, scatter(rounds))) if len(rounds) >= GUARD_FROM else 1.0
    return Shift(fit.shift, sqrt(fit.variance / fit.weight) * guard, fit.degrees)


def level(rounds: Sequence[Tally]) -> Range | None:
    """The question-adjusted level of the last four rounds, with its 95 % range; never printed.

    All questions of both windows count alike, whichever of them the four rounds asked.
    """
    fit = _fit(rounds)
    if fit is None:
        return None
    both = sums(rounds[-RECENT - BEFORE :])
    # A question's own mean stands where its answers stand between the two windows: from there to
    # the recent ones it is as much of the shift as there are answers from before.
    share_before = {key: _of(fit.before, key).n / one.n for key, one in both.items()}
    carried = sum(share_before.values()) / len(both)
    means = sum(one.total / one.n for one in both.values()) / len(both)
    error = sum(1 / one.n for one in both.values()) / len(both) ** 2 + carried**2 / fit.weight
    half = student_t((1 + CONFIDENCE) / 2, fit.degrees) * sqrt(fit.variance * error)
    return Range.around(means + carried * fit.shift, half)


def scatter(rounds: Sequence[Tally]) -> float:
    """φ: the scatter of the round means about their question's, over what the answers explain.

    About 1 where rounds differ by chance alone, under 1 where the same members answer each week.
    """
    moments = [one.moments[ANSWER] for one in rounds]
    questions = sums(rounds)
    inside = sum(squares_about_mean(one) for one in moments)
    between = sum(squares_about_mean(one) for one in questions.values()) - inside
    free_inside = sum(one.n - 1 for one in moments)
    free_between = len(rounds) - len(questions)
    if not free_between or not free_inside:
        return 1.0
    return between / free_between / max(inside / free_inside, LEAST_SPREAD**2)


def _fit(rounds: Sequence[Tally]) -> _Fit | None:
    before = sums(rounds[-RECENT - BEFORE : -RECENT])
    recent = sums(rounds[-RECENT:])
    weights = {
        key: one.n * before[key].n / (one.n + before[key].n)
        for key, one in recent.items()
        if key in before
    }
    if not weights:
        return None
    weight = sum(weights.values())
    gaps = {key: _mean(recent[key]) - _mean(before[key]) for key in weights}
    shift = sum(weights[key] * gaps[key] for key in weights) / weight
    cells = [*before.values(), *recent.values()]
    left = sum(squares_about_mean(one) for one in cells)
    left += sum(weights[key] * (gaps[key] - shift) ** 2 for key in weights)
    degrees = sum(one.n for one in cells) - len(before.keys() | recent.keys()) - 1
    # Where all answer alike, nothing would be left to chance, and one changed mind would be a call.
    variance = max(left / degrees, LEAST_SPREAD**2)
    return _Fit(before, recent, shift, weight, variance, degrees)


def _of(cells: Mapping[str, Moments], key: str) -> Moments:
    return cells.get(key, Moments())


def _mean(one: Moments) -> float:
    return one.total / one.n
