"""The trend call: has a theme clearly moved? (statistics, The trend call)

The answers of the last four rounds against the twelve rounds before, question by question: least
squares on single answers, `answer ~ question + recent`, in the closed form that needs only n, Σx
and Σx² a round and question. Here is what can be known; what may be said of it is decided in
`trend_wording`. Rounds are those that passed the two keys, oldest first, one question each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from pulse_bot.domain.release.digest import TrendCall
from pulse_bot.domain.release.quantiles import student_t_quantile
from pulse_bot.domain.release.tallies import ANSWER_PART, Moments, Tally, sum_moments

RECENT_ROUNDS: Final = 4
EARLIER_ROUNDS: Final = 12
ROUNDS_NEEDED: Final = 2 * RECENT_ROUNDS
"""Four recent rounds and four to compare them with: the call may speak from the eighth on."""

GUARD_FROM: Final = 10
"""From so many rounds on their scatter can be told from chance."""

GUARD_WINDOW: Final = 52
"""How many rounds the guard looks back at: a year. What moved before then is no scatter of today's
rounds, and a digest takes no longer for a long history."""

LEAST_SPREAD: Final = 0.5
"""The least standard deviation that is believed: few equal answers do not prove that all agree."""

FEW_THEMES: Final = 3
_CONFIDENCE: Final = {True: 0.99, False: 0.995}
"""For few themes, and for more of them: each is one more chance of a false call."""


@dataclass(frozen=True, slots=True)
class TrendShift:
    """How far the recent rounds stand above those before, with its standard error."""

    value: float
    standard_error: float
    """The guard is in it."""
    degrees: int

    def smallest_change(self, confidence: float) -> float:
        """The smallest change that this group could have shown: half the width of its t range."""
        return student_t_quantile((1 + confidence) / 2, self.degrees) * self.standard_error


@dataclass(frozen=True, slots=True)
class _Regression:
    """The regression, as far as the call needs it."""

    shift: float
    weight: float
    """One over the variance of the shift, in units of the variance of an answer."""
    variance: float
    degrees: int


def required_confidence(themes: int) -> float:
    """How sure a call must be where so many themes are judged."""
    return _CONFIDENCE[themes <= FEW_THEMES]


def call_trend(shift: TrendShift | None, confidence: float) -> TrendCall:
    """Up or down only where the range leaves out zero."""
    if shift is None or abs(shift.value) <= shift.smallest_change(confidence):
        return TrendCall.NO_CLEAR_CHANGE
    return TrendCall.UP if shift.value > 0 else TrendCall.DOWN


def compare_windows(rounds: Sequence[Tally]) -> TrendShift | None:
    """The last four rounds against those before; None where no question was asked in both."""
    fit = _fit_regression(rounds)
    if fit is None:
        return None
    guard = sqrt(max(1.0, round_scatter(rounds))) if len(rounds) >= GUARD_FROM else 1.0
    return TrendShift(fit.shift, sqrt(fit.variance / fit.weight) * guard, fit.degrees)


def round_scatter(rounds: Sequence[Tally]) -> float:
    """φ: the scatter of the round means about their question's, over what the answers explain.

    About 1 where rounds differ by chance alone, under 1 where the same members answer each week.
    """
    moments = [entry.moments[ANSWER_PART] for entry in rounds]
    questions = sum_moments(rounds)
    inside = sum(_squares_about_mean(entry) for entry in moments)
    between = sum(_squares_about_mean(entry) for entry in questions.values()) - inside
    free_inside = sum(entry.n - 1 for entry in moments)
    free_between = len(rounds) - len(questions)
    if not free_between or not free_inside:
        return 1.0
    return between / free_between / max(inside / free_inside, LEAST_SPREAD**2)


def _fit_regression(rounds: Sequence[Tally]) -> _Regression | None:
    before = sum_moments(rounds[-RECENT_ROUNDS - EARLIER_ROUNDS : -RECENT_ROUNDS])
    recent = sum_moments(rounds[-RECENT_ROUNDS:])
    weights = {
        key: moments.n * before[key].n / (moments.n + before[key].n)
        for key, moments in recent.items()
        if key in before
    }
    if not weights:
        return None
    weight = sum(weights.values())
    gaps = {key: _moments_mean(recent[key]) - _moments_mean(before[key]) for key in weights}
    shift = sum(weights[key] * gaps[key] for key in weights) / weight
    cells = [*before.values(), *recent.values()]
    left = sum(_squares_about_mean(moments) for moments in cells)
    left += sum(weights[key] * (gaps[key] - shift) ** 2 for key in weights)
    degrees = sum(moments.n for moments in cells) - len(before.keys() | recent.keys()) - 1
    # Where all answer alike, nothing would be left to chance, and one changed mind would be a call.
    variance = max(left / degrees, LEAST_SPREAD**2)
    return _Regression(shift, weight, variance, degrees)


def _squares_about_mean(answers: Moments) -> float:
    """The sum of squared distances from the mean, exact up to the one division."""
    if not answers.n:
        return 0.0
    return (answers.n * answers.squares - answers.total**2) / answers.n


def _moments_mean(moments: Moments) -> float:
    return moments.total / moments.n
