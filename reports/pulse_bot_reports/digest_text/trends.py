"""The words of a trend: what is clear, what is not, and how small a change could have shown."""

from __future__ import annotations

from typing import Final

from pulse_bot.domain.release.digest import SmallestShift, TrendCall, TrendFact

CALLS: Final = {
    TrendCall.UP: "up. The last four rounds are clearly above those before.",
    TrendCall.DOWN: "down. The last four rounds are clearly below those before.",
    TrendCall.TOO_FEW: "too few answers this week to compare.",
}
SMALLEST: Final = {
    SmallestShift.HALF_A_POINT: "a change of half a point could have shown",
    SmallestShift.ONE_POINT: "a change of one point could have shown, half a point could not",
    SmallestShift.MORE: "not even a change of one point could have shown",
    None: "in a small group only a large change can show",
}
NEW_QUESTIONS: Final = " Its questions are new, and are not compared with those before."


def trend_words(fact: TrendFact) -> str:
    """What a digest says of a theme's trend, as one or two sentences behind its name."""
    if fact.call is TrendCall.LEARNING:
        new = NEW_QUESTIONS if fact.new_questions else ""
        return f"still learning (round {fact.round} of {fact.rounds_needed}).{new}"
    if fact.call is TrendCall.NO_CLEAR_CHANGE:
        return f"no clear change ({fact.label}: {SMALLEST[fact.smallest]})."
    return CALLS[fact.call]
