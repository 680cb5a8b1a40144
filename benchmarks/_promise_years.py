"""Made-up years in which nobody changes an answer, and what is printed of them.

Three themes of six core questions; each question is asked every sixth week, eight times. Somebody
joins in the middle of one half of the years, and somebody leaves in the middle of the other.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from benchmarks._promise_policies import Cells
from benchmarks._promise_reader import Bools, Floats, Ints, Looks
from pulse_bot.domain.release.results import Printed

THEMES: Final = 3
CORE: Final = 6
TIMES: Final = 8
WEEKS: Final = CORE * TIMES
QUESTIONS: Final = THEMES * CORE
EARLIEST: Final = 6
CERTAIN: Final = 0.95

LEANING: Final = 0.45
STRAYING: Final = 0.65
DIFFICULTY: Final = 0.4


def draw_opinions(draw: np.random.Generator, people: int, crowd: str, values: int) -> Ints:
    """By question and member, answers that never change, from 0 (1 on the card) up."""
    if crowd == "any":
        return draw.integers(0, values, (QUESTIONS, people))
    if values != 5:
        spread = (values - 1) / 4
        drawn = 0.67 * (values - 1) + spread * draw.standard_normal((QUESTIONS, people))
        return np.clip(np.rint(drawn), 0, values - 1).astype(np.int64)
    if crowd == "all but one":
        answers = np.full((QUESTIONS, people), 0) + draw.integers(3, 5, (QUESTIONS, 1))
        answers[:, -1] = draw.integers(0, 2, QUESTIONS)
        return answers
    level = 3.7 + DIFFICULTY * draw.standard_normal((QUESTIONS, 1))
    lean = np.repeat(LEANING * draw.standard_normal((THEMES, people)), CORE, axis=0)
    if crowd == "two camps":
        lean = lean + 1.2 * np.where(np.arange(people) % 2, 1, -1) - 0.7
    answers = np.rint(level + lean + STRAYING * draw.standard_normal((QUESTIONS, people)))
    return np.clip(answers, 1, 5).astype(np.int64) - 1


class Plan(NamedTuple):
    """A year's course."""

    members: int
    """Without who joins or leaves, who is the last."""
    response: float
    joins: bool
    crowd: str = "usual"
    at_border: bool = False
    """Whether newcomers wait until the next turn of the core begins."""
    fixed: bool = False
    """Whether the same people answer in every round."""


def simulate_year(draw: np.random.Generator, cells: Cells, plan: Plan) -> Looks:
    """The looks at the eighteen questions of one partnership's year."""
    people = plan.members + 1
    truth = draw_opinions(draw, people, plan.crowd, cells.high - cells.low + 1)
    turn = int(draw.integers(EARLIEST, WEEKS - EARLIEST))
    if plan.at_border:
        turn = -(-turn // CORE) * CORE
    there = np.ones((WEEKS, people), dtype=bool)
    there[:, -1] = (np.arange(WEEKS) >= turn) == plan.joins
    answering = draw.random((WEEKS, people)) < plan.response
    if plan.fixed:
        answering[:] = np.arange(people) < round(plan.response * plan.members)
        answering[:, -1] = True
    answering &= there
    answered = np.zeros((QUESTIONS, people, TIMES), dtype=bool)
    printed = np.zeros((4, QUESTIONS, TIMES), dtype=np.int64)
    for question in range(QUESTIONS):
        weeks = np.arange(question % CORE, WEEKS, CORE)
        answered[question] = answering[weeks].T
        printed[:, question] = _print_looks(
            draw, cells, truth[question], answering[weeks], there[weeks].sum(axis=1)
        )
    return Looks(answered, printed[0], printed[1], printed[2], printed[3], truth)


def _print_looks(
    draw: np.random.Generator, cells: Cells, truth: Ints, answering: Bools, rosters: Ints
) -> Ints:
    """The lot's size, the printed run and the total of each look at one question."""
    last: Printed | None = None
    runs = np.zeros((4, len(answering)), dtype=np.int64)
    for look, here in enumerate(answering):
        found = cells.policy.find_class(int(here.sum()), int(rosters[look]))
        if found is None:
            continue
        counted = cells.policy.counted(found)
        total = int(draw.permutation(truth[here])[:counted].sum()) + cells.low * counted
        text = cells.say(found, total, last)
        if text is None:
            continue
        lowest = cells.low * counted
        first, final = cells.runs(found, last)[text]
        runs[:, look] = counted, first - lowest, final - lowest, total - lowest
        last = text
    return runs


def simulate_years(draw: np.random.Generator, cells: Cells, plan: Plan, years: int) -> Looks:
    """Many years, one after the other."""
    made = [simulate_year(draw, cells, plan) for _ in range(years)]
    return Looks(
        np.concatenate([year.answered for year in made]),
        np.concatenate([year.counted for year in made]),
        np.concatenate([year.first for year in made]),
        np.concatenate([year.last for year in made]),
        np.concatenate([year.total for year in made]),
        np.concatenate([year.truth for year in made]),
    )


class Found(NamedTuple):
    """Shares that a reader has found, of years of eighteen questions.

    Of the answers, of those of who joined or left, of these persons' years, and of the years of
    those who stayed. A year is found where one of its answers is.
    """

    answers: float
    mover_answers: float
    mover_years: float
    stayer_years: float


def count_found(sure: Floats, known: int = 0, *, ruled_out: bool = True) -> Found:
    """Whose side a reader is certain of; the last member joined or left, the first are friends.

    `ruled_out`: that an answer is not low, or not high, the middle counting to either side. Else
    that it is low, or is high.
    """
    values = np.arange(sure.shape[2])
    low = sure[:, :, 2 * values < len(values) - 1].sum(axis=2)
    high = sure[:, :, 2 * values > len(values) - 1].sum(axis=2)
    if ruled_out:
        low, high = 1 - high, 1 - low
    found = (np.maximum(low, high) >= CERTAIN)[:, known:]
    years = found.reshape(-1, QUESTIONS, found.shape[1]).any(axis=1)
    return Found(
        float(found.mean()),
        float(found[:, -1].mean()),
        float(years[:, -1].mean()),
        float(years[:, :-1].mean()),
    )
