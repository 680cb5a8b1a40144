"""The release policy: the one place that decides what a digest may say.

`docs/release-policy.md` states what is carried out. Here live the two keys, the coarse levels of a
week and of a half-term, the response band, and the facts of a digest made of them. Beside it:
`release_kinds` for each kind of item, `release_words` for what people wrote, `trend_release` for
the trend, `release_talk` for what follows from all that was released. Nothing else reads tallies to
show something. How it is worded is the renderers'. All arithmetic is exact, in whole numbers and
fractions: a rounding error at the border of a cell would be another promise.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from pulse_bot.domain.asking.items import Item, Kind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.agreement import minds
from pulse_bot.domain.release.closed_round import ClosedRound
from pulse_bot.domain.release.comments import comments, words
from pulse_bot.domain.release.digest import Band, BlockFact, DigestFacts, QuestionFact, TrendFact
from pulse_bot.domain.release.grid import cell
from pulse_bot.domain.release.kinds import FIVE, Draw, level, said
from pulse_bot.domain.release.results import Level, Minds, Said, Silence
from pulse_bot.domain.release.series import RULED, PastRound, heard
from pulse_bot.domain.release.talking_prompt import low_pulse, prompt
from pulse_bot.domain.release.tallies import ANSWER, Tally
from pulse_bot.domain.release.trend_wording import trend_fact

BLOCK_STEPS: Final = ((40, Fraction(1, 10)), (28, Fraction(1, 5)))

SMALLEST_QUARTERS: Final = 8
"""The smallest roster of which no quarter holds a single count."""

SMALLEST_BAND: Final = 5
"""The smallest roster of which all but two are still most."""


def facts(closed: ClosedRound, draw: Draw) -> DigestFacts:
    """All that may be said of a closed round. No count, sum or exact share comes out of here."""
    questions = tuple(_question_fact(item, closed, draw) for item in closed.items)
    blocks = tuple(_block_facts(closed))
    talk = prompt(closed.number, questions, blocks)
    return DigestFacts(
        partnership=closed.partnership,
        round_number=closed.number,
        opened_at=closed.opened_at,
        closed_at=closed.closed_at,
        next_opens_at=closed.next_opens_at,
        time_zone=closed.time_zone,
        response=band(closed.answered, closed.roster_size),
        questions=questions,
        blocks=blocks,
        trends=tuple(_trend_facts(closed)),
        talk=talk.text,
        talk_about=talk.about,
        low_pulse=low_pulse(questions),
        # One newcomer is known to everybody; several are a reason to read a change with care.
        newcomers=closed.newcomers > 1,
        comments=comments(closed),
    )


def question(
    item: Item, tally: Tally, roster_size: int, thresholds: Thresholds, draw: Draw
) -> Said | Silence:
    """W: what may be said of one question of one week (release policy, One week)."""
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
    """B: what may be said of a theme over six rounds (release policy, A block).

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


def agreement(rounds: Sequence[PastRound], says: Level | Silence) -> Minds | None:
    """The word for agreement beside the level of a block, where the policy says one.

    Every round that was heard must have had a level of its own: what it leaves free is known.
    """
    counted = [past for past in rounds if past.heard]
    levels = [
        found
        for past in counted
        if not past.small
        and past.tally.n >= past.thresholds.week_answers
        and (found := level(past.tally.moments[ANSWER])) is not None
    ]
    if isinstance(says, Silence) or len(levels) < len(counted):
        return None
    return minds([past.tally for past in counted], levels, says)


def say(n: int, total: int, d: int, step: Fraction) -> Level | None:
    """The printed cell of a mean of `n` answers from 1 to 5; None where there is but one cell."""
    found = cell(n, total, FIVE, step, d)
    return Level(*found.printed) if found else None


def band(answered: int, roster_size: int) -> Band:
    """How many answered, so coarsely that nobody sees who did not.

    The top band holds all, all but one and all but two at least. A count on a border belongs to the
    upper band (release policy, How many answered).
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


def _step(steps: Sequence[tuple[int, Fraction]], n: int) -> Fraction:
    return next(step for least, step in steps if n >= least)


def _question_fact(item: Item, closed: ClosedRound, draw: Draw) -> QuestionFact:
    says = question(item, closed.tallies[item.id], closed.roster_size, closed.thresholds, draw)
    return QuestionFact(
        item=item.id,
        text=item.text,
        dimension=item.dimension,
        talk=item.talk,
        says=says,
        reverse=item.reverse,
        kind=item.kind,
        bank=item.bank,
        words=words(item, closed),
        commitment=item.commitment,
    )


def _block_facts(closed: ClosedRound) -> list[BlockFact]:
    size = closed.thresholds.block_rounds
    ended = [one for one in closed.series if one.rounds % size == 0 and len(one.block) == size]
    return [
        BlockFact(
            dimension=one.dimension,
            number=one.rounds // size,
            says=(says := block(one.block, closed.thresholds)),
            minds=agreement(one.block, says),
        )
        for one in ended
    ]


def _trend_facts(closed: ClosedRound) -> list[TrendFact]:
    themes = max(closed.themes, len(closed.series))
    calls = (trend_fact(one, themes) for one in closed.series)
    return [fact for fact in calls if fact is not None]
