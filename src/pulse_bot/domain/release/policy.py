"""The release policy: the one place that decides what a digest may say.

`docs/release-policy.md` states what is carried out. Here live the two keys, the silences, the level
of a block, the response class, and the facts of a digest made of them. Beside it: `lot` for which
answers count and how their mean is printed, `kinds` for each kind of item, `comments` for what
people wrote, `talking_prompt` for what follows from all that was released. Nothing else reads
tallies to show something. How it is worded is the renderers'.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from pulse_bot.domain.asking.items import Item, ItemKind
from pulse_bot.domain.asking.thresholds import Thresholds
from pulse_bot.domain.release.closed_round import ClosedRound
from pulse_bot.domain.release.digest import (
    BlockFact,
    DigestFacts,
    QuestionFact,
    ResponseClass,
    ThemeTrend,
)
from pulse_bot.domain.release.earlier import (
    add_run,
    drop_known,
    list_levels_before,
    list_values_before,
)
from pulse_bot.domain.release.kinds import release_value
from pulse_bot.domain.release.lot import (
    FIRST_COUNTED,
    SMALLEST_POOL_ROSTER,
    SMALLEST_ROSTER,
    find_classes,
    print_block,
)
from pulse_bot.domain.release.outlook import find_outlook
from pulse_bot.domain.release.printed_record import PrintedRound, find_trend
from pulse_bot.domain.release.record import ReleasedBlock, ReleasedQuestion
from pulse_bot.domain.release.results import Level, LevelWord, Printed, ReleasedValue, Silence
from pulse_bot.domain.release.series import RULED_KINDS, Series
from pulse_bot.domain.release.talking_prompt import choose_prompt, has_low_pulse
from pulse_bot.domain.release.tallies import ANSWER_PART, Lot, Tally

LEVEL_WORDS: Final = dict(zip(("2.0", "2.5", "3.0", "3.5", "4.0"), LevelWord, strict=True))
"""The five words, by the middle of the cell."""

LEAST_ASKED: Final = 5
"""Rounds of a block that must have been asked in a group too small for numbers of one week. Of four
a level would tell that each had five or six answers."""


def release_facts(closed: ClosedRound) -> DigestFacts:
    """All that may be said of a closed round. No count, sum or exact share comes out of here."""
    rounds = closed.printed or ()
    questions = tuple(_question_fact(item, closed) for item in closed.items)
    blocks = tuple(_block_facts(closed))
    trends = tuple(_theme_trends(closed, questions, blocks))
    talk = choose_prompt(closed.number, questions, rounds)
    answered = response_class(
        closed.answered, closed.roster_size, closed.organisations, closed.thresholds
    )
    return DigestFacts(
        partnership=closed.partnership,
        round_number=closed.number,
        opened_at=closed.opened_at,
        closed_at=closed.closed_at,
        next_opens_at=closed.next_opens_at,
        time_zone=closed.time_zone,
        response=add_run(answered, rounds) if answered else None,
        questions=questions,
        blocks=blocks,
        trends=drop_known(trends, rounds, blocks, is_dated=bool(closed.coming)),
        outlook=find_outlook(closed, blocks, trends),
        talk=talk.prompt if talk else "",
        talk_item=talk.item if talk else "",
        pooled=release_pool(closed),
        low_pulse=has_low_pulse(questions),
        # One newcomer is known to everybody; several are a reason to read a change with care.
        newcomers=closed.newcomers > 1,
        comments=closed.words.comments,
    )


def release_question(
    item: Item,
    tally: Tally,
    roster_size: int,
    thresholds: Thresholds,
    before: ReleasedValue | None = None,
) -> ReleasedValue | Silence:
    """W: what may be said of one question of one week (release policy, One week)."""
    if roster_size < thresholds.roster:
        return Silence.SMALL_GROUP
    if item.kind is ItemKind.WORDS:
        return Silence.WORDS
    return release_value(item, tally, before) or Silence.TOO_FEW


def release_block(
    series: Series, roster_size: int, thresholds: Thresholds
) -> Level | LevelWord | Silence:
    """B: what may be said of a theme over six rounds (release policy, A block)."""
    # By the lots as well: the group may have grown since they were drawn.
    is_small = any(lot.counted < FIRST_COUNTED for lot in series.lots)
    if (is_small or roster_size < thresholds.roster) and len(series.block) < LEAST_ASKED:
        return Silence.TOO_FEW
    if len(series.lots) < thresholds.block_least_rounds:
        return Silence.TOO_FEW
    printed = print_block([(lot.counted, lot.total) for lot in series.lots], roster_size)
    return _word_level(printed, roster_size, thresholds) or Silence.TOO_FEW


def release_pool(closed: ClosedRound) -> LevelWord | None:
    """The level of a workshop's questions together, in a group too small for one of each.

    From as many questions as a block has rounds at least, each from answers of its own.
    """
    lots = [
        lot
        for item in closed.items
        if item.id in closed.workshop_items and item.kind in RULED_KINDS
        if (lot := find_kept_lot(closed.tallies[item.id])) is not None
    ]
    if not SMALLEST_POOL_ROSTER <= closed.roster_size < closed.thresholds.roster:
        return None
    if len(lots) < closed.thresholds.block_least_rounds:
        return None
    printed = print_block([(lot.counted, lot.total) for lot in lots], closed.roster_size)
    level = _word_level(printed, closed.roster_size, closed.thresholds)
    return level if isinstance(level, LevelWord) else None


def find_kept_lot(tally: Tally) -> Lot | None:
    """What of a question counts towards a level; None where too few answered it."""
    part = tally.parts.get(ANSWER_PART)
    return part.lot if part and tally.kind in RULED_KINDS else None


def response_class(
    answered: int, roster_size: int, organisations: int, thresholds: Thresholds
) -> ResponseClass | None:
    """How many answered, so coarsely that no count is told from two others (release policy, How
    many answered). None in a group too small for it.

    Of answers out of too few organisations, the first class: another one, beside a silence, would
    tell whose members all kept silent, and so how many can have answered.
    """
    if not 0 <= answered <= roster_size:
        raise ValueError("Those who answered are some of those who were asked.")
    if roster_size < thresholds.roster:
        return None
    classes = find_classes(roster_size)
    leasts = [0, *(one.least for one in classes if one.least >= thresholds.answers)]
    if len(leasts) == 1:
        return None
    is_heard = organisations >= thresholds.organisations
    place = sum(least <= answered for least in leasts) - 1 if is_heard else 0
    return ResponseClass(leasts[place], leasts[place + 1] - 1 if place + 1 < len(leasts) else None)


def _word_level(
    printed: Printed | None, roster_size: int, thresholds: Thresholds
) -> Level | LevelWord | None:
    """A level as a number, or, in a group too small for those, as one of five words.

    None where a stricter bar makes a group too small whose grid has more cells than words.
    """
    if printed is None:
        return None
    if roster_size < thresholds.roster:
        return LEVEL_WORDS[printed.about] if roster_size < SMALLEST_ROSTER else None
    return Level(printed.value, printed.end, printed.step)


def _question_fact(item: Item, closed: ClosedRound) -> QuestionFact:
    tally = closed.tallies[item.id]
    before = closed.before.get(item.id)
    result = release_question(item, tally, closed.roster_size, closed.thresholds, before)
    classes = [part.answer_class for part in tally.parts.values() if part.answer_class]
    return QuestionFact(
        item=item.id,
        text=item.text,
        dimension=item.dimension,
        talk=item.talk,
        result=result,
        reverse=item.reverse,
        kind=item.kind,
        bank=item.bank,
        word_answers=closed.words.answers.get(item.id, ()),
        commitment=item.commitment,
        before=list_values_before(item, closed.printed or ()),
        least=(
            None
            if isinstance(result, Silence)
            else min((one.least for one in classes), default=None)
        ),
    )


def _block_facts(closed: ClosedRound) -> list[BlockFact]:
    return [
        BlockFact(
            dimension=series.dimension,
            number=series.block_number,
            result=release_block(series, closed.roster_size, closed.thresholds),
            before=list_levels_before(series.dimension, closed.printed or (), series.bank),
        )
        for series in closed.series
        if series.ends_block and _is_told(series, closed.thresholds)
    ]


def _is_told(series: Series, thresholds: Thresholds) -> bool:
    """Whether a block that ends is spoken of at all.

    One that the first edition began has no sums of its first rounds any more: that is no silence of
    the group's.
    """
    return len(series.block) >= thresholds.block_least_rounds


def _theme_trends(
    closed: ClosedRound, questions: Sequence[QuestionFact], blocks: Sequence[BlockFact]
) -> Iterator[ThemeTrend]:
    """What may be said of the round's themes over time: no tally is looked at for it."""
    if closed.printed is None:
        return
    newest = PrintedRound(
        closed.number,
        (
            *(
                ReleasedQuestion.of_fact(fact)
                for fact in questions
                if fact.item not in closed.workshop_items
            ),
            *map(ReleasedBlock.of_fact, blocks),
        ),
    )
    has_numbers = closed.roster_size >= closed.thresholds.roster
    for series in closed.series:
        found = find_trend(series.dimension, (*closed.printed, newest))
        # A group that is too small for numbers has none to wait for.
        if found and (has_numbers or found.trend.now or found.trend.withdrawn):
            # At a half-term they stand with its levels.
            levels = (
                () if blocks else list_levels_before(series.dimension, closed.printed, series.bank)
            )
            yield replace(found, levels=levels)
