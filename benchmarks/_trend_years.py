"""Made-up years of a theme, many groups at once, and the trend call on all of them with numpy.

The model: every member leans for ever one way or the other (sd 0.45), every answer strays from that
(sd 0.65), questions differ in difficulty (sd 0.4 about 3.5), and an answer is rounded to 1 to 5: a
spread of 0.9. Seven in ten answer, each week anew. The call is that of the first edition, from
exact sums of all answers: the last four rounds against the twelve before, question by question.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pulse_bot.audit.quantiles import student_t_quantile

RECENT_ROUNDS: Final = 4
EARLIER_ROUNDS: Final = 12
ROUNDS_NEEDED: Final = 8
GUARD_FROM: Final = 10
"""From so many rounds on their scatter can be told from chance."""
LEAST_SPREAD: Final = 0.5
"""The least standard deviation that is believed."""

Floats = NDArray[np.float64]
Words = NDArray[np.int64]
"""1 for up, -1 for down, 0 for anything else; by group and week."""

WEEKS: Final = 52
QUESTIONS: Final = 6
SHIFT_AT: Final = 26
ANSWERING: Final = 0.7
FEWEST: Final = 5
LEANING: Final = 0.45
STRAYING: Final = 0.65
DIFFICULTY: Final = 0.4


class Years(NamedTuple):
    """n, the sum and the sum of squares of each group's weeks; nothing of a suppressed week."""

    n: Floats
    total: Floats
    squares: Floats


def simulate_years(
    draw: np.random.Generator, groups: int, members: int, moved: float = 0.0, weekly: float = 0.0
) -> Years:
    """So many groups' years; from week 26 on all answers are `moved` before they are rounded.

    `weekly` is the spread of whole-group good and bad weeks.
    """
    difficulty = 3.5 + DIFFICULTY * draw.standard_normal((groups, QUESTIONS))
    answers = np.tile(difficulty, (1, WEEKS // QUESTIONS + 1))[:, :WEEKS, None]
    answers = answers + LEANING * draw.standard_normal((groups, 1, members))
    answers = answers + STRAYING * draw.standard_normal((groups, WEEKS, members))
    answers = answers + weekly * draw.standard_normal((groups, WEEKS, 1))
    answers[:, SHIFT_AT:] += moved
    answers = np.clip(np.rint(answers), 1, 5)
    answered = draw.random((groups, WEEKS, members)) < ANSWERING
    n = answered.sum(axis=2)
    counted = n >= FEWEST
    return Years(
        (n * counted).astype(float),
        (answers * answered).sum(axis=2) * counted,
        (answers * answers * answered).sum(axis=2) * counted,
    )


def call_trends(years: Years, sure: float = 0.99, *, guarded: bool = True) -> Words:
    """The trend word of every group and week."""
    words = np.zeros(years.n.shape, dtype=np.int64)
    for week in range(ROUNDS_NEEDED - 1, len(words[0])):
        so_far = Years(*(entry[:, : week + 1] for entry in years))
        shift, error, degrees = _fit_shift(so_far)
        if guarded and week + 1 >= GUARD_FROM:
            error = error * np.sqrt(np.maximum(1, _round_scatter(so_far)))
        reach = (
            np.array([_cached_quantile((1 + sure) / 2, int(entry)) for entry in degrees]) * error
        )
        words[:, week] = np.sign(shift) * (np.abs(shift) > reach)
    return words


_cached_quantile = cache(student_t_quantile)


def _fit_shift(years: Years) -> tuple[Floats, Floats, Floats]:
    """The shift of the last four weeks, its error and its degrees of freedom."""
    weeks = years.n.shape[1]
    recent = _by_question(years, max(0, weeks - RECENT_ROUNDS), weeks)
    before = _by_question(
        years, max(0, weeks - RECENT_ROUNDS - EARLIER_ROUNDS), weeks - RECENT_ROUNDS
    )
    weights = _divide(recent.n * before.n, recent.n + before.n)
    gaps = _divide(recent.total, recent.n) - _divide(before.total, before.n)
    weight = weights.sum(axis=1)
    shift = _divide((weights * gaps).sum(axis=1), weight)
    left = _about_mean(recent).sum(axis=1) + _about_mean(before).sum(axis=1)
    left += (weights * (gaps - shift[:, None]) ** 2).sum(axis=1)
    both = recent.n + before.n
    degrees = np.maximum(both.sum(axis=1) - (both > 0).sum(axis=1) - 1, 1)
    variance = np.maximum(left / degrees, LEAST_SPREAD**2)
    return shift, np.sqrt(variance / np.where(weight > 0, weight, np.nan)), degrees


def _round_scatter(years: Years) -> Floats:
    inside = _about_mean(years).sum(axis=1)
    questions = _by_question(years, 0, years.n.shape[1])
    between = _about_mean(questions).sum(axis=1) - inside
    rounds = (years.n > 0).sum(axis=1)
    free_inside = years.n.sum(axis=1) - rounds
    free_between = rounds - (questions.n > 0).sum(axis=1)
    spread = np.maximum(_divide(inside, free_inside), LEAST_SPREAD**2)
    return np.where(free_between > 0, _divide(between, free_between) / spread, 1)


def _by_question(years: Years, first: int, last: int) -> Years:
    is_asked = np.arange(first, last) % QUESTIONS == np.arange(QUESTIONS)[:, None]
    return Years(*(part[:, first:last] @ is_asked.T for part in years))


def _about_mean(years: Years) -> Floats:
    return years.squares - _divide(years.total**2, years.n)


def _divide(above: Floats, below: Floats) -> Floats:
    """A quotient, and 0 where there is nothing to divide by."""
    return np.where(below > 0, above / np.where(below > 0, below, 1), 0.0)
