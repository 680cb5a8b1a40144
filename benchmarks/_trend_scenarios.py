"""Made-up years and a half of one theme: what its group lives through, and all its answers.

The model is that of `_trend_years`: every member leans one way or the other for ever, every answer
strays from that, questions differ in difficulty, and an answer is rounded to 1 to 5. What happens
begins in week 26.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks._promise_printed import Crowd
from benchmarks._promise_reader import Bools, Floats, Ints
from benchmarks._promise_years import CORE, DIFFICULTY, LEANING, STRAYING

WEEKS: Final = 78
HAPPENS: Final = 26
AGAIN: Final = 46
"""The week of the second change."""
YEAR: Final = slice(HAPPENS, WEEKS)
"""A whole year, of which a group has half a year of history when it begins."""


@dataclass(frozen=True)
class Scenario:
    """What a group lives through: moves as (first week, week after the last, by how much)."""

    moves: tuple[tuple[int, int, float], ...] = ()
    level: float = 3.5
    shocks: float = 0.0
    """The spread of weeks that are good or bad for everybody."""
    rise: float = 0.0
    """By the end of the year, evenly."""
    camps: float = 0.0
    """How far each half of the members leans from the middle of all."""
    turnover: float = 0.0
    """The share of the members that is replaced in the year, one after the other."""


SCENARIOS: Final[Mapping[str, Scenario]] = {
    "steady": Scenario(),
    "weekly shocks of 0.2": Scenario(shocks=0.2),
    "one week of -1.0": Scenario(((HAPPENS + 4, HAPPENS + 5, -1.0),)),
    "six weeks of -0.5": Scenario(((HAPPENS, HAPPENS + 6, -0.5),)),
    "two camps": Scenario(camps=1.2),
    "half the members replaced": Scenario(turnover=0.5),
    "half a point": Scenario(((HAPPENS, WEEKS, 0.5),)),
    "and back": Scenario(((HAPPENS, AGAIN, 0.5),)),
    "and again": Scenario(((HAPPENS, WEEKS, 0.5), (AGAIN, WEEKS, 0.5)), level=3.0),
    "a point within a year": Scenario(rise=1.0, level=3.2),
    "half a point down from 4.4": Scenario(((HAPPENS, WEEKS, -0.5),), level=4.4),
}


def simulate_answers(
    draw: np.random.Generator, scenario: Scenario, crowd: Crowd
) -> tuple[Ints, Bools]:
    """All members' answers from 1 to 5 by group, week and member, and who answered."""
    groups, members, response = crowd
    difficulty = scenario.level + DIFFICULTY * draw.standard_normal((groups, CORE))
    answers = np.tile(difficulty, (1, WEEKS // CORE))[:, :, None] + _lean(draw, scenario, crowd)
    answers = answers + STRAYING * draw.standard_normal((groups, WEEKS, members))
    answers = answers + scenario.shocks * draw.standard_normal((groups, WEEKS, 1))
    for first, last, moved in scenario.moves:
        answers[:, first:last] += moved
    passed = np.maximum(np.arange(WEEKS) - HAPPENS, 0) / (WEEKS - HAPPENS)
    answers = answers + scenario.rise * passed[:, None]
    rounded: Ints = np.clip(np.rint(answers), 1, 5).astype(np.int64)
    return rounded, draw.random((groups, WEEKS, members)) < response


def _lean(draw: np.random.Generator, scenario: Scenario, crowd: Crowd) -> Floats:
    """How each member leans, by group, week and member: whoever is replaced leans another way."""
    groups, members, _ = crowd
    now, later = LEANING * draw.standard_normal((2, groups, 1, members))
    camp = scenario.camps * np.where(np.arange(members) % 2, 1, -1)
    replaced = max(1, round(scenario.turnover * members))
    leaves = HAPPENS + np.arange(members) * (WEEKS - HAPPENS) / replaced
    is_gone = (np.arange(WEEKS)[:, None] >= leaves) & (scenario.turnover > 0)
    lean: Floats = np.where(is_gone, later, now) + camp
    return lean
