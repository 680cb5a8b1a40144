"""What a digest may say of a trend: a word, and how far "no clear change" can be trusted.

The word is the only statement made from sliding windows (release policy, The trend word). So no
number goes with it: the smallest change that would have shown is said in half points, with "no
clear change" alone. A suppressed round does not count, and where a digest does not tell which
rounds those are, nothing here tells it either.
"""

from __future__ import annotations

from typing import Final

from pulse_bot.domain.release import trend
from pulse_bot.domain.release.digest import Call, Smallest, TrendFact
from pulse_bot.domain.release.series import RULED, Series

_HALF_A_POINT: Final = 0.5
_ONE_POINT: Final = 1.0


def trend_fact(series: Series, themes: int) -> TrendFact | None:
    """The trend word of a theme, one of so many; None for kinds without a studied rule."""
    now = series.past[-1]
    if now.tally.kind not in RULED:
        return None
    if not (now.heard or now.small):
        return TrendFact(series.dimension, Call.TOO_FEW)
    ruled = [past for past in series.past if past.tally.kind in RULED]
    # Rounds of a small group count as heard here, or "round 5 of 8" would tell which were not.
    shown = sum(past.heard or past.small for past in ruled)
    if shown < trend.ROUNDS_NEEDED:
        return TrendFact(
            series.dimension, Call.LEARNING, shown, trend.ROUNDS_NEEDED, None, series.earlier
        )
    sure = trend.confidence(themes)
    shift = trend.compare([past.tally for past in ruled if past.heard])
    call = trend.call(shift, sure)
    if call is not Call.NO_CLEAR_CHANGE or now.small:
        return TrendFact(series.dimension, call)
    return TrendFact(series.dimension, call, smallest=_smallest(shift, sure))


def _smallest(shift: trend.Shift | None, sure: float) -> Smallest:
    if shift is None or shift.smallest(sure) > _ONE_POINT:
        return Smallest.MORE
    half = shift.smallest(sure) <= _HALF_A_POINT
    return Smallest.HALF_A_POINT if half else Smallest.ONE_POINT
