"""The facts that a digest may say, after the release policy, and the statements made of them.

A fact holds words and bands that may be read by anybody; no count, sum or exact share ever enters
here. A renderer turns facts into statements, which are kept for ever, exactly as they were said,
each with the fact that it says. What reads a digest reads those facts, and never a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.asking.thresholds import POLICY_VERSION
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
class HeadlineFact:
    """Which round a digest is of, and for which workshop it was, if for any."""

    round_number: int
    workshop: str = ""
    workshop_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReleasedQuestion:
    """What was released of one question of one round (W, and the results of other kinds)."""

    item: str
    text: str
    """As it was asked."""
    theme: str
    says: ReleasedValue | Silence | None
    """None where digests of the first versions said it in words alone."""
    kind: ItemKind | None = None
    """None for a question of the first digests."""
    reverse: bool = False
    weekly: bool = True
    bank: str = ""
    commitment: int | None = None


@dataclass(frozen=True, slots=True)
class ReleasedBlock:
    """What was released of a theme over a block of six rounds (B)."""

    theme: str
    number: int | None
    """The block's number in the theme's series, from 1; None where it was not kept."""
    says: Level | Silence | None


@dataclass(frozen=True, slots=True)
class ReleasedAgreement:
    """The word for agreement beside a block."""

    theme: str
    minds: Agreement
    block: int | None = None


@dataclass(frozen=True, slots=True)
class CommitmentsFact:
    """How many commitments were kept, of how many that came due or had ended."""

    kept: int
    due: int


@dataclass(frozen=True, slots=True)
class CommentFact:
    """What one member wrote: a comment, or an answer to the `words` item that is named."""

    words: str
    item: str = ""
    theme: str = ""


@dataclass(frozen=True, slots=True)
class ResponseFact:
    """How many answered, as coarsely as that is told."""

    band: ResponseBand


@dataclass(frozen=True, slots=True)
class NewcomersFact:
    """Several members were asked for the first time."""


@dataclass(frozen=True, slots=True)
class LowPulseFact:
    """Trust in the pulse itself is low."""


@dataclass(frozen=True, slots=True)
class TalkFact:
    """The talking prompt, and the theme of two camps where that chose it."""

    prompt: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class NextRoundFact:
    """When people are asked next; None where nobody knows."""

    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class SentenceFact:
    """A statement of the first versions, of which little but its words is known."""

    kind: StatementKind
    theme: str = ""
    subject: str = ""


ReleasedFact = (
    HeadlineFact
    | TrendFact
    | CommitmentFact
    | CommitmentsFact
    | ReleasedQuestion
    | CommentFact
    | ReleasedBlock
    | ReleasedAgreement
    | ResponseFact
    | NewcomersFact
    | LowPulseFact
    | TalkFact
    | NextRoundFact
    | SentenceFact
)
"""What a statement says, as numbers and words that were released: all that may ever be computed
from. A count, a sum or an exact share is in none of them."""

_STATEMENT_KINDS: Final[Mapping[type[ReleasedFact], StatementKind]] = {
    HeadlineFact: StatementKind.HEADLINE,
    TrendFact: StatementKind.TREND,
    CommitmentFact: StatementKind.COMMITMENT,
    CommitmentsFact: StatementKind.COMMITMENT,
    ReleasedQuestion: StatementKind.QUESTION,
    CommentFact: StatementKind.COMMENT,
    ReleasedBlock: StatementKind.LEVEL,
    ReleasedAgreement: StatementKind.AGREEMENT,
    ResponseFact: StatementKind.RESPONSE,
    NewcomersFact: StatementKind.RESPONSE,
    LowPulseFact: StatementKind.NOTE,
    TalkFact: StatementKind.TALK,
    NextRoundFact: StatementKind.NEXT,
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A fact of a digest, and the sentence or two in which it was said, exactly."""

    fact: ReleasedFact
    text: str
    result: str = ""
    """The part of the text that stands behind the question or the writer, for where these stand
    above it already; empty where there is no such part."""

    @property
    def kind(self) -> StatementKind:
        """Which part of a digest it is."""
        if isinstance(self.fact, SentenceFact):
            return self.fact.kind
        return _STATEMENT_KINDS[type(self.fact)]

    @property
    def level(self) -> Level | None:
        """The number from 1 to 5 that it says, where it says one: of a question, or of a block."""
        match self.fact:
            case ReleasedQuestion(says=Level() as level) | ReleasedBlock(says=Level() as level):
                return level
        return None

    @property
    def question_kind(self) -> ItemKind | None:
        """The kind of the question that it speaks of."""
        return self.fact.kind if isinstance(self.fact, ReleasedQuestion) else None

    @property
    def subject(self) -> str:
        """The item or the theme that it speaks of; empty where it speaks of none."""
        match self.fact:
            case ReleasedQuestion(item=item) | CommentFact(item=item):
                return item
            case SentenceFact(subject=subject):
                return subject
        return self.theme

    @property
    def theme(self) -> str:
        """The theme, for what is drawn over time: a workshop's own question has none."""
        match self.fact:
            case ReleasedQuestion(theme=theme, weekly=weekly):
                return theme if weekly else ""
            case TrendFact(dimension=theme):
                return theme
            case (
                CommentFact(theme=theme)
                | ReleasedBlock(theme=theme)
                | ReleasedAgreement(theme=theme)
                | SentenceFact(theme=theme)
            ):
                return theme
        return ""


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest as it was said and kept. `closed_at` is in UTC."""

    number: int
    """The number of its round."""
    closed_at: datetime
    statements: tuple[Statement, ...]
    workshop: str = ""
    """The title of the workshop that its round was for."""
    policy_version: int = POLICY_VERSION
    """Of the release policy that its round was opened under."""

    @property
    def facts(self) -> tuple[ReleasedFact, ...]:
        """All that it says, in the order in which it was said."""
        return tuple(statement.fact for statement in self.statements)
