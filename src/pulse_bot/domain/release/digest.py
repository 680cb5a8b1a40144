"""The facts that a digest may say, after the release policy, before they become a record.

A fact holds words and bands that may be read by anybody; no count, sum or exact share ever enters
here. A renderer turns facts into statements, which are kept for ever, exactly as they were said,
each with the fact that it says. What reads a digest reads those facts, and never a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.release.results import Agreement, Level, ReleasedValue, Silence


class ResponseBand(StrEnum):
    """How many answered, in quarters (release policy, How many answered).

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
class QuestionFact:
    """One question of the round: what may be said of it, or why nothing may."""

    item: str
    text: str
    dimension: str
    talk: str
    result: ReleasedValue | Silence
    reverse: bool = False
    """The level is turned: the higher, the less of what the text says."""
    kind: ItemKind = ItemKind.AGREE
    bank: str = ""
    word_answers: tuple[str, ...] = ()
    """What was written to a `words` item, in an order that says nothing; empty where too few wrote,
    and for every other kind."""
    weekly: bool = True
    """Of the weekly pulse. A workshop's own question is not drawn over time with its theme."""
    commitment: int | None = None
    """The number of the commitment that it asks about."""


@dataclass(frozen=True, slots=True)
class BlockFact:
    """A theme's level over a half-term block of six rounds, when one has just ended."""

    dimension: str
    number: int
    """The block's number in the theme's series, from 1."""
    result: Level | Silence
    agreement: Agreement | None = None
    """The word for agreement; None where the policy says none."""


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


class CommitmentNews(StrEnum):
    """What a digest tells of a commitment."""

    MADE = "made"
    KEPT = "kept"
    ON_ITS_WAY = "on its way"
    """The group was asked, and it is not done yet."""
    UNHEARD = "unheard"
    """The group was asked, and nothing may be said of the answers."""
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class CommitmentFact:
    """A commitment of the group and what is new of it. Its words are the group's own."""

    number: int
    text: str
    due: date
    news: CommitmentNews


class MissingPart(StrEnum):
    """What a digest lacks because it could not be read or computed when the round closed.

    Which part it is depends on what failed, and tells nothing of any answer.
    """

    QUESTION = "question"
    """One or more of the questions."""
    OVER_TIME = "over time"
    """The trend or the six rounds of one or more themes."""
    EARLIER = "earlier"
    """An earlier round, which what is said over time leaves out."""
    WORDS = "words"
    """What was written."""
    COMMITMENTS = "commitments"
    WORKSHOP = "workshop"
    """Which workshop the round was for."""
    TALK = "talk"
    NEXT = "next"
    """When the next round opens."""


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """All that may be said of one closed round. Times are in UTC, read in `time_zone`."""

    partnership: str
    round_number: int
    opened_at: datetime
    closed_at: datetime
    next_opens_at: datetime | None
    time_zone: str
    response: ResponseBand
    questions: tuple[QuestionFact, ...]
    blocks: tuple[BlockFact, ...]
    trends: tuple[TrendFact, ...]
    talk: str
    talk_about: str = ""
    """The dimension whose block said "two camps", where `talk` was chosen for it."""
    low_pulse: bool = False
    """A question about the pulse itself has a low level."""
    newcomers: bool = False
    """Several members were asked for the first time."""
    comments: tuple[str, ...] = ()
    """As they were written, in an order that says nothing."""
    workshop: str = ""
    """The title of the workshop that the round was for; empty for the weekly pulse alone."""
    workshop_on: date | None = None
    commitments: tuple[CommitmentFact, ...] = ()
    """Those that were made, asked about, kept or dropped since the last digest."""
    commitments_kept: tuple[int, int] = (0, 0)
    """How many were kept, of how many that were due or had ended: digests told of each of them."""
    missing: tuple[MissingPart, ...] = ()
    """What had to be left out, because it could not be read or computed."""
