"""A made-up group's printed year as the product reads it: the weeks of its record."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from benchmarks._promise_printed import SIDES, PrintedYears
from benchmarks._promise_years import CORE
from pulse_bot.domain.release.results import Level
from pulse_bot.domain.release.trend import PrintedWeek, assume_chance

ENDS = {side: end for end, side in SIDES.items()}


def list_weeks(years: PrintedYears, group: int) -> list[PrintedWeek]:
    """The weeks of one group, oldest first; round 1 is week 0."""
    return [_read_week(years, group, week) for week in range(years.value.shape[1])]


def _read_week(years: PrintedYears, group: int, week: int) -> PrintedWeek:
    value, counted = years.value[group, week], int(years.counted[group, week])
    end, ends_block = ENDS[int(years.is_open[group, week])], week % CORE == CORE - 1
    block = years.block[group, week // CORE] if ends_block else np.nan
    return PrintedWeek(
        round=week + 1,
        question=f"question {week % CORE}",
        level=None if np.isnan(value) else Level(_tenths(value), end),
        chance=assume_chance(counted) if counted else 0.0,
        block=None if np.isnan(block) else Level(_tenths(block)),
    )


def _tenths(value: float) -> Decimal:
    return Decimal(round(10 * value)).scaleb(-1)
