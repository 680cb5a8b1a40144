"""The trend's rule on many groups' printed years at once, with numpy (statistics, Over time).

`pulse_bot.domain.release.trend` carries it out for one theme of the product; a test holds both
against each other. Here a stretch begins in a week, there at a printed number.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from benchmarks._promise_printed import PrintedYears
from benchmarks._promise_reader import Bools, Floats, Ints
from benchmarks._promise_years import CORE
from pulse_bot.domain.release import trend

NEVER: Final = -1000


class Calls(NamedTuple):
    """By group and week."""

    made: Ints
    """1 where a rise is called in it, -1 where a fall is."""
    standing: Ints
    """The call that the digest says: 1, -1, or 0 for no clear change."""
    withdrawn: Bools
    chance: Floats
    """The variance of one printed week, as far as the record shows it."""


class _Record(NamedTuple):
    """What the weeks of each group count for."""

    early: Floats
    """In its own block."""
    late: Floats
    """Once its block has ended."""
    spoken: Bools
    assumed: Floats
    block: Floats
    first: Ints
    """The first printed week of each block."""


class _Calls(NamedTuple):
    """A call of each group, as arrays; `sign` is 0 where there is none."""

    sign: Ints
    at: Ints
    start: Ints
    before: Ints
    bar: Floats
    """In points, where a block called it; else not a number."""

    def choose(self, chosen: Bools, other: _Calls) -> _Calls:
        """These where they are chosen, and the others elsewhere."""
        pairs = zip(self, other, strict=True)
        return _Calls(*(np.where(chosen, mine, theirs) for mine, theirs in pairs))

    def without(self, gone: Bools) -> _Calls:
        """None where it is gone."""
        return self._replace(sign=np.where(gone, 0, self.sign))


def call_trends(years: PrintedYears, bar: float = trend.BAR) -> Calls:
    """What the digest of each week says."""
    record = _read_years(years)
    groups, weeks = years.value.shape
    made, standing = np.zeros((2, groups, weeks), dtype=np.int64)
    withdrawn, chances = np.zeros((groups, weeks), dtype=bool), np.zeros((groups, weeks))
    start = np.zeros(groups, dtype=np.int64)
    none = np.zeros(groups, dtype=np.int64)
    call = earlier = _Calls(none, none + NEVER, none, none, np.full(groups, np.nan))
    for week in range(weeks):
        value = _list_values(record, week)
        chances[:, week] = chance = _find_chance(value, record, week)
        new = _call_weeks(record, value, chance, week, start, bar)
        if (week + 1) % CORE == 0:
            new = new.choose(new.sign != 0, _call_block(record, week, start))
        gone = (new.sign == 0) & _has_gone(record, value, chance, week, call)
        start = np.where(gone, call.before, start)
        call, earlier = earlier.choose(gone, call), earlier.without(gone)
        is_new = new.sign != 0
        call, earlier = new.choose(is_new, call), call.choose(is_new, earlier)
        start = np.where(is_new, new.start, start)
        call = call.without(week - call.at >= trend.REMEMBERED)
        made[:, week], standing[:, week], withdrawn[:, week] = new.sign, call.sign, gone
    return Calls(made, standing, withdrawn, chances)


def _read_years(years: PrintedYears) -> _Record:
    spoken = ~np.isnan(years.value)
    early, late = years.value.copy(), years.value.copy()
    last = np.full((len(early), CORE), np.nan)
    for week in range(early.shape[1]):
        question, side = week % CORE, years.is_open[:, week]
        further = side * (last[:, question] - early[:, week]) > 0
        early[:, week] = np.where(further, last[:, question], early[:, week])
        if question == CORE - 1:
            own = slice(week + 1 - CORE, week + 1)
            late[:, own] = _fill_open_ends(years, own, early[:, own])
            last = np.where(spoken[:, own], late[:, own], last)
    by_lot = trend.CHANCE_OF_ONE / np.maximum(years.counted, 1)
    blocks = years.block.shape[1]
    by_block = spoken[:, : blocks * CORE].reshape(len(spoken), blocks, CORE)
    return _Record(
        np.nan_to_num(early),
        np.nan_to_num(late),
        spoken,
        np.where(spoken, np.maximum(by_lot, trend.CHANCE_LEAST), 0),
        years.block,
        np.arange(blocks) * CORE + by_block.argmax(axis=2),
    )


def _fill_open_ends(years: PrintedYears, weeks: slice, otherwise: Floats) -> Floats:
    """Open ends of a block by its level, where they lie on one side alone."""
    value, ends = years.value[:, weeks], years.is_open[:, weeks]
    block = years.block[:, weeks.start // CORE]
    spoken, opened = ~np.isnan(value), np.count_nonzero(ends, axis=1)
    fits = (opened > 0) & (np.abs(ends.sum(axis=1)) == opened) & ~np.isnan(block)
    closed = np.where(spoken & (ends == 0), value, 0).sum(axis=1)
    left = np.nan_to_num(block) * spoken.sum(axis=1) - closed
    meant = (left / np.maximum(opened, 1))[:, None]
    beyond = np.where(ends > 0, np.fmax(value, meant), np.fmin(value, meant))
    beyond = np.clip(beyond, value - trend.MOST_BEYOND, value + trend.MOST_BEYOND)
    filled: Floats = np.where(fits[:, None] & (ends != 0), beyond, otherwise)
    return filled


def _list_values(record: _Record, week: int) -> Floats:
    """What each week up to this one counts for in its digest."""
    ended = np.arange(week + 1) // CORE < (week + 1) // CORE
    return np.where(ended, record.late[:, : week + 1], record.early[:, : week + 1])


def _rank(chosen: Bools) -> Ints:
    """The newest of the chosen weeks is the first."""
    ranked: Ints = np.cumsum(chosen[:, ::-1].astype(np.int64), axis=1)[:, ::-1]
    return ranked


def _call_weeks(
    record: _Record, value: Floats, chance: Floats, week: int, start: Ints, bar: float
) -> _Calls:
    weeks = np.arange(week + 1)
    stretch: Bools = record.spoken[:, : week + 1] & (weeks >= start[:, None])
    rank = _rank(stretch)
    largest = np.zeros(len(value))
    for k in trend.WINDOWS:
        before = stretch & (rank > k) & (rank <= k + trend.BEFORE)
        score = _score(value, stretch & (rank <= k), before)
        largest = np.where(np.abs(score) > np.abs(largest), score, largest)
    called = record.spoken[:, week] & (np.abs(largest) > bar * np.sqrt(chance))
    called &= stretch.sum(axis=1) >= trend.FIRST_CALL
    split = _find_split(value, stretch, rank) if called.any() else start
    at = np.full(len(value), week)
    sign = np.where(called, np.sign(largest), 0).astype(np.int64)
    return _Calls(sign, at, split, start, np.full(len(value), np.nan))


def _find_split(value: Floats, stretch: Bools, rank: Ints) -> Ints:
    """The week of the printed number at which the two parts of a stretch lie furthest apart."""
    best, split = np.full(len(value), -1.0), np.zeros(len(value), dtype=np.int64)
    for back in range(trend.LATEST_SPLIT, trend.EARLIEST_SPLIT + 1):
        score = np.round(
            np.abs(_score(value, stretch & (rank <= back), stretch & (rank > back))), 9
        )
        better = (score > best) & (stretch.sum(axis=1) > back)
        best = np.where(better, score, best)
        split = np.where(better, (stretch & (rank == back)).argmax(axis=1), split)
    return split


def _score(value: Floats, after: Bools, before: Bools) -> Floats:
    """How far two sets of weeks lie apart, question by question, in units of one week's chance."""
    above, weight = np.zeros(len(value)), np.zeros(len(value))
    for question in range(CORE):
        late, early = after[:, question::CORE], before[:, question::CORE]
        of_question = value[:, question::CORE]
        a, b = late.sum(axis=1), early.sum(axis=1)
        gap = (of_question * late).sum(axis=1) / np.maximum(a, 1)
        gap -= (of_question * early).sum(axis=1) / np.maximum(b, 1)
        own = a * b / np.maximum(a + b, 1)
        above += own * gap
        weight += own
    score: Floats = above / np.sqrt(np.maximum(weight, 1e-9))
    return score


def _find_chance(value: Floats, record: _Record, week: int) -> Floats:
    """The variance of one printed week: as assumed, or as neighbouring ones show, the larger."""
    spoken = record.spoken[:, : week + 1]
    spoken = spoken & (_rank(spoken) <= trend.REMEMBERED)
    residual, questions = np.zeros(value.shape), np.zeros(len(value))
    for question in range(CORE):
        here = spoken[:, question::CORE]
        of_question = value[:, question::CORE]
        mean = (of_question * here).sum(axis=1) / np.maximum(here.sum(axis=1), 1)
        residual[:, question::CORE] = here * (of_question - mean[:, None])
        questions += here.any(axis=1)
    numbers = spoken.sum(axis=1)
    # The last printed week before each, across silent ones.
    places = np.where(spoken, np.arange(week + 1), -1)
    last = np.maximum.accumulate(places, axis=1)[:, :-1]
    steps = residual[:, 1:] - np.take_along_axis(residual, np.maximum(last, 0), axis=1)
    shown = (steps**2 * (spoken[:, 1:] & (last >= 0))).sum(axis=1) / np.maximum(numbers - 1, 1)
    shown *= numbers / np.maximum(numbers - questions, 1) / 2
    usual = (record.assumed[:, : week + 1] * spoken).sum(axis=1) / np.maximum(numbers, 1)
    chance: Floats = np.maximum(np.maximum(usual, trend.SHOWN_COUNTS * shown), 1e-9)
    return chance


def _call_block(record: _Record, week: int, start: Ints) -> _Calls:
    block = week // CORE
    blocks = np.arange(block)
    level, said = np.nan_to_num(record.block), ~np.isnan(record.block)
    kept = said[:, :block] & (record.first[:, :block] >= start[:, None])
    # The last four printed blocks, of whichever stretch.
    kept &= _rank(said[:, :block]) <= trend.BLOCKS_BEFORE if block else False
    number = kept.sum(axis=1)
    before = np.where(kept, level[:, blocks], 0).sum(axis=1) / np.maximum(number, 1)
    own = slice(block * CORE, week + 1)
    chance = (
        record.assumed[:, own].sum(axis=1) / np.maximum(record.spoken[:, own].sum(axis=1), 1) ** 2
    )
    least = np.where(number == 1, trend.AGAINST_ONE_BLOCK, trend.BLOCK_BAR)
    bar = np.maximum(least, trend.BLOCK_CHANCE * np.sqrt(chance * (1 + 1 / np.maximum(number, 1))))
    gap = level[:, block] - before
    called = said[:, block] & (number > 0) & (np.abs(gap) >= bar - 1e-9)
    called &= record.first[:, block] >= start
    sign = np.where(called, np.sign(gap), 0).astype(np.int64)
    return _Calls(sign, np.full(len(start), week), record.first[:, block], start, bar)


def _has_gone(record: _Record, value: Floats, chance: Floats, week: int, call: _Calls) -> Bools:
    """Whether the numbers stand apart no more, as they did when the move was called."""
    weeks = np.arange(week + 1)
    spoken = record.spoken[:, : week + 1]
    by_block = ~np.isnan(call.bar)
    since = spoken & (weeks >= call.start[:, None])
    before = spoken & (weeks < call.start[:, None]) & (weeks >= call.before[:, None])
    newest = since & (_rank(since) <= trend.HELD_BY)
    score = _score(value, newest, before & (_rank(before) <= trend.BEFORE))
    later = (spoken & (weeks > call.at[:, None])).sum(axis=1)
    gone = ~by_block & spoken[:, week] & (later >= trend.LOOKED_AT_AFTER)
    gone &= score * call.sign < trend.HOLDS_FROM * np.sqrt(chance)
    if (week + 1) % CORE == 0:
        gone |= by_block & _has_block_gone(record, week // CORE, call)
    stands: Bools = gone & (call.sign != 0)
    return stands


def _has_block_gone(record: _Record, block: int, call: _Calls) -> Bools:
    said = ~np.isnan(record.block[:, : block + 1])
    level, first = np.nan_to_num(record.block[:, : block + 1]), record.first[:, : block + 1]
    since = said & (first >= call.start[:, None])
    before = said & (first < call.start[:, None]) & (first >= call.before[:, None])
    means = []
    for chosen, most in ((since, 2), (before, trend.BLOCKS_BEFORE)):
        newest = chosen & (_rank(chosen) <= most)
        means.append(np.where(newest, level, 0).sum(axis=1) / np.maximum(newest.sum(axis=1), 1))
    is_back: Bools = call.sign * (means[0] - means[1]) < call.bar / 2 - 1e-9
    is_back &= said[:, block] & (since.sum(axis=1) >= 2)
    return is_back
