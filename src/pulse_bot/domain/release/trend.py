"""How a theme moves over time: a function of what was printed, and of nothing else.

The rule is that of `docs/statistics.md` (statistics, Over time): the newest printed numbers against
the earlier numbers of the same questions, and a block's level against those before it. What is
called stays until the numbers go back, or a year has passed. Nothing is stored between two digests:
the record is walked again from its beginning. No tally comes in, so nothing can come out of it that
was not printed. What of digests is a theme's record is in `printed_record`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from math import sqrt
from statistics import fmean
from typing import Final

from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.domain.release.results import End, Level

BAR: Final = 2.8
"""How many times its own chance a move of the newest numbers has to be (statistics, Calls). Fitted
by `make bench-trend`, so that steady groups are called at most once in ten themes and years."""
WINDOWS: Final = (4, 8)
"""How many of the newest printed numbers are compared."""
BEFORE: Final = 24
"""With up to so many before them."""
FIRST_CALL: Final = 10
"""Printed numbers of a stretch before its first comparison."""
REMEMBERED: Final = 52
"""Printed numbers that say how much chance there is; rounds that a call stays at most."""
LATEST_SPLIT: Final = 2
EARLIEST_SPLIT: Final = 12
"""So many printed numbers back a called change began, at the least and at the most."""

BLOCK_BAR: Final = 0.6
AGAINST_ONE_BLOCK: Final = 0.7
"""Points that a block's level lies from those before it, and from a single one."""
BLOCK_CHANCE: Final = 2.5
"""And so many times its own chance."""
BLOCKS_BEFORE: Final = 4

LOOKED_AT_AFTER: Final = 6
"""Printed numbers after a call, before it is asked whether it holds."""
HELD_BY: Final = 12
"""How many of the newest numbers since a call have to stand apart from those before it."""
HOLDS_FROM: Final = 1.0
"""Times its own chance, in the direction that was called."""

MOST_BEYOND: Final = 0.5
"""Points that an open end counts for beyond what was printed (statistics, Values)."""

CHANCE_OF_ONE: Final = 0.6
CHANCE_LEAST: Final = 0.03
"""The assumed variance of a number printed of a lot of one, in squared points; of more it is so
many times less, down to the least (statistics, Chance)."""
SHOWN_COUNTS: Final = 4 / 3
"""What neighbouring numbers show is believed so many times: they show it with an error."""
LEAST_SHOWN: Final = 0.075
"""The largest variance of a printed number at which half a point is called within a quarter of a
year in four of five groups, by measurement (statistics, Calls)."""
_ALIKE: Final = 1e-9
"""Points under which two means are the same: the printed record has one decimal."""


class Direction(StrEnum):
    """Which way a theme moved, by its printed numbers."""

    UP = "up"
    DOWN = "down"


class Unclear(StrEnum):
    """That no change is called, and what more is known of it."""

    NOTHING_MORE = "no clear change"
    HALF_A_POINT = "half a point would have shown"
    OPEN_ENDS = "most numbers are open ends"
    LEARNING = "too few numbers yet"


@dataclass(frozen=True, slots=True)
class PrintedWeek:
    """What one round of a theme's series printed. Of a silent round `level` is None."""

    round: int
    question: str
    """What it is known again by."""
    level: Level | None = None
    chance: float = 0.0
    """The assumed variance of the number, in squared points (statistics, Chance)."""
    block: Level | None = None
    """The level of the block that it ends, where there is one."""


@dataclass(frozen=True, slots=True)
class Move:
    """A change that was called: which way, and since around which round."""

    direction: Direction
    since: int


@dataclass(frozen=True, slots=True)
class Trend:
    """What a digest says of a theme over time.

    `now` is the move that stands. `before` is the one that stood when it was called. `withdrawn` is
    a move that has not held, told in this digest alone. `unclear` stands in place of `now`.
    """

    now: Move | None = None
    before: Move | None = None
    withdrawn: Move | None = None
    unclear: Unclear | None = None
    confirmed: bool = False
    """The numbers since the call have borne it out so far."""
    by_block: bool = False
    """The level of a block told it, and no single weeks."""
    numbers_needed: int = 0
    """How many more printed numbers, before the first comparison."""
    just_called: bool = False
    """`now` is called in this digest."""


@dataclass(frozen=True, slots=True)
class _Number:
    """A printed number, and what it counts for (statistics, Values)."""

    round: int
    question: str
    printed: float
    chance: float
    end: End
    value: float
    """The printed one, or further out at an open end."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A block's level, the place of its first number, and its variance."""

    first: int
    round: int
    value: float
    chance: float


@dataclass(frozen=True, slots=True)
class _Call:
    """A move that was called: `start` is the place of its first number, `before` that of the
    stretch that ended there, `at` how many numbers there were when it was called."""

    move: Move
    start: int
    before: int
    at: int
    round: int
    block_bar: float | None = None
    """In points, where a block called it."""

    @property
    def sign(self) -> int:
        """1 for up, -1 for down."""
        return 1 if self.move.direction is Direction.UP else -1


@dataclass(frozen=True, slots=True)
class _State:
    """What is remembered from digest to digest."""

    start: int = 0
    """Of the stretch under way, as a place among the numbers."""
    call: _Call | None = None
    earlier: _Call | None = None
    withdrawn: Move | None = None


def assume_chance(counted: int) -> float:
    """The assumed variance of a printed number of a lot of so many, in squared points."""
    return max(CHANCE_OF_ONE / counted, CHANCE_LEAST)


def call_trend(weeks: Sequence[PrintedWeek]) -> Trend:
    """What the digest of the newest of a theme's rounds says; `weeks` from the oldest on.

    All of them are of one series: another bank begins another.
    """
    state, numbers, blocks = _State(), list[_Number](), list[_Block]()
    firsts: list[int] = []
    for week in weeks:
        firsts.append(len(numbers))
        if week.level:
            numbers.append(_read_number(week, week.level, numbers))
        if week.block:
            turn = max(0, len(firsts) - BLOCK_ROUNDS)
            first = firsts[turn]
            numbers[first:] = _fill_open_ends(numbers[first:], float(week.block.value))
            blocks.append(_read_block(week.block, weeks[turn].round, first, numbers[first:]))
        state = _advance(state, week, numbers, blocks)
    return _tell(state, numbers, weeks[-1].round if weeks else 0)


def _read_number(week: PrintedWeek, level: Level, before: Sequence[_Number]) -> _Number:
    """An open end counts for what its question counted for last, where that lies further out."""
    printed = float(level.value)
    last = next((entry for entry in reversed(before) if entry.question == week.question), None)
    values = [printed, last.value] if last else [printed]
    value = _take_outer(values, level.end)
    return _Number(week.round, week.question, printed, week.chance, level.end, value)


def _take_outer(values: Sequence[float], end: End) -> float:
    """The one furthest out at an open end; the first at none."""
    if end is End.NONE:
        return values[0]
    return max(values) if end is End.HIGH else min(values)


def _fill_open_ends(numbers: Sequence[_Number], level: float) -> list[_Number]:
    """A block's numbers: its open ends count for what makes their mean the block's level.

    Only where all of them lie on one side, never inside the printed end, and at most half a point
    beyond it: closed numbers that stay behind their answers would all be made up for there.
    """
    ends = {number.end for number in numbers} - {End.NONE}
    if len(ends) != 1:
        return list(numbers)
    opened = [number for number in numbers if number.end is not End.NONE]
    closed = sum(number.printed for number in numbers if number.end is End.NONE)
    meant = (level * len(numbers) - closed) / len(opened)
    return [_count_for(number, meant) for number in numbers]


def _count_for(number: _Number, meant: float) -> _Number:
    outer = _take_outer([number.printed, meant], number.end)
    most = max(number.printed - MOST_BEYOND, min(number.printed + MOST_BEYOND, outer))
    return replace(number, value=most)


def _read_block(level: Level, round_: int, first: int, numbers: Sequence[_Number]) -> _Block:
    chance = fmean(number.chance for number in numbers) / len(numbers) if numbers else 0.0
    return _Block(first, round_, float(level.value), chance)


def _advance(
    state: _State, week: PrintedWeek, numbers: Sequence[_Number], blocks: Sequence[_Block]
) -> _State:
    """The state after a week: a new call, a withdrawal, the end of its year, or as before."""
    call = _call_weeks(week, state.start, numbers) or _call_block(
        week, state.start, numbers, blocks
    )
    if call:
        return _State(call.start, call, state.call)
    if state.call and _has_gone(state.call, week, numbers, blocks):
        return _State(state.call.before, _within_year(state.earlier, week), None, state.call.move)
    return replace(state, call=_within_year(state.call, week), withdrawn=None)


def _within_year(call: _Call | None, week: PrintedWeek) -> _Call | None:
    return call if call and week.round - call.round < REMEMBERED else None


def _call_weeks(week: PrintedWeek, start: int, numbers: Sequence[_Number]) -> _Call | None:
    """A call from the newest printed numbers of the stretch under way."""
    stretch = numbers[start:]
    if not week.level or len(stretch) < FIRST_CALL:
        return None
    scores = [_score(stretch[-k:], stretch[-k - BEFORE : -k]) for k in WINDOWS]
    largest = max(scores, key=abs)
    # What is assumed alone is less work, and enough to see that there is nothing.
    if abs(largest) <= BAR * sqrt(_assumed_chance(numbers)):
        return None
    if abs(largest) <= BAR * sqrt(_find_chance(numbers)):
        return None
    back = max(
        range(LATEST_SPLIT, min(EARLIEST_SPLIT, len(stretch) - 1) + 1),
        key=lambda back: round(abs(_score(stretch[-back:], stretch[:-back])), 9),
    )
    since = len(numbers) - back
    move = _make_move(largest, numbers[since].round)
    return _Call(move, since, start, len(numbers), week.round)


def _score(after: Sequence[_Number], before: Sequence[_Number]) -> float:
    """How far two sets of numbers lie apart, in units of the chance of one of them.

    Question by question, each weighted by n1 * n2 / (n1 + n2): two of the same question alone tell
    of time, and questions differ in difficulty. 0 where they share no question.
    """
    late, early = _by_question(after), _by_question(before)
    above = weight = 0.0
    for question in late.keys() & early.keys():
        a, b = late[question], early[question]
        own = len(a) * len(b) / (len(a) + len(b))
        above += own * (sum(a) / len(a) - sum(b) / len(b))
        weight += own
    return above / sqrt(weight) if weight else 0.0


def _by_question(numbers: Sequence[_Number]) -> Mapping[str, list[float]]:
    values: dict[str, list[float]] = {}
    for number in numbers:
        values.setdefault(number.question, []).append(number.value)
    return values


def _find_chance(numbers: Sequence[_Number]) -> float:
    """The variance of one printed number, in squared points: as assumed, or as neighbours show.

    Half the mean squared difference of successive residuals: a change of level hardly enters it,
    bad weeks do.
    """
    newest = numbers[-REMEMBERED:]
    means = {name: sum(values) / len(values) for name, values in _by_question(newest).items()}
    residuals = [number.value - means[number.question] for number in newest]
    free = len(newest) - len(means)
    if free < 1:
        return _assumed_chance(numbers)
    steps = [(later - earlier) ** 2 for earlier, later in pairwise(residuals)]
    shown = sum(steps) / len(steps) / 2 * len(newest) / free
    return max(_assumed_chance(numbers), SHOWN_COUNTS * shown)


def _assumed_chance(numbers: Sequence[_Number]) -> float:
    newest = numbers[-REMEMBERED:]
    return sum(number.chance for number in newest) / len(newest)


def _call_block(
    week: PrintedWeek, start: int, numbers: Sequence[_Number], blocks: Sequence[_Block]
) -> _Call | None:
    """A call from the level of the block that the week ends."""
    if not week.block:
        return None
    newest = blocks[-1]
    base = [block.value for block in blocks[-1 - BLOCKS_BEFORE : -1] if block.first >= start]
    if not base:
        return None
    gap = newest.value - fmean(base)
    least = AGAINST_ONE_BLOCK if len(base) == 1 else BLOCK_BAR
    bar = max(least, BLOCK_CHANCE * sqrt(newest.chance * (1 + 1 / len(base))))
    if newest.first < start or abs(gap) < bar - _ALIKE:
        return None
    move = _make_move(gap, newest.round)
    return _Call(move, newest.first, start, len(numbers), week.round, bar)


def _make_move(signed: float, since: int) -> Move:
    return Move(Direction.UP if signed > 0 else Direction.DOWN, since)


def _has_gone(
    call: _Call, week: PrintedWeek, numbers: Sequence[_Number], blocks: Sequence[_Block]
) -> bool:
    """Whether the numbers do not stand apart any more, as they did when the move was called."""
    if call.block_bar is not None:
        base = [block.value for block in blocks if call.before <= block.first < call.start]
        since = [block.value for block in blocks if block.first >= call.start][-2:]
        if not week.block or len(since) < 2 or not base:
            return False
        gap = fmean(since) - fmean(base[-BLOCKS_BEFORE:])
        return call.sign * gap < call.block_bar / 2 - _ALIKE
    if not week.level or len(numbers) < call.at + LOOKED_AT_AFTER:
        return False
    before = numbers[call.before : call.start][-BEFORE:]
    score = call.sign * _score(numbers[call.start :][-HELD_BY:], before)
    return score < HOLDS_FROM * sqrt(_find_chance(numbers))


def _tell(state: _State, numbers: Sequence[_Number], newest: int) -> Trend:
    call, earlier = state.call, state.earlier
    if call:
        return Trend(
            now=call.move,
            before=earlier.move if earlier else None,
            withdrawn=state.withdrawn,
            confirmed=len(numbers) >= call.at + LOOKED_AT_AFTER,
            by_block=call.block_bar is not None,
            just_called=call.round == newest,
        )
    return Trend(
        withdrawn=state.withdrawn,
        unclear=_find_unclear(numbers),
        numbers_needed=max(0, FIRST_CALL - len(numbers)),
    )


def _find_unclear(numbers: Sequence[_Number]) -> Unclear:
    """Why no change is called. "Never moved" is not among it: nobody can know that."""
    if len(numbers) < FIRST_CALL:
        return Unclear.LEARNING
    newest = numbers[-EARLIEST_SPLIT:]
    open_ends = sum(number.end is not End.NONE for number in newest) / len(newest)
    if open_ends > 1 / 2:
        return Unclear.OPEN_ENDS
    if open_ends <= 1 / 3 and _find_chance(numbers) <= LEAST_SHOWN:
        return Unclear.HALF_A_POINT
    return Unclear.NOTHING_MORE
