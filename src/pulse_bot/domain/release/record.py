"""The released record: what was said of a round, each sentence with the fact that it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.asking.thresholds import POLICY_VERSION
from pulse_bot.domain.release.digest import (
    BlockFact,
    CommitmentFact,
    MissingPart,
    News,
    OutlookFact,
    QuestionFact,
    ResponseClass,
    ThemeLevel,
)
from pulse_bot.domain.release.first_edition import ResponseBand, TrendFact
from pulse_bot.domain.release.results import Agreement, Level, LevelWord, ReleasedValue, Silence
from pulse_bot.domain.release.trend import Trend


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
    """A word of care: trust in the pulse itself is low, or something is missing from the digest."""
    COMMENT = "comment"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class HeadlineFact:
    """Which round a digest is of, for which workshop it was, if for any, and its news."""

    round_number: int
    workshop: str = ""
    workshop_on: date | None = None
    news: News | None = None
    """None for digests before this was told, and where it could not be found."""


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
    least: int | None = None
    """The fewest answers of its class; None where no number was said, or by the first edition."""
    before: tuple[ReleasedValue, ...] = ()
    """What was printed of it before, as the digest told it, oldest first and as it is asked now."""
    talk: str = ""
    """Its talking prompt; empty where it has none, and in earlier digests."""

    @classmethod
    def of_fact(cls, fact: QuestionFact) -> ReleasedQuestion:
        """A question of a digest, as its record keeps it."""
        return cls(
            item=fact.item,
            text=fact.text,
            theme=fact.dimension,
            says=fact.result,
            kind=fact.kind,
            reverse=fact.reverse,
            weekly=fact.weekly,
            bank=fact.bank,
            commitment=fact.commitment,
            least=fact.least,
            before=fact.before,
            talk=fact.talk,
        )


@dataclass(frozen=True, slots=True)
class ReleasedBlock:
    """What was released of a theme over a block of six rounds (B)."""

    theme: str
    number: int | None
    """The block's number in the theme's series, from 1; None where it was not kept."""
    says: ThemeLevel | Silence | None
    before: tuple[ThemeLevel, ...] = ()
    """The levels that were printed of the theme before, as the digest told them, oldest first."""

    @classmethod
    def of_fact(cls, fact: BlockFact) -> ReleasedBlock:
        """A level of a digest, as its record keeps it."""
        return cls(fact.dimension, fact.number, fact.result, fact.before)


@dataclass(frozen=True, slots=True)
class ReleasedTrend:
    """What was said of themes over time: of several together where no change is called."""

    themes: tuple[str, ...]
    trend: Trend
    is_new: bool = False
    """Another bank has taken over, and comparisons begin anew."""
    levels: tuple[tuple[ThemeLevel, ...], ...] = ()
    """Of each of the themes, those of its newest blocks, oldest first, where they were told."""


@dataclass(frozen=True, slots=True)
class ReleasedPool:
    """What was released of a workshop's questions together, in a group too small for each."""

    says: LevelWord


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
    """How many answered, as the first edition told it."""

    band: ResponseBand


@dataclass(frozen=True, slots=True)
class AnsweredFact:
    """How many answered, as a class: from so many, and to so many where that is said.

    Of so many rounds running the same was said, and `times` in the last `of` rounds; 0 in digests
    before this was told.
    """

    least: int
    most: int | None = None
    running: int = 0
    times: int = 0
    of: int = 0

    @classmethod
    def of_class(cls, answered: ResponseClass) -> AnsweredFact:
        """A response of a digest, as its record keeps it."""
        return cls(answered.least, answered.most, answered.running, answered.times, answered.of)


@dataclass(frozen=True, slots=True)
class NewcomersFact:
    """Several members were asked for the first time."""


@dataclass(frozen=True, slots=True)
class LowPulseFact:
    """Trust in the pulse itself is low."""


@dataclass(frozen=True, slots=True)
class MissingFact:
    """What could not be read or computed at the close; no part is named where all of it is."""

    parts: tuple[MissingPart, ...] = ()


@dataclass(frozen=True, slots=True)
class TalkFact:
    """The talking prompt, and the question that it belongs to.

    `about`, the theme of two camps, is of the first edition.
    """

    prompt: str
    about: str = ""
    item: str = ""


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
    | ReleasedTrend
    | CommitmentFact
    | CommitmentsFact
    | ReleasedQuestion
    | CommentFact
    | ReleasedBlock
    | ReleasedPool
    | ReleasedAgreement
    | AnsweredFact
    | ResponseFact
    | NewcomersFact
    | LowPulseFact
    | MissingFact
    | TalkFact
    | NextRoundFact
    | OutlookFact
    | SentenceFact
)
"""What a statement says, as numbers and words that were released: all that may ever be computed
from. A count, a sum or an exact share is in none of them."""


_STATEMENT_KINDS: Final[Mapping[type[ReleasedFact], StatementKind]] = {
    HeadlineFact: StatementKind.HEADLINE,
    TrendFact: StatementKind.TREND,
    ReleasedTrend: StatementKind.TREND,
    CommitmentFact: StatementKind.COMMITMENT,
    CommitmentsFact: StatementKind.COMMITMENT,
    ReleasedQuestion: StatementKind.QUESTION,
    CommentFact: StatementKind.COMMENT,
    ReleasedBlock: StatementKind.LEVEL,
    ReleasedPool: StatementKind.QUESTION,
    ReleasedAgreement: StatementKind.AGREEMENT,
    AnsweredFact: StatementKind.RESPONSE,
    ResponseFact: StatementKind.RESPONSE,
    NewcomersFact: StatementKind.RESPONSE,
    LowPulseFact: StatementKind.NOTE,
    MissingFact: StatementKind.NOTE,
    TalkFact: StatementKind.TALK,
    NextRoundFact: StatementKind.NEXT,
    OutlookFact: StatementKind.NEXT,
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
            case TrendFact(dimension=theme) | ReleasedTrend(themes=(theme,)):
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
