"""Everything that a partnership has published, as far as the attack reads it.

It comes from the digests and the public log of a database, or from texts of digests
(`digest_texts`). There is no answer in it, no member, and no count that was not said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.domain.release.first_edition import ResponseBand, TrendFact
from pulse_bot.domain.release.record import (
    CommentFact,
    Digest,
    ReleasedBlock,
    ReleasedPool,
    ReleasedQuestion,
    ResponseFact,
)
from pulse_bot.domain.release.results import Level, LevelWord, ReleasedValue, Silence

SERIES_KINDS = frozenset({ItemKind.AGREE, ItemKind.FREQUENCY})
"""Kinds of which a theme's block is made."""


@dataclass(frozen=True, slots=True)
class PublishedQuestion:
    """What was printed of one question of one round."""

    item: str
    """What makes it the same question in another round: its id, or its text."""
    kind: ItemKind
    says: ReleasedValue | Silence | None
    theme: str = ""
    least: int | None = None
    """The fewest answers of the class that its lot was drawn in; None in the first edition, and
    where nothing was printed."""
    text: str = ""
    """As it was asked."""
    in_series: bool = True
    """Whether it counts towards its theme's block; a workshop's own question does not."""


@dataclass(frozen=True, slots=True)
class PublishedBlock:
    """The level of a theme, and of which questions it was made."""

    theme: str
    says: Level | LevelWord
    made_of: tuple[tuple[int, str], ...]
    """(number of the round, item)."""


@dataclass(frozen=True, slots=True)
class PublishedRound:
    """What was published of one round, with what the log says of who was asked."""

    number: int
    roster: int
    joined: int
    """How many were asked who were not in the round before."""
    left: int
    policy_version: int
    questions: tuple[PublishedQuestion, ...]
    blocks: tuple[PublishedBlock, ...] = ()
    trends: tuple[TrendFact, ...] = ()
    """Read in the first edition alone: later ones make the word of what was printed."""
    band: ResponseBand | None = None
    """How many answered, as the first edition says it."""
    lengths: tuple[int, ...] = ()
    """How many entries each list of people's words has."""
    has_pool: bool = False
    """Whether a workshop's questions were said together, in a word."""


@dataclass(frozen=True, slots=True)
class AskedRound:
    """What the public log says of a round at its opening."""

    number: int
    roster: int
    joined: int
    left: int


@dataclass
class SeriesSoFar:
    """The questions of each theme's series so far, over which its blocks run."""

    asked: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def add(self, number: int, questions: Iterable[PublishedQuestion]) -> None:
        """Note what a round asked."""
        for question in questions:
            if question.in_series and question.theme and question.kind in SERIES_KINDS:
                self.asked.setdefault(question.theme, []).append((number, question.item))

    def last_block(self, theme: str) -> tuple[tuple[int, str], ...]:
        """The last rounds of a theme, as many as a block has."""
        return tuple(self.asked.get(theme, [])[-BLOCK_ROUNDS:])


def publish_digests(
    digests: Iterable[Digest], asked: Mapping[int, AskedRound], roster: int | None = None
) -> tuple[PublishedRound, ...]:
    """What stands in digests and in the log, the first round first.

    Where the log does not tell a round's roster, `roster` is taken, or that of the round before.
    Raises LookupError where neither is there.
    """
    series, rounds = SeriesSoFar(), []
    for digest in sorted(digests, key=lambda one: one.number):
        questions = tuple(_publish_questions(digest))
        series.add(digest.number, questions)
        rounds.append(
            PublishedRound(
                number=digest.number,
                roster=0,
                joined=0,
                left=0,
                policy_version=digest.policy_version,
                questions=questions,
                blocks=tuple(
                    PublishedBlock(fact.theme, fact.says, series.last_block(fact.theme))
                    for fact in digest.facts
                    if isinstance(fact, ReleasedBlock) and isinstance(fact.says, Level | LevelWord)
                ),
                trends=tuple(fact for fact in digest.facts if isinstance(fact, TrendFact)),
                band=_find_band(digest),
                lengths=tuple(_count_words(digest)),
                has_pool=any(isinstance(fact, ReleasedPool) for fact in digest.facts),
            )
        )
    return tell_rosters(rounds, asked, roster)


def tell_rosters(
    rounds: Sequence[PublishedRound], asked: Mapping[int, AskedRound], roster: int | None
) -> tuple[PublishedRound, ...]:
    """The rounds with the rosters of the log. Raises LookupError where there is none."""
    told: list[PublishedRound] = []
    before = roster
    for entry in rounds:
        here = asked.get(entry.number)
        if here is None and before is None:
            raise LookupError(entry.number)
        size = here.roster if here else before or 0
        # A round that was lost was asked too, and has no digest: its coming and going counts here.
        changed = size - told[-1].roster if told else 0
        joined = max(here.joined if here else 0, changed) if told else 0
        told.append(replace(entry, roster=size, joined=joined, left=joined - changed))
        before = size
    return tuple(told)


def _publish_questions(digest: Digest) -> Iterator[PublishedQuestion]:
    for fact in digest.facts:
        if isinstance(fact, ReleasedQuestion) and fact.kind is not None:
            yield PublishedQuestion(
                item=fact.item,
                kind=fact.kind,
                says=fact.says,
                theme=fact.theme,
                least=fact.least,
                text=fact.text,
                in_series=fact.weekly and fact.commitment is None,
            )


def _find_band(digest: Digest) -> ResponseBand | None:
    return next((fact.band for fact in digest.facts if isinstance(fact, ResponseFact)), None)


def _count_words(digest: Digest) -> Iterator[int]:
    """By list: comments together, and the answers to each question in words."""
    lists: dict[str, int] = {}
    for fact in digest.facts:
        if isinstance(fact, CommentFact):
            lists[fact.item] = lists.get(fact.item, 0) + 1
    yield from lists.values()
