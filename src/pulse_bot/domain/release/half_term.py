"""What a half-term's report says: a function of the digests up to its last one, and no more.

No tally comes in, so nothing can come out that was not printed. Its words are the renderer's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pulse_bot.domain.asking.items import ItemKind
from pulse_bot.domain.asking.same_question import text_identity
from pulse_bot.domain.asking.thresholds import BLOCK_ROUNDS
from pulse_bot.domain.release.digest import CommitmentFact, CommitmentNews, ThemeLevel
from pulse_bot.domain.release.earlier import YEAR
from pulse_bot.domain.release.record import (
    AnsweredFact,
    CommitmentsFact,
    Digest,
    ReleasedAgreement,
    ReleasedBlock,
    ReleasedQuestion,
    ReleasedTrend,
)
from pulse_bot.domain.release.results import Agreement, Level, LevelWord, Silence
from pulse_bot.domain.release.trend import Move

HALF_TERMS_SHOWN: Final = 6
"""Side by side: a school year has six."""
ROUNDS_REPORTED: Final = 132
"""The newest rounds, out of which a report is made: six half-terms, and as many again where themes
take turns."""
LEAST_RANKED: Final = 4
"""Questions with a number, before some are called the highest and the lowest of them."""
VALUES_RANKED: Final = 2
"""A question is ranked by the mean of so many of its newest numbers (statistics, Side by side)."""
_NEARLY_ENDED: Final = BLOCK_ROUNDS // 2 + 1
"""Rounds of a block, from which on a half-term waits for its end: themes may take turns."""
_ENDED: Final = (CommitmentNews.KEPT, CommitmentNews.DROPPED)
_KINDS: Final = (None, ItemKind.AGREE, ItemKind.FREQUENCY)
_WORDS: Final = tuple(LevelWord)


@dataclass(frozen=True, slots=True)
class HalfTerm:
    """The numbers of its first and its last round; the digest of the last one ends it."""

    first: int
    last: int

    def holds(self, number: int) -> bool:
        """Whether a round is one of its own."""
        return self.first <= number <= self.last


@dataclass(frozen=True, slots=True)
class ThemeReport:
    """A theme, half-term by half-term."""

    theme: str
    levels: tuple[ThemeLevel | Silence | None, ...]
    """One a half-term of the report, oldest first; None where no block of it ended."""
    call: Move | None = None
    """The change that stands, by the half-term's last digest that spoke of it."""
    agreement: Agreement | None = None
    """Where the record has it."""

    @property
    def newest(self) -> ThemeLevel | None:
        """The level of the report's own half-term, where one was printed."""
        says = self.levels[-1]
        return says if isinstance(says, Level | LevelWord) else None


@dataclass(frozen=True, slots=True)
class RankedQuestion:
    """A question of the half-term, as it was asked last, and its newest numbers, oldest first.

    Of a question that asks the other way round they are turned, as everywhere.
    """

    question: ReleasedQuestion
    values: tuple[Level, ...]

    @property
    def rank(self) -> Decimal:
        """The mean of its numbers as they were printed; an open end counts as its number."""
        return sum((value.value for value in self.values), Decimal(0)) / len(self.values)


@dataclass(frozen=True, slots=True)
class ResponseShare:
    """In so many rounds of the half-term so many answered; `most` is None in the last class."""

    least: int
    most: int | None
    rounds: int


@dataclass(frozen=True, slots=True)
class SuggestedTheme:
    """What the next workshop may be about, and its weakest question, where one has a number.

    `equals` are the other themes of the same level, in the order of the digest. It is the lowest,
    or all levels are the same and the theme has the weakest question.
    """

    theme: str
    equals: tuple[str, ...] = ()
    question: ReleasedQuestion | None = None
    is_lowest: bool = True


@dataclass(frozen=True, slots=True)
class HalfTermReport:
    """All that a report says of a half-term."""

    half_terms: tuple[HalfTerm, ...]
    """Those that stand side by side, oldest first; the last one is its own."""
    themes: tuple[ThemeReport, ...]
    """Those of its own half-term, in the order of the digest."""
    strongest: tuple[RankedQuestion, ...] = ()
    """All those with the highest rank."""
    weakest: tuple[RankedQuestion, ...] = ()
    commitments: tuple[CommitmentFact, ...] = ()
    """What was told of in the half-term, and what is open from before; the newest news of each."""
    kept: CommitmentsFact | None = None
    """How many were kept so far, as the half-term's digests told it last."""
    response: tuple[ResponseShare, ...] = ()
    """The largest class first."""
    workshops: tuple[str, ...] = ()
    """The titles of those that rounds of the half-term were for."""
    suggested: SuggestedTheme | None = None

    @property
    def own(self) -> HalfTerm:
        """The half-term that it is of."""
        return self.half_terms[-1]

    @property
    def is_news(self) -> bool:
        """Whether it says more than the levels, which the digest that ended it has."""
        return bool(self.weakest or self.commitments or self.response or self.suggested)


def list_half_terms(digests: Sequence[Digest]) -> tuple[HalfTerm, ...]:
    """The half-terms that have ended, oldest first, whatever order the digests come in.

    One ends in the round whose digest says the levels of its blocks. Where themes take turns, it
    ends with the last of them: it waits for a theme that is over half of its block, and for half of
    the themes that are asked. Where no level can be said in it, it goes on.
    """
    return tuple(_list_half_terms(sorted(digests, key=lambda digest: digest.number)))


def _list_half_terms(digests: Sequence[Digest]) -> Iterator[HalfTerm]:
    under_way: Counter[str] = Counter()
    last_asked: dict[str, int] = {}
    ended: dict[str, bool] = {}
    first = 0
    for place, digest in enumerate(digests):
        first = first or digest.number
        themes = {fact.theme for fact in list_followed(digest)}
        under_way.update(themes)
        last_asked |= dict.fromkeys(themes, place)
        blocks = [fact for fact in digest.facts if isinstance(fact, ReleasedBlock)]
        for block in blocks:
            under_way[block.theme] = 0
            has_level = isinstance(block.says, Level | LevelWord)
            ended[block.theme] = has_level or ended.get(block.theme, False)
        # A theme without a core is asked for ever and ends no block.
        asked = {
            theme
            for theme, at in last_asked.items()
            if place - at < BLOCK_ROUNDS and under_way[theme] < BLOCK_ROUNDS
        }
        waits = any(under_way[theme] >= _NEARLY_ENDED for theme in asked)
        if blocks and any(ended.values()) and not waits and 2 * len(ended) >= len(asked):
            yield HalfTerm(first, digest.number)
            ended, first = {}, 0


def list_followed(digest: Digest) -> list[ReleasedQuestion]:
    """The questions of a digest that the weekly pulse follows over time."""
    return [
        fact
        for fact in digest.facts
        if isinstance(fact, ReleasedQuestion)
        if fact.weekly and fact.theme and fact.commitment is None and fact.kind in _KINDS
    ]


def make_report(digests: Sequence[Digest], number: int | None = None) -> HalfTermReport | None:
    """The report of the half-term that ended in round `number`, of the newest one for None.

    None where no half-term ended there. Digests after it change nothing.
    """
    ends = [half_term.last for half_term in list_half_terms(digests)]
    end = number if number is not None else ends[-1] if ends else 0
    if end not in ends:
        return None
    read = sorted(digests, key=lambda digest: digest.number)
    read = [digest for digest in read if digest.number <= end][-ROUNDS_REPORTED:]
    half_terms = list_half_terms(read)[-HALF_TERMS_SHOWN:]
    own = [digest for digest in read if half_terms[-1].holds(digest.number)]
    themes = _report_themes(read, own, half_terms)
    ranked = sorted(_rank_questions(read, own), key=lambda entry: entry.rank)
    if len(ranked) < LEAST_RANKED or ranked[0].rank == ranked[-1].rank:
        ranked = []
    return HalfTermReport(
        half_terms,
        themes,
        strongest=_list_equals(ranked, ranked[-1:]),
        weakest=_list_equals(ranked, ranked[:1]),
        commitments=_list_commitments(read, own),
        kept=_find_last_kept(own),
        response=_share_response(own),
        workshops=tuple(digest.workshop for digest in own if digest.workshop),
        suggested=_suggest_theme(themes, ranked),
    )


def _list_equals(
    ranked: Sequence[RankedQuestion], extreme: Sequence[RankedQuestion]
) -> tuple[RankedQuestion, ...]:
    ranks = {entry.rank for entry in extreme}
    return tuple(entry for entry in ranked if entry.rank in ranks)


def _report_themes(
    read: Sequence[Digest], own: Sequence[Digest], half_terms: Sequence[HalfTerm]
) -> tuple[ThemeReport, ...]:
    # The order in which the half-term's last digest that spoke of them had them.
    order = dict.fromkeys(
        fact.theme
        for digest in reversed(own)
        for fact in digest.facts
        if isinstance(fact, ReleasedBlock)
    )
    levels = {
        (fact.theme, half_term): fact.says
        for digest in read
        for half_term in half_terms
        if half_term.holds(digest.number)
        for fact in digest.facts
        if isinstance(fact, ReleasedBlock)
    }
    return tuple(
        ThemeReport(
            theme,
            tuple(levels.get((theme, half_term)) for half_term in half_terms),
            _find_call(own, theme),
            _find_agreement(own, theme),
        )
        for theme in order
    )


def _find_call(own: Sequence[Digest], theme: str) -> Move | None:
    for digest in reversed(own):
        for fact in digest.facts:
            if isinstance(fact, ReleasedTrend) and theme in fact.themes:
                return fact.trend.now
    return None


def _find_agreement(own: Sequence[Digest], theme: str) -> Agreement | None:
    for digest in reversed(own):
        for fact in digest.facts:
            if isinstance(fact, ReleasedAgreement) and fact.theme == theme:
                return fact.minds
    return None


def _rank_questions(read: Sequence[Digest], own: Sequence[Digest]) -> Iterator[RankedQuestion]:
    """Each question that printed a number in the half-term, with its newest numbers."""
    known: dict[str, str] = {}
    values: dict[str, list[Level]] = {}
    newest: dict[str, ReleasedQuestion] = {}
    first = own[0].number
    for digest in read[-YEAR:]:
        for fact in list_followed(digest):
            name = name_question(fact, known)
            if isinstance(fact.says, Level):
                values.setdefault(name, []).append(fact.says)
                if digest.number >= first:
                    newest[name] = fact
    for name, fact in newest.items():
        yield RankedQuestion(fact, tuple(values[name][-VALUES_RANKED:]))


def name_question(fact: ReleasedQuestion, known: dict[str, str]) -> str:
    """What a question is known again by: its id or its letters, whichever was there before.

    What is `known` grows by both.
    """
    letters = text_identity(fact.text)
    name = known.get(fact.item) or known.get(letters) or fact.item
    known |= {fact.item: name, letters: name}
    return name


def _list_commitments(read: Sequence[Digest], own: Sequence[Digest]) -> tuple[CommitmentFact, ...]:
    first = own[0].number
    told: dict[int, tuple[int, CommitmentFact]] = {}
    for digest in read:
        for fact in digest.facts:
            if isinstance(fact, CommitmentFact):
                told[fact.number] = (digest.number, fact)
    return tuple(
        fact
        for _, (number, fact) in sorted(told.items())
        if number >= first or fact.news not in _ENDED
    )


def _find_last_kept(own: Sequence[Digest]) -> CommitmentsFact | None:
    for digest in reversed(own):
        for fact in digest.facts:
            if isinstance(fact, CommitmentsFact):
                return fact
    return None


def _share_response(own: Sequence[Digest]) -> tuple[ResponseShare, ...]:
    rounds = Counter(
        (fact.least, fact.most)
        for digest in own
        for fact in digest.facts
        if isinstance(fact, AnsweredFact)
    )
    shares = (ResponseShare(least, most, count) for (least, most), count in rounds.items())
    return tuple(sorted(shares, key=lambda share: -share.least))


def _suggest_theme(
    themes: Sequence[ThemeReport], ranked: Sequence[RankedQuestion]
) -> SuggestedTheme | None:
    """The theme with the lowest level; of equals, the one with the lowest question.

    None where fewer than two have a level, and where all have the same and no question stands out.
    """
    levels = {entry.theme: place_level(entry.newest) for entry in themes if entry.newest}
    if len(levels) < 2:
        return None
    lowest = min(levels.values())
    equals = [theme for theme, value in levels.items() if value == lowest]
    weakest = next((entry.question for entry in ranked if entry.question.theme in equals), None)
    is_lowest = len(equals) < len(levels)
    if weakest is None and not is_lowest:
        return None
    chosen = weakest.theme if weakest else equals[0]
    others = tuple(theme for theme in equals if theme != chosen)
    return SuggestedTheme(chosen, others, weakest, is_lowest)


def place_level(level: ThemeLevel) -> Decimal:
    """Where a level stands from 1 to 5, to be put into an order; a word by its place among five."""
    return level.value if isinstance(level, Level) else Decimal(1 + _WORDS.index(level))
