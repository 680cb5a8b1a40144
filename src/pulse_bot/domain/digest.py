"""The facts that a digest may say, after the release policy, and the statements made of them.

A fact holds words and bands that may be read by anybody; no count, sum or exact share ever enters
here. A renderer turns facts into statements, which are kept for ever, exactly as they were said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Band(StrEnum):
    """How many answered, in quarters (release policy, rule 5).

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


@dataclass(frozen=True, slots=True)
class Level:
    """A mean as the release policy prints it: "about 3.8", "about 4.2 or higher".

    Of answers from 1 to 5, always, and the higher, the better: answers to a question that asks the
    other way round were turned. A number on another scale would be another type.
    """

    about: str
    edge: str = ""
    """"or higher", "or lower", or nothing."""

    def __str__(self) -> str:
        return f"about {self.about} {self.edge}".strip()


class Silence(StrEnum):
    """Why a question has no number. Decided from counts and membership, never from answers."""

    TOO_FEW = "too few answers"
    ENOUGH = "enough answers, not enough to show"
    SMALL_GROUP = "too small a group for a number of one week"
    """The roster is under the bar, however many answered: saying more would count the answers."""
    NO_RULE = "no rule for this kind of question yet"


@dataclass(frozen=True, slots=True)
class QuestionFact:
    """One question of the round: a level, or why there is none."""

    item: str
    text: str
    dimension: str
    talk: str
    says: Level | Silence
    reverse: bool = False
    """The level is turned: the higher, the less of what the text says."""


@dataclass(frozen=True, slots=True)
class BlockFact:
    """A theme's level over a half-term block of six rounds, when one has just ended."""

    dimension: str
    number: int
    """The block's number in the theme's series, from 1."""
    says: Level | Silence


class Call(StrEnum):
    """The trend word of a theme."""

    UP = "up"
    DOWN = "down"
    NO_CLEAR_CHANGE = "no clear change"
    LEARNING = "still learning"
    TOO_FEW = "too few"
    """This week's question of the theme says so, too: nothing is said of a theme beside it."""


class Smallest(StrEnum):
    """The smallest change that would have shown, in steps as coarse as the trend word itself."""

    HALF_A_POINT = "half a point"
    ONE_POINT = "one point"
    MORE = "more than one point"


class Label(StrEnum):
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
    call: Call
    round: int = 0
    rounds_needed: int = 8
    smallest: Smallest | None = None
    """With "no clear change" alone, and in groups that may read a number of one week. Beside "up"
    it would say how far up at least."""
    new_questions: bool = False
    """Another bank took over, and the series of the one before it is over."""

    @property
    def label(self) -> Label | None:
        """None where the word speaks for itself."""
        if self.call is Call.TOO_FEW:
            return Label.TOO_FEW
        if self.call in (Call.UP, Call.DOWN):
            return None
        return Label.FIRM if self.smallest is Smallest.HALF_A_POINT else Label.EARLY


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """All that may be said of one closed round. Times are in UTC, read in `time_zone`."""

    partnership: str
    round_number: int
    opened_at: datetime
    closed_at: datetime
    next_opens_at: datetime | None
    time_zone: str
    response: Band
    questions: tuple[QuestionFact, ...]
    blocks: tuple[BlockFact, ...]
    trends: tuple[TrendFact, ...]
    talk: str
    newcomers: bool = False
    """Several members were asked for the first time."""
    comments: tuple[str, ...] = ()
    """As they were written, in an order that says nothing."""


class StatementKind(StrEnum):
    """Which part of a digest a statement is."""

    HEADLINE = "headline"
    TREND = "trend"
    QUESTION = "question"
    LEVEL = "level"
    RESPONSE = "response"
    TALK = "talk"
    COMMENT = "comment"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence or two of a digest, as it is kept: what was said, exactly."""

    kind: StatementKind
    text: str
    subject: str = ""
    """The dimension or the item that it speaks of."""
    theme: str = ""
    """The dimension, for what is drawn over time."""
    level: Level | None = None
    """The number that the text says, where it says one: of a week's question, or of a block."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest as it was said and kept. `closed_at` is in UTC."""

    number: int
    """The number of its round."""
    closed_at: datetime
    statements: tuple[Statement, ...]
