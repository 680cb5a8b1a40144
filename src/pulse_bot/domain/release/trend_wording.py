"""What a digest may say of a trend: a word, and how far "no clear change" can be trusted.

The word is the only statement made from sliding windows (release policy, The trend word). So no
number goes with it: the smallest change that would have shown is said in half points, with "no
clear change" alone. A suppressed round does not count, and where a digest does not tell which
rounds those are, nothing here tells it either.
"""

from __future__ import annotations

from typing import Final

from pulse_bot.domain.release import trend
from pulse_bot.domain.release.digest import SmallestShift, TrendCall, TrendFact
from pulse_bot.domain.release.series import RULED_KINDS, Series

_HALF_A_POINT: Final = 0.5
_ONE_POINT: Final = 1.0


def trend_fact(series: Series, themes: int) -> TrendFact | None:
    """The trend word of a theme, one of so many; None for kinds without a studied rule."""
    newest = series.past[-1]
    if newest.tally.kind not in RULED_KINDS:
        return None
    if not (newest.meets_thresholds or newest.small_roster):
        return TrendFact(series.dimension, TrendCall.TOO_FEW)
    ruled = [past for past in series.past if past.tally.kind in RULED_KINDS]
    # Rounds of a small group count as heard here, or "round 5 of 8" would tell which were not.
    round_count = sum(past.meets_thresholds or past.small_roster for past in ruled)
    if round_count < trend.ROUNDS_NEEDED:
        return TrendFact(
            series.dimension,
            TrendCall.LEARNING,
            round_count,
            trend.ROUNDS_NEEDED,
            None,
            series.earlier,
        )
    confidence = trend.required_confidence(themes)
    shift = trend.compare_windows([past.tally for past in ruled if past.meets_thresholds])
    call = trend.call_trend(shift, confidence)
    if call is not TrendCall.NO_CLEAR_CHANGE or newest.small_roster:
        return TrendFact(series.dimension, call)
    return TrendFact(series.dimension, call, smallest=_smallest_shift(shift, confidence))


def _smallest_shift(shift: trend.TrendShift | None, confidence: float) -> SmallestShift:
    if shift is None or shift.smallest_change(confidence) > _ONE_POINT:
        return SmallestShift.MORE
    half = shift.smallest_change(confidence) <= _HALF_A_POINT
    return SmallestShift.HALF_A_POINT if half else SmallestShift.ONE_POINT
