"""The facts that a digest may say, after the release policy, and the statements made of them.

A fact holds words and bands that may be read by anybody; no count, sum or exact share ever enters
here. A renderer turns facts into statements, which are kept for ever, exactly as they were said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from pulse_bot.domain.asking.items import Kind
from pulse_bot.domain.release.results import Level, Minds, Said, Silence


class Band(StrEnum):
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
    says: Said | Silence
    reverse: bool = False
    """The level is turned: the higher, the less of what the text says."""
    kind: Kind = Kind.AGREE
    bank: str = ""
    words: tuple[str, ...] = ()
    """What was written to a `words` item, in an order that says nothing; empty where too few wrote,
    and for every other kind."""
    weekly: bool = True
    """Of the weekly pulse. A workshop's own question is not drawn over time with its theme."""


@dataclass(frozen=True, slots=True)
class BlockFact:
    """A theme's level over a half-term block of six rounds, when one has just ended."""

    dimension: str
    number: int
    """The block's number in the theme's series, from 1."""
    says: Level | Silence
    minds: Minds | None = None
    """The word for agreement; None where the policy says none."""


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


class StatementKind(StrEnum):
    """Which part of a digest a statement is."""

    HEADLINE = "headline"
    TREND = "trend"
    QUESTION = "question"
    LEVEL = "level"
    RESPONSE = "response"
    TALK = "talk"
    AGREEMENT = "agreement"
    COMMITMENT = "commitment"
    NOTE = "note"
    """What a low trust in the pulse itself asks of the group."""
    COMMENT = "comment"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that a statement says of a question, as it is drawn and exported.

    `journey`: two marks, labelled "now" and "in 12 months". `choose`: one for each choice, with its
    label. Others: one without a label.
    """

    label: str
    value: str
    """"3.8", or the word of `Lean`, `Often` or `Minds`."""
    edge: str = ""


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
    asked: Kind | None = None
    """The kind of the question that it speaks of."""
    marks: tuple[Mark, ...] = ()
    """What the text says of a question of another kind than those with a `level`."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest as it was said and kept. `closed_at` is in UTC."""

    number: int
    """The number of its round."""
    closed_at: datetime
    statements: tuple[Statement, ...]
    workshop: str = ""
    """The title of the workshop that its round was for."""
