"""How soon a lasting change is called from what was printed, and how often falsely.

The rule is that of the second edition of the trend: the last four and the last eight printed weeks
against up to 24 before, question by question, never further back than the last called change; at
the end of a block, where the weeks called nothing, its level against up to four before. An open end
counts for what its block's level says. The bar is fitted so that steady years are called falsely at
most as often as is allowed. Staying and withdrawal are not simulated: this compares policies.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from benchmarks._promise_policies import Policy
from benchmarks._promise_printed import SHIFT_AT, WEEKS, Crowd, PrintedYears, simulate_printed
from benchmarks._promise_reader import Bools, Floats, Ints
from benchmarks._promise_years import CORE

FIRST_CALL: Final = 10
WINDOWS: Final = (4, 8)
BEFORE: Final = 24
FALSE_CALLS: Final = 0.10
WITHIN: Final = 8
SHIFT: Final = 0.5
LEVEL: Final = 3.5
"""Where opinions lie, as in `_trend_years`: nearer to an end a rise hardly shows."""
BLOCK_BAR: Final = 0.5
AGAINST_ONE: Final = 0.2
"""More, against a single block."""
BLOCK_CHANCE: Final = 2.5


class _Record(NamedTuple):
    """What the weeks of each group count for."""

    early: Floats
    """In its own block."""
    late: Floats
    """Once its block has ended."""
    spoken: Bools
    chance: Floats
    """The assumed variance of a printed week."""
    block: Floats


def _read(years: PrintedYears, *, remembers: bool) -> _Record:
    counted = np.maximum(years.counted, 1)
    late = _fill_open_ends(years)
    earlier = np.concatenate([years.value[:, :CORE], late[:, :-CORE]], axis=1)
    further = years.is_open * (earlier - years.value) > 0
    return _Record(
        np.nan_to_num(np.where(further, earlier, years.value)),
        np.nan_to_num(late),
        ~np.isnan(years.value),
        0.5 / counted + 0.02 if remembers else 0.8 / counted,
        years.block,
    )


def _fill_open_ends(years: PrintedYears) -> Floats:
    """Open ends of finished blocks, by their block's level, where they lie on one side alone."""
    filled = years.value.copy()
    for block in range(years.block.shape[1]):
        weeks = slice(block * CORE, (block + 1) * CORE)
        value, ends = years.value[:, weeks], years.is_open[:, weeks]
        spoken, opened = ~np.isnan(value), np.count_nonzero(ends, axis=1)
        fits = (opened > 0) & (np.abs(ends.sum(axis=1)) == opened)
        closed = np.where(spoken & (ends == 0), value, 0).sum(axis=1)
        level = years.block[:, block] * spoken.sum(axis=1)
        meant = ((level - closed) / np.maximum(opened, 1))[:, None]
        beyond = np.where(ends > 0, np.fmax(value, meant), np.fmin(value, meant))
        filled[:, weeks] = np.where(fits[:, None] & (ends != 0), np.clip(beyond, 1, 5), value)
    return filled


def call_changes(years: PrintedYears, bar: float, *, remembers: bool) -> Ints:
    """By group and week: 1 where a rise is called in it, -1 where a fall is."""
    record = _read(years, remembers=remembers)
    calls = np.zeros(years.value.shape, dtype=np.int64)
    start = np.zeros(len(calls), dtype=np.int64)
    for week in range(FIRST_CALL - 1, WEEKS):
        z, split = _score(record, week, start)
        enough = record.spoken[:, : week + 1].sum(axis=1) >= FIRST_CALL
        called = record.spoken[:, week] & enough & (np.abs(z) > bar)
        sign = np.where(called, np.sign(z), 0)
        if (week + 1) % CORE == 0:
            by_block = np.where(called, 0, _call_block(record, week // CORE, start))
            split = np.where(by_block != 0, week + 1 - CORE, split)
            sign = sign + by_block
        calls[:, week] = sign.astype(np.int64)
        start = np.where(sign != 0, split, start)
    return calls


def _score(record: _Record, week: int, start: Ints) -> tuple[Floats, Ints]:
    """The larger score of the two windows, and where a new stretch would begin."""
    weeks = np.arange(week + 1)
    ended = weeks // CORE < (week + 1) // CORE
    value = np.where(ended, record.late[:, : week + 1], record.early[:, : week + 1])
    spoken = record.spoken[:, : week + 1] & (weeks >= start[:, None])
    rank = np.cumsum(spoken[:, ::-1], axis=1)[:, ::-1]
    chance = _chance(value, record.spoken[:, : week + 1], record.chance[:, : week + 1])
    scores = []
    for k in WINDOWS:
        before = spoken & (rank > k) & (rank <= k + BEFORE)
        gap, weight = _gap(value, spoken & (rank <= k), before)
        scores.append(gap * np.sqrt(weight / chance))
    z = np.where(np.abs(scores[0]) >= np.abs(scores[1]), scores[0], scores[1])
    best, split = np.full(len(z), -1.0), np.full(len(z), week)
    for back in range(2, min(13, week)):
        late = weeks > week - back
        gap, weight = _gap(value, spoken & late, spoken & ~late)
        better = np.abs(gap) * np.sqrt(weight) > best
        best = np.where(better, np.abs(gap) * np.sqrt(weight), best)
        split = np.where(better, week + 1 - back, split)
    return z, split


def _gap(value: Floats, after: Bools, before: Bools) -> tuple[Floats, Floats]:
    """The weighted gap between two sets of weeks, question by question, and its weight."""
    above, weight = np.zeros(len(value)), np.zeros(len(value))
    for question in range(CORE):
        late, early = after[:, question::CORE], before[:, question::CORE]
        of_question = value[:, question::CORE]
        a, b = late.sum(axis=1), early.sum(axis=1)
        gap = (of_question * late).sum(axis=1) / np.maximum(a, 1)
        gap -= (of_question * early).sum(axis=1) / np.maximum(b, 1)
        above += a * b / np.maximum(a + b, 1) * gap
        weight += a * b / np.maximum(a + b, 1)
    return above / np.maximum(weight, 1e-9), weight


def _chance(value: Floats, spoken: Bools, assumed: Floats) -> Floats:
    """The variance of one printed week: as assumed, or as neighbouring weeks show, the larger."""
    residual, questions = np.zeros(value.shape), np.zeros(len(value))
    for question in range(CORE):
        here = spoken[:, question::CORE]
        of_question = value[:, question::CORE]
        mean = (of_question * here).sum(axis=1) / np.maximum(here.sum(axis=1), 1)
        residual[:, question::CORE] = here * (of_question - mean[:, None])
        questions += here.any(axis=1)
    both = spoken[:, 1:] & spoken[:, :-1]
    pairs = np.maximum(both.sum(axis=1), 1)
    shown = 0.5 * (np.diff(residual, axis=1) ** 2 * both).sum(axis=1) / pairs
    weeks = spoken.sum(axis=1)
    shown *= weeks / np.maximum(weeks - questions, 1)
    usual = (assumed * spoken).sum(axis=1) / np.maximum(weeks, 1)
    chance: Floats = np.maximum(np.maximum(usual, 4 / 3 * shown), 1e-6)
    return chance


def _call_block(record: _Record, block: int, start: Ints) -> Floats:
    """1 or -1 where a block's level lies far enough from up to four before it."""
    now = record.block[:, block]
    blocks = np.arange(block)
    earlier = record.block[:, :block]
    kept = ~np.isnan(earlier) & (blocks * CORE >= start[:, None]) & (blocks >= block - 4)
    number = kept.sum(axis=1)
    before = np.where(kept, np.nan_to_num(earlier), 0).sum(axis=1) / np.maximum(number, 1)
    chance = record.chance[:, block * CORE : (block + 1) * CORE].mean(axis=1) / CORE
    bar = np.maximum(
        BLOCK_BAR + np.where(number == 1, AGAINST_ONE, 0),
        BLOCK_CHANCE * np.sqrt(chance * (1 + 1 / np.maximum(number, 1))),
    )
    gap = np.nan_to_num(now - before)
    called: Floats = np.where((number > 0) & (np.abs(gap) >= bar - 1e-9), np.sign(gap), 0.0)
    return called


class Power(NamedTuple):
    """The bar, false calls a theme and year, and the share of half a point's changes found."""

    bar: float
    false: float
    found: float


def find_power(
    draw: np.random.Generator, policy: Policy, crowd: Crowd, *, remembers: bool
) -> Power:
    """The power at the lowest bar that keeps false calls in bounds."""
    steady = simulate_printed(draw, policy, crowd, level=LEVEL)
    moved = simulate_printed(draw, policy, crowd, moved=SHIFT, level=LEVEL)
    bar, false = 2.4, 1.0
    while false > FALSE_CALLS and bar < 5:
        bar += 0.1
        false = float((call_changes(steady, bar, remembers=remembers) != 0).sum(axis=1).mean())
    calls = call_changes(moved, bar, remembers=remembers)[:, SHIFT_AT : SHIFT_AT + WITHIN]
    return Power(bar, false, float((calls == 1).any(axis=1).mean()))
