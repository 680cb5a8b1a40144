"""What only digests of the first edition of the release policy say; it is read for ever."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ResponseBand(StrEnum):
    """How many answered, in quarters.

    A quarter of fewer than eight members can hold a single count, which would publish it: from five
    to seven members there is MOST and NOT_MOST, and under five nothing is said.
    """

    UNDER_A_QUARTER = "under a quarter"
    TO_A_HALF = "a quarter to a half"
    TO_THREE_QUARTERS = "a half to three quarters"
    MOST = "three quarters or more"
    """Under eight members: all, all but one, or all but two."""
    NOT_MOST = "fewer than most"
    UNSAID = "not said in so small a group"


class TrendCall(StrEnum):
    """The trend word of a theme."""

    UP = "up"
    DOWN = "down"
    NO_CLEAR_CHANGE = "no clear change"
    LEARNING = "still learning"
    TOO_FEW = "too few"
    """This week's question of the theme says so, too: nothing is said of a theme beside it."""


class SmallestShift(StrEnum):
    """The smallest change that would have shown, in steps as coarse as the trend word itself."""

    HALF_A_POINT = "half a point"
    ONE_POINT = "one point"
    MORE = "more than one point"


class TrendLabel(StrEnum):
    """How far "no clear change" can be trusted."""

    FIRM = "firm"
    """A change of half a point would have shown."""
    EARLY = "early"
    """Fewer rounds, or a wider range than that."""
    TOO_FEW = "too few"


@dataclass(frozen=True, slots=True)
class TrendFact:
    """A theme's trend word. While learning, `round` of `rounds_needed` says how far it is."""

    dimension: str
    call: TrendCall
    round: int = 0
    rounds_needed: int = 8
    smallest: SmallestShift | None = None
    """With "no clear change" alone, and in groups that may read a number of one week. Beside "up"
    it would say how far up at least."""
    new_questions: bool = False
    """Another bank took over, and the series of the one before it is over."""

    @property
    def label(self) -> TrendLabel | None:
        """None where the word speaks for itself."""
        if self.call is TrendCall.TOO_FEW:
            return TrendLabel.TOO_FEW
        if self.call in (TrendCall.UP, TrendCall.DOWN):
            return None
        return TrendLabel.FIRM if self.smallest is SmallestShift.HALF_A_POINT else TrendLabel.EARLY
