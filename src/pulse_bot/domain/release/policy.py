"""The release policy: the one place that decides what a digest may say.

`docs/release-policy.md` states what is carried out. Here live the two keys, the coarse levels of a
week and of a half-term, the response band, and the facts of a digest made of them. Beside it:
`kinds` for each kind of item, `comments` for what people wrote, `trend_wording` for the trend,
`talking_prompt` for what follows from all that was released. Nothing else reads tallies to show
something. How it is worded is the renderers'. All arithmetic is exact, in whole numbers and
fractions: a rounding error at the border of a cell would be another promise.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.agreement import judge_agreement
from pulse_bot.domain.release.closed_round import ClosedRound
from pulse_bot.domain.release.comments import select_comments, select_word_answers
from pulse_bot.domain.release.digest import (
    BlockFact,
    DigestFacts,
    QuestionFact,
    ResponseBand,
    TrendFact,
)
from pulse_bot.domain.release.grid import find_cell
from pulse_bot.domain.release.kinds import FIVE_POINT_SCALE, Draw, release_value, weekly_level
from pulse_bot.domain.release.results import Agreement, Level, ReleasedValue, Silence
from pulse_bot.domain.release.series import RULED_KINDS, PastRound, meets_thresholds
from pulse_bot.domain.release.talking_prompt import choose_prompt, has_low_pulse
from pulse_bot.domain.release.tallies import ANSWER_PART, Tally
from pulse_bot.domain.release.trend_wording import trend_fact

BLOCK_STEPS: Final = ((40, Fraction(1, 10)), (28, Fraction(1, 5)))

SMALLEST_QUARTERS: Final = 8
"""The smallest roster of which no quarter holds a single count."""

SMALLEST_BAND: Final = 5
"""The smallest roster of which all but two are still most."""


def release_facts(closed: ClosedRound, draw: Draw) -> DigestFacts:
    """All that may be said of a closed round. No count, sum or exact share comes out of here."""
    questions = tuple(_question_fact(item, closed, draw) for item in closed.items)
    blocks = tuple(_block_facts(closed))
    talk = choose_prompt(closed.number, questions, blocks)
    return DigestFacts(
        partnership=closed.partnership,
        round_number=closed.number,
        opened_at=closed.opened_at,
        closed_at=closed.closed_at,
        next_opens_at=closed.next_opens_at,
        time_zone=closed.time_zone,
        response=response_band(closed.answered, closed.roster_size),
        questions=questions,
        blocks=blocks,
        trends=tuple(_trend_facts(closed)),
        talk=talk.text,
        talk_about=talk.about,
        low_pulse=has_low_pulse(questions),
        # One newcomer is known to everybody; several are a reason to read a change with care.
        newcomers=closed.newcomers > 1,
        comments=select_comments(closed),
    )


def release_question(
    item: Item, tally: Tally, roster_size: int, thresholds: Thresholds, draw: Draw
) -> ReleasedValue | Silence:
    """W: what may be said of one question of one week (release policy, One week)."""
    if item.kind is ItemKind.WORDS:
        return Silence.WORDS
    if roster_size < thresholds.roster:
        return Silence.SMALL_GROUP
    if not meets_thresholds(tally, thresholds):
        return Silence.TOO_FEW
    if tally.n < thresholds.week_answers:
        return Silence.ENOUGH
    return release_value(item, tally, draw) or Silence.ENOUGH


def release_block(rounds: Sequence[PastRound], thresholds: Thresholds) -> Level | Silence:
    """B: what may be said of a theme over six rounds (release policy, A block).

    A round's two keys are the ones that were promised for it; `thresholds` are the closing round's.
    """
    if any(past.tally.kind not in RULED_KINDS for past in rounds):
        raise ValueError("A block is of answers from 1 to 5 to the core of a theme.")
    counted = [past.tally for past in rounds if past.meets_thresholds]
    if len(counted) < thresholds.block_least_rounds:
        return Silence.TOO_FEW
    answers = sum(tally.n for tally in counted)
    if answers < thresholds.block_answers:
        return Silence.ENOUGH
    total = sum(tally.moments[ANSWER_PART].total for tally in counted)
    # Two who pool their answers know 2 of them in each of the m rounds: 4 points each, and 2 more.
    free = 8 * len(counted) + 2
    return block_level(answers, total, free, _step_for(BLOCK_STEPS, answers)) or Silence.ENOUGH


def block_agreement(rounds: Sequence[PastRound], result: Level | Silence) -> Agreement | None:
    """The word for agreement beside the level of a block, where the policy says one.

    Every round that was heard must have had a level of its own: what it leaves free is known.
    """
    counted = [past for past in rounds if past.meets_thresholds]
    levels = [
        week_level
        for past in counted
        if not past.small_roster
        and past.tally.n >= past.thresholds.week_answers
        and (week_level := weekly_level(past.tally.moments[ANSWER_PART])) is not None
    ]
    if isinstance(result, Silence) or len(levels) < len(counted):
        return None
    return judge_agreement([past.tally for past in counted], levels, result)


def block_level(n: int, total: int, free_points: int, step: Fraction) -> Level | None:
    """The printed cell of a mean of `n` answers from 1 to 5; None where there is but one cell."""
    found = find_cell(n, total, FIVE_POINT_SCALE, step, free_points)
    return Level(*found.printed) if found else None


def response_band(answered: int, roster_size: int) -> ResponseBand:
    """How many answered, so coarsely that nobody sees who did not.

    The top band holds all, all but one and all but two at least. A count on a border belongs to the
    upper band (release policy, How many answered).
    """
    if not 0 <= answered <= roster_size:
        raise ValueError("Those who answered are some of those who were asked.")
    if roster_size < SMALLEST_BAND:
        return ResponseBand.UNSAID
    if answered >= roster_size - 2 or 4 * answered >= 3 * roster_size:
        return ResponseBand.MOST
    if roster_size < SMALLEST_QUARTERS:
        return ResponseBand.NOT_MOST
    return (ResponseBand.UNDER_A_QUARTER, ResponseBand.TO_A_HALF, ResponseBand.TO_THREE_QUARTERS)[
        4 * answered // roster_size
    ]


def keepable_tally(tally: Tally, thresholds: Thresholds) -> Tally:
    """A tally as it may be kept: nothing of too few answers, which the key's holder could read."""
    if meets_thresholds(tally, thresholds):
        return tally
    return Tally(tally.item, tally.kind, n=0, organisations=0)


def _step_for(steps: Sequence[tuple[int, Fraction]], n: int) -> Fraction:
    return next(step for least, step in steps if n >= least)


def _question_fact(item: Item, closed: ClosedRound, draw: Draw) -> QuestionFact:
    result = release_question(
        item, closed.tallies[item.id], closed.roster_size, closed.thresholds, draw
    )
    return QuestionFact(
        item=item.id,
        text=item.text,
        dimension=item.dimension,
        talk=item.talk,
        result=result,
        reverse=item.reverse,
        kind=item.kind,
        bank=item.bank,
        word_answers=select_word_answers(item, closed),
        commitment=item.commitment,
    )


def _block_facts(closed: ClosedRound) -> list[BlockFact]:
    size = closed.thresholds.block_rounds
    ended = [
        series
        for series in closed.series
        if series.rounds % size == 0 and len(series.current_block) == size
    ]
    return [
        BlockFact(
            dimension=series.dimension,
            number=series.rounds // size,
            result=(result := release_block(series.current_block, closed.thresholds)),
            agreement=block_agreement(series.current_block, result),
        )
        for series in ended
    ]


def _trend_facts(closed: ClosedRound) -> list[TrendFact]:
    themes = max(closed.themes, len(closed.series))
    calls = (trend_fact(series, themes) for series in closed.series)
    return [fact for fact in calls if fact is not None]
