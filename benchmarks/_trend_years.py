"""Made-up years of a theme, many groups at once, and the trend call on all of them with numpy.

The model: every member leans for ever one way or the other (sd 0.45), every answer strays from that
(sd 0.65), questions differ in difficulty (sd 0.4 about 3.5), and an answer is rounded to 1 to 5: a
spread of 0.9. Seven in ten answer, each week anew. The call here is a copy of `domain.trend`, fast
enough for thousands of years; `tests/domain` holds it to the original, word for word.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pulse_bot.domain.release.quantiles import student_t
from pulse_bot.domain.release.trend import BEFORE, GUARD_FROM, LEAST_SPREAD, RECENT, ROUNDS_NEEDED

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


def years(
    draw: np.random.Generator, groups: int, members: int, moved: float = 0.0, weekly: float = 0.0
) -> Years:
    """So many groups' years; from week 26 on all answers are `moved` before they are rounded.

    `weekly` is the spread of whole-group good and bad weeks.
    """
    hard = 3.5 + DIFFICULTY * draw.standard_normal((groups, QUESTIONS))
    answers = np.tile(hard, (1, WEEKS // QUESTIONS + 1))[:, :WEEKS, None]
    answers = answers + LEANING * draw.standard_normal((groups, 1, members))
    answers = answers + STRAYING * draw.standard_normal((groups, WEEKS, members))
    answers = answers + weekly * draw.standard_normal((groups, WEEKS, 1))
    answers[:, SHIFT_AT:] += moved
    answers = np.clip(np.rint(answers), 1, 5)
    given = draw.random((groups, WEEKS, members)) < ANSWERING
    n = given.sum(axis=2)
    heard = n >= FEWEST
    return Years(
        (n * heard).astype(float),
        (answers * given).sum(axis=2) * heard,
        (answers * answers * given).sum(axis=2) * heard,
    )


def calls(made: Years, sure: float = 0.99, *, guarded: bool = True) -> Words:
    """The trend word of every group and week."""
    words = np.zeros(made.n.shape, dtype=np.int64)
    for week in range(ROUNDS_NEEDED - 1, WEEKS):
        now = Years(*(one[:, : week + 1] for one in made))
        shift, error, degrees = _fit(now)
        if guarded and week + 1 >= GUARD_FROM:
            error = error * np.sqrt(np.maximum(1, _scatter(now)))
        reach = np.array([_quantile((1 + sure) / 2, int(one)) for one in degrees]) * error
        words[:, week] = np.sign(shift) * (np.abs(shift) > reach)
    return words


_quantile = cache(student_t)


def _fit(made: Years) -> tuple[Floats, Floats, Floats]:
    """The shift of the last four weeks, its error and its degrees of freedom."""
    weeks = made.n.shape[1]
    recent = _by_question(made, max(0, weeks - RECENT), weeks)
    before = _by_question(made, max(0, weeks - RECENT - BEFORE), weeks - RECENT)
    weights = _over(recent.n * before.n, recent.n + before.n)
    gaps = _over(recent.total, recent.n) - _over(before.total, before.n)
    weight = weights.sum(axis=1)
    shift = _over((weights * gaps).sum(axis=1), weight)
    left = _about_mean(recent).sum(axis=1) + _about_mean(before).sum(axis=1)
    left += (weights * (gaps - shift[:, None]) ** 2).sum(axis=1)
    both = recent.n + before.n
    degrees = np.maximum(both.sum(axis=1) - (both > 0).sum(axis=1) - 1, 1)
    variance = np.maximum(left / degrees, LEAST_SPREAD**2)
    return shift, np.sqrt(variance / np.where(weight > 0, weight, np.nan)), degrees


def _scatter(made: Years) -> Floats:
    inside = _about_mean(made).sum(axis=1)
    questions = _by_question(made, 0, made.n.shape[1])
    between = _about_mean(questions).sum(axis=1) - inside
    rounds = (made.n > 0).sum(axis=1)
    free_inside = made.n.sum(axis=1) - rounds
    free_between = rounds - (questions.n > 0).sum(axis=1)
    spread = np.maximum(_over(inside, free_inside), LEAST_SPREAD**2)
    return np.where(free_between > 0, _over(between, free_between) / spread, 1)


def _by_question(made: Years, first: int, last: int) -> Years:
    asked = np.arange(first, last) % QUESTIONS == np.arange(QUESTIONS)[:, None]
    return Years(*(one[:, first:last] @ asked.T for one in made))


def _about_mean(made: Years) -> Floats:
    return made.squares - _over(made.total**2, made.n)


def _over(above: Floats, below: Floats) -> Floats:
    """A quotient, and 0 where there is nothing to divide by."""
    return np.where(below > 0, above / np.where(below > 0, below, 1), 0.0)
