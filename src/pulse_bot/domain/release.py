"""The release policy: the one place that decides what a digest may say (anonymity, section 2).

Here live the two keys, the coarse levels of a week and of a half-term, the response band, and the
facts of a digest made of them; `trend_release` beside it has what may be said of a trend. Nothing
else reads tallies to show something. Words live with the renderers, keeping and sending elsewhere.
All arithmetic is exact, in whole numbers and fractions: a rounding error at the border of a cell
would be another promise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final

from pulse_bot.domain.digest import Band, BlockFact, DigestFacts, QuestionFact, TrendFact
from pulse_bot.domain.grid import cell
from pulse_bot.domain.items import Item, Kind
from pulse_bot.domain.release_kinds import FIVE, Draw, said
from pulse_bot.domain.says import Level, Said, Silence
from pulse_bot.domain.series import RULED, PastRound, Series, heard
from pulse_bot.domain.tallies import ANSWER, Tally
from pulse_bot.domain.thresholds import BLOCK_ROUNDS, Thresholds
from pulse_bot.domain.trend_release import trend_fact

BLOCK_STEPS: Final = ((40, Fraction(1, 10)), (28, Fraction(1, 5)))

COMMENT_ANSWERS: Final = 8
COMMENTS: Final = 5
"""How many must answer, and how many comments must have come, before one is read."""

SMALLEST_QUARTERS: Final = 8
"""The smallest roster of which no quarter holds a single count."""

SMALLEST_BAND: Final = 5
"""The smallest roster of which all but two are still most."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; `first` where its writer has written no other in that round."""

    words: str
    first: bool


@dataclass(frozen=True, slots=True)
class ClosedRound:
    """All that the policy needs to know of a round that closes: input of `facts`.

    `tallies` by item id, one for each of the frozen `items`; `answered` counts the members of the
    frozen roster with an answer that is no skip to at least one item; `newcomers` those of the
    roster who were never asked before; `series` those of the themes whose core was asked.
    """

    partnership: str
    number: int
    opened_at: datetime
    closed_at: datetime
    next_opens_at: datetime | None
    time_zone: str
    items: tuple[Item, ...]
    tallies: Mapping[str, Tally]
    roster_size: int
    answered: int
    newcomers: int
    thresholds: Thresholds
    series: tuple[Series, ...]
    themes: int = 0
    """How many the programme has, of which a round asks some."""
    organisations: int = 0
    """How many organisations those who answered belong to."""
    comments: tuple[Comment, ...] = ()
    """Those of this round and those that waited for it, shuffled."""


def facts(closed: ClosedRound, draw: Draw) -> DigestFacts:
    """All that may be said of a closed round. No count, sum or exact share comes out of here."""
    return DigestFacts(
        partnership=closed.partnership,
        round_number=closed.number,
        opened_at=closed.opened_at,
        closed_at=closed.closed_at,
        next_opens_at=closed.next_opens_at,
        time_zone=closed.time_zone,
        response=band(closed.answered, closed.roster_size),
        questions=tuple(_question_fact(item, closed, draw) for item in closed.items),
        blocks=tuple(_block_facts(closed)),
        trends=tuple(_trend_facts(closed)),
        talk=_talk(closed),
        # One newcomer is known to everybody; several are a reason to read a change with care.
        newcomers=closed.newcomers > 1,
        comments=tuple(one.words for one in closed.comments) if _comments_shown(closed) else (),
    )


def question(
    item: Item, tally: Tally, roster_size: int, thresholds: Thresholds, draw: Draw
) -> Said | Silence:
    """W: what may be said of one question of one week. The answers never decide whether."""
    if item.kind is Kind.WORDS:
        return Silence.WORDS
    if roster_size < thresholds.roster:
        return Silence.SMALL_GROUP
    if not heard(tally, thresholds):
        return Silence.TOO_FEW
    if tally.n < thresholds.week_answers:
        return Silence.ENOUGH
    return said(item, tally, draw) or Silence.ENOUGH


def block(rounds: Sequence[PastRound], thresholds: Thresholds) -> Level | Silence:
    """B: what may be said of a theme over six rounds. Needs no roster: its bar is in the answers.

    A round's two keys are the ones that were promised for it; `thresholds` are the closing round's.
    """
    if any(past.tally.kind not in RULED for past in rounds):
        raise ValueError("A block is of answers from 1 to 5 to the core of a theme.")
    counted = [past.tally for past in rounds if past.heard]
    if len(counted) < thresholds.block_least_rounds:
        return Silence.TOO_FEW
    answers = sum(tally.n for tally in counted)
    if answers < thresholds.block_answers:
        return Silence.ENOUGH
    total = sum(tally.moments[ANSWER].total for tally in counted)
    # Two who pool their answers know 2 of them in each of the m rounds: 4 points each, and 2 more.
    free = 8 * len(counted) + 2
    return say(answers, total, free, _step(BLOCK_STEPS, answers)) or Silence.ENOUGH


def say(n: int, total: int, d: int, step: Fraction) -> Level | None:
    """The printed cell of a mean of `n` answers from 1 to 5; None where there is but one cell."""
    found = cell(n, total, FIVE, step, d)
    return Level(found.about, found.edge) if found else None


def band(answered: int, roster_size: int) -> Band:
    """How many answered, so coarsely that nobody sees who did not (rule 5).

    The top band holds all, all but one and all but two at least. A count on a border belongs to the
    upper band.
    """
    if not 0 <= answered <= roster_size:
        raise ValueError("Those who answered are some of those who were asked.")
    if roster_size < SMALLEST_BAND:
        return Band.UNSAID
    if answered >= roster_size - 2 or 4 * answered >= 3 * roster_size:
        return Band.MOST
    if roster_size < SMALLEST_QUARTERS:
        return Band.NOT_MOST
    return (Band.UNDER_A_QUARTER, Band.TO_A_HALF, Band.TO_THREE_QUARTERS)[
        4 * answered // roster_size
    ]


def worth_keeping(tally: Tally, thresholds: Thresholds) -> Tally:
    """A tally as it may be kept: nothing of too few answers, which the key's holder could read."""
    if heard(tally, thresholds):
        return tally
    return Tally(tally.item, tally.kind, n=0, organisations=0)


def _comments_shown(closed: ClosedRound) -> bool:
    """From at least 8 who answered and 5 who commented; fewer wait, unread (rule 8).

    Writers count, once a round, and not their comments: one who writes five is no crowd. And the
    answers must come out of enough organisations, as for every number (rule 1).

    Under the roster's bar they wait too: of 8 members their coming would tell that all answered,
    of 9 that all or all but one did (rule 5).
    """
    return (
        closed.roster_size >= closed.thresholds.roster
        and closed.answered >= COMMENT_ANSWERS
        and closed.organisations >= closed.thresholds.organisations
        and sum(one.first for one in closed.comments) >= COMMENTS
    )


def _step(steps: Sequence[tuple[int, Fraction]], n: int) -> Fraction:
    return next(step for least, step in steps if n >= least)


def _question_fact(item: Item, closed: ClosedRound, draw: Draw) -> QuestionFact:
    says = question(item, closed.tallies[item.id], closed.roster_size, closed.thresholds, draw)
    return QuestionFact(
        item.id, item.text, item.dimension, item.talk, says, item.reverse, item.kind, item.bank
    )


def _block_facts(closed: ClosedRound) -> list[BlockFact]:
    size = closed.thresholds.block_rounds
    return [
        BlockFact(one.dimension, one.rounds // size, block(one.block, closed.thresholds))
        for one in closed.series
        if one.rounds % size == 0 and len(one.block) == size
    ]


def _trend_facts(closed: ClosedRound) -> list[TrendFact]:
    themes = max(closed.themes, len(closed.series))
    calls = (trend_fact(one, themes) for one in closed.series)
    return [fact for fact in calls if fact is not None]


def _talk(closed: ClosedRound) -> str:
    """One talking prompt, by turns: to pick it by the answers would say more than is printed.

    The turn moves on by one a round and by one more after each turn of the core, or a question of a
    core of six and its neighbours of the week would meet the same prompt for ever.
    """
    prompts = [item.talk for item in closed.items if item.talk]
    turn = closed.number + closed.number // BLOCK_ROUNDS
    return prompts[turn % len(prompts)] if prompts else ""
