"""Made-up years in which people do change their answers, and what is printed of one theme.

The model is that of `_trend_years`: every member leans one way or the other for ever, every answer
strays from that, questions differ in difficulty, and an answer is rounded to 1 to 5.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, NamedTuple

import numpy as np

from benchmarks._promise_policies import Cells, Policy
from benchmarks._promise_reader import Bools, Floats, Ints
from benchmarks._promise_years import CORE, DIFFICULTY, LEANING, STRAYING
from pulse_bot.domain.release.results import End, Printed

WEEKS: Final = 52
SHIFT_AT: Final = 26
SIDES: Final = {End.HIGH: 1, End.LOW: -1, End.NONE: 0}


class Crowd(NamedTuple):
    """So many groups of so many members, of whom this share answers."""

    groups: int
    members: int
    response: float = 0.7


class PrintedYears(NamedTuple):
    """By group and week: what was printed, and what it stands for."""

    value: Floats
    """Not a number where nothing was printed."""
    is_open: Ints
    """1 where it is "or higher", -1 where it is "or lower", 0 where it is closed."""
    counted: Ints
    """The size of the lot; 0 where there is no class."""
    block: Floats
    """The level by group and block of six weeks; not a number where there is none."""
    everybody: Floats
    """The mean of all members' answers, had all answered and all counted."""


def simulate_printed(
    draw: np.random.Generator,
    policy: Policy,
    crowd: Crowd,
    *,
    moved: float = 0.0,
    level: float = 3.7,
    stubborn: bool = False,
) -> PrintedYears:
    """So many groups' years; from week 26 on all answers are `moved` before they are rounded.

    `stubborn` members never change an answer to a question.
    """
    groups, members, response = crowd
    difficulty = level + DIFFICULTY * draw.standard_normal((groups, CORE, 1))
    lean = difficulty + LEANING * draw.standard_normal((groups, 1, members))
    times = -(-WEEKS // CORE)
    strayed = draw.standard_normal((groups, 1 if stubborn else times, CORE, members))
    answers = np.broadcast_to(
        lean[:, None] + STRAYING * strayed, (groups, times, CORE, members)
    ).reshape(groups, times * CORE, members)[:, :WEEKS]
    answers = answers + np.where(np.arange(WEEKS) >= SHIFT_AT, moved, 0)[:, None]
    rounded: Ints = np.clip(np.rint(answers), 1, 5).astype(np.int64)
    answered = draw.random((groups, WEEKS, members)) < response
    return print_years(draw, policy, rounded, answered)


def print_years(
    draw: np.random.Generator, policy: Policy, answers: Ints, answered: Bools
) -> PrintedYears:
    """What is printed of answers by group, week and member, and who answered."""
    groups, weeks, members = answers.shape
    found = [policy.find_class(n, members) for n in range(members + 1)]
    lots = np.array([0 if one is None else policy.counted(one) for one in found])
    n = answered.sum(axis=2)
    counted = lots[n]
    # Whoever did not answer comes last in the order.
    order = np.argsort(draw.random(answers.shape) + 2.0 * ~answered, axis=2)
    drawn = np.take_along_axis(answers, order, axis=2)
    total = (drawn * (np.arange(members) < counted[:, :, None])).sum(axis=2)
    codes = _Codes(policy, found)
    last = np.zeros((groups, CORE), dtype=np.int64)
    printed = np.zeros((groups, weeks), dtype=np.int64)
    for week in range(weeks):
        question = week % CORE
        said = codes.say(n[:, week], total[:, week], last[:, question])
        last[:, question] = np.where(said > 0, said, last[:, question])
        printed[:, week] = said
    values = np.array([np.nan if one is None else float(one.value) for one in codes.texts])
    opens = np.array([0 if one is None else SIDES[one.end] for one in codes.texts])
    block = _print_blocks(policy, n, drawn)
    return PrintedYears(values[printed], opens[printed], counted, block, answers.mean(axis=2))


def _print_blocks(policy: Policy, n: Ints, drawn: Ints) -> Floats:
    """The levels of the blocks, of the answers in the order that was drawn."""
    groups, weeks, members = drawn.shape
    lots = np.array([policy.counted_in_block(answers, members) for answers in range(members + 1)])
    counted = lots[n]
    total = (drawn * (np.arange(members) < counted[:, :, None])).sum(axis=2)
    levels = np.full((groups, weeks // CORE), np.nan)
    for group, block in np.ndindex(*levels.shape):
        core = slice(block * CORE, (block + 1) * CORE)
        pairs = zip(counted[group, core].tolist(), total[group, core].tolist(), strict=True)
        said = policy.say_block([pair for pair in pairs if pair[0]], members)
        levels[group, block] = np.nan if said is None else float(said.value)
    return levels


class _Codes:
    """A policy's texts as numbers; 0 is a silence, or that nothing was printed so far."""

    def __init__(self, policy: Policy, found: list[Hashable | None]) -> None:
        self.texts: list[Printed | None] = [None]
        self._cells, self._found = Cells(policy), found
        self._said: dict[tuple[int, int, int], int] = {}

    def say(self, n: Ints, total: Ints, last: Ints) -> Ints:
        """The text of each group."""
        width = int(total.max()) + 1
        key = (n * width + total) * 1000 + last
        unique, place = np.unique(key, return_inverse=True)
        said = [
            self._say_one(int(one) // 1000 // width, int(one) // 1000 % width, int(one) % 1000)
            for one in unique
        ]
        return np.array(said)[place]

    def _say_one(self, n: int, total: int, last: int) -> int:
        if (n, total, last) not in self._said:
            found = self._found[n]
            text = None if found is None else self._cells.say(found, total, self.texts[last])
            if text not in self.texts:
                self.texts.append(text)
            self._said[n, total, last] = self.texts.index(text)
        return self._said[n, total, last]


class Price(NamedTuple):
    """What a policy costs a group."""

    weeks: float
    """Share of weeks with a number."""
    closed: float
    """Share of these numbers without an open end."""
    blocks: float
    """Share of half-terms with a level."""
    noise: float
    """Spread of a closed number about the mean of all members."""
    restless: float
    """Share of numbers that differ from the last of their question though nobody changed."""


def find_price(draw: np.random.Generator, policy: Policy, crowd: Crowd) -> Price:
    """The price of a policy for groups of so many."""
    years = simulate_printed(draw, policy, crowd)
    spoken = ~np.isnan(years.value)
    closed = spoken & (years.is_open == 0)
    error = (years.value - years.everybody)[closed]
    stubborn = simulate_printed(draw, policy, crowd, stubborn=True)
    return Price(
        float(spoken.mean()),
        float(closed.sum() / max(1, spoken.sum())),
        float((~np.isnan(years.block)).mean()),
        float(np.sqrt(np.mean(error**2))) if error.size else float("nan"),
        _restlessness(stubborn),
    )


def _restlessness(years: PrintedYears) -> float:
    before, after = years.value[:, :-CORE], years.value[:, CORE:]
    both = ~np.isnan(before) & ~np.isnan(after)
    return float((before != after)[both].mean()) if both.any() else float("nan")
