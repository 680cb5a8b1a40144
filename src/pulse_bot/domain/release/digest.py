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
from pulse_bot.domain.release.results import Level, LevelWord, ReleasedValue, Silence
from pulse_bot.domain.release.trend import Trend

ThemeLevel = Level | LevelWord
"""A theme's level over a block, where one was printed."""


@dataclass(frozen=True, slots=True)
class ResponseClass:
    """How many answered: at least so many, and at most, where that is said."""

    least: int
    """0 where they were too few for a number, or out of too few organisations."""
    most: int | None = None
    """None in the last class, which may be everybody."""
    running: int = 1
    """Rounds running, this one among them, of which the same was said."""
    times: int = 1
    """Of the last `of` rounds, this one among them, of which the same was said."""
    of: int = 1
    are_few: bool = False
    """Not the last class, after a digest that said the last one, or after none: what silence may
    mean is said, and not in each digest that follows."""


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
    least: int | None = None
    """The fewest answers of the class in which its lot was drawn; None where no number is said."""
    before: tuple[ReleasedValue, ...] = ()
    """What earlier digests printed of the same question, oldest first: three at most."""


@dataclass(frozen=True, slots=True)
class BlockFact:
    """A theme's level over a half-term block of six rounds, when one has just ended."""

    dimension: str
    number: int
    """The block's number in the theme's series, from 1."""
    result: ThemeLevel | Silence
    before: tuple[ThemeLevel, ...] = ()
    """The levels that earlier digests printed of the theme, oldest first: three at most."""


@dataclass(frozen=True, slots=True)
class ThemeTrend:
    """What the printed record says of a theme over time."""

    dimension: str
    trend: Trend
    is_new: bool = False
    """Another bank has taken over with this round, and comparisons begin anew."""
    levels: tuple[ThemeLevel, ...] = ()
    """Those of its newest blocks, oldest first, where the digest says them beside the trend."""


class OutlookKind(StrEnum):
    """What is known once a day has come."""

    FIRST_LEVEL = "first level"
    NEXT_LEVEL = "next level"
    COMPARISON = "comparison"
    """Enough numbers to say what moves; at the earliest, since a week may print none."""


@dataclass(frozen=True, slots=True)
class OutlookFact:
    """When the group shall know something of these themes: a day of the partnership's calendar."""

    kind: OutlookKind
    themes: tuple[str, ...]
    on: date


class NewsKind(StrEnum):
    """What a digest begins with, the most telling first."""

    CALL = "call"
    """A change of a theme, called in this digest."""
    WITHDRAWAL = "withdrawal"
    HALF_TERM = "half-term"
    """Blocks have ended, and at least one has a level."""
    KEPT = "kept"
    DUE = "due"
    NOT_YET_KEPT = "not yet kept"
    LOWEST = "lowest"
    """A question printed a lower number than any did in the year before."""
    MOVED = "moved"
    """A question printed another number than the last time, and no other one moved further."""
    NO_MOVE = "no move"
    """Questions that were asked before print what they printed then."""
    FIRST_TIME = "first time"
    """None of the questions was asked before."""
    QUESTIONS = "questions"
    """Some were, and no number was printed of them then."""
    TOO_FEW = "too few"
    """No question of the round has enough answers for a number."""
    TO_TALK = "to talk"
    """The group reads no numbers of one round, and talks about its questions."""


@dataclass(frozen=True, slots=True)
class News:
    """The one thing that a digest begins with, of what it says anyway."""

    kind: NewsKind
    up: tuple[str, ...] = ()
    """The themes that moved up: called, or half-term beside half-term."""
    down: tuple[str, ...] = ()
    item: str = ""
    """The question, where it is about one."""
    commitment: int | None = None
    is_year: bool = False
    """There was a whole year to compare with."""


class CommitmentNews(StrEnum):
    """What a digest tells of a commitment."""

    MADE = "made"
    KEPT = "kept"
    ON_ITS_WAY = "on its way"
    """The group was asked, and it is not done yet."""
    UNHEARD = "unheard"
    """The group was asked, and nothing may be said of the answers."""
    DROPPED = "dropped"
    DUE = "due"
    """Its day has come, or comes before the next round, which asks about it for the first time."""


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
    """The six rounds of one or more themes."""
    EARLIER = "earlier"
    """An earlier round, which what is said of six leaves out."""
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
    response: ResponseClass | None
    """None in a group so small that a class would tell who answered."""
    questions: tuple[QuestionFact, ...]
    blocks: tuple[BlockFact, ...]
    talk: str
    """The talking prompt; empty for none."""
    news: News | None = None
    """None where it could not be found."""
    trends: tuple[ThemeTrend, ...] = ()
    """Of the themes of this round that may be spoken of over time, without what was said before."""
    outlook: tuple[OutlookFact, ...] = ()
    """When the group shall know more, where that is known and was not said before."""
    talk_item: str = ""
    """The question that the talking prompt belongs to."""
    pooled: LevelWord | None = None
    """The level of a workshop's questions together, in a group too small for one of each."""
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
