"""What earlier digests said that a digest builds on: all of it out of the printed record.

A question's earlier values, a theme's earlier levels, how often as many answered, and what need not
be said again. What is said of time is in `printed_record`; no tally comes in here either. A digest
that waits to be opened together gives nothing away through another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.same_question import item_marks, text_identity
from pulse_bot.domain.release.digest import BlockFact, ResponseClass, ThemeLevel, ThemeTrend
from pulse_bot.domain.release.kinds import carry_over
from pulse_bot.domain.release.moves import compare_levels
from pulse_bot.domain.release.printed_record import PrintedRound
from pulse_bot.domain.release.record import (
    AnsweredFact,
    ReleasedBlock,
    ReleasedFact,
    ReleasedQuestion,
    ReleasedTrend,
)
from pulse_bot.domain.release.results import (
    Lean,
    Level,
    LevelWord,
    OutOfTen,
    ReleasedValue,
    Silence,
)
from pulse_bot.domain.release.trend import Trend, Unclear

VALUES_BEFORE: Final = 3
"""How many earlier values of a question, and levels of a theme, a digest says."""
YEAR: Final = 52
"""Rounds."""
RUN_OF: Final = 6
"""Rounds out of which it is told how often as many answered."""
ROUNDS_RECALLED: Final = 8
"""The newest rounds whose derived statements are looked at: a prompt comes once in so many."""

_FactT = TypeVar("_FactT", bound=ReleasedFact)


def list_open(rounds: Sequence[PrintedRound]) -> list[PrintedRound]:
    """Those that everybody may read, oldest first."""
    return [entry for entry in rounds if not entry.is_held]


def list_values_before(item: Item, rounds: Sequence[PrintedRound]) -> tuple[ReleasedValue, ...]:
    """What was printed of a question before, oldest first, counted as it is asked now."""
    marks = item_marks(item)
    values: list[ReleasedValue] = []
    for entry in reversed(list_open(rounds)[-YEAR:]):
        for fact in entry.facts:
            if isinstance(fact, ReleasedQuestion) and _is_same(fact, marks):
                value = _count_as_now(fact, item)
                values.extend([value] if value else [])
        if len(values) >= VALUES_BEFORE:
            break
    return tuple(values[:VALUES_BEFORE][::-1])


def _is_same(fact: ReleasedQuestion, marks: frozenset[str]) -> bool:
    return fact.item in marks or text_identity(fact.text) in marks


def _count_as_now(fact: ReleasedQuestion, item: Item) -> ReleasedValue | None:
    """A number or a word that one line has room for; a choice or a journey is none."""
    if not isinstance(fact.says, Level | OutOfTen | Lean):
        return None
    return carry_over(fact.says, fact.kind, item, reverse=fact.reverse)


def list_levels_before(
    theme: str, rounds: Sequence[PrintedRound], bank: str = ""
) -> tuple[ThemeLevel, ...]:
    """The newest levels that were printed of a theme's series, oldest first.

    Of any bank where none is named; else without those of another one's questions, which are
    levels of something else.
    """
    levels = [
        fact.says
        for entry in list_open(rounds)
        if not bank or not _list_banks(theme, entry) - {"", bank}
        for fact in entry.facts
        if isinstance(fact, ReleasedBlock) and fact.theme == theme
        if isinstance(fact.says, Level | LevelWord)
    ]
    return tuple(levels[-VALUES_BEFORE:])


def _list_banks(theme: str, entry: PrintedRound) -> set[str]:
    """Of a round's weekly questions of a theme; digests of the first versions did not keep it."""
    return {
        fact.bank
        for fact in entry.facts
        if isinstance(fact, ReleasedQuestion) and fact.theme == theme and fact.weekly
    }


def add_run(answered: ResponseClass, rounds: Sequence[PrintedRound]) -> ResponseClass:
    """A class with how often, and for how many rounds running, the same was said."""
    said = list(_find_in_each(AnsweredFact, list_open(rounds)[1 - RUN_OF :]))
    # Another roster has other classes: "fewer than nine" is not "fewer than six".
    own = (answered.least, answered.most)
    same = [fact is not None and (fact.least, fact.most) == own for fact in said]
    newest = said[-1] if said else None
    last = newest if same and same[-1] else None
    return replace(
        answered,
        # Of digests that did not tell it, the one before is all that is known.
        running=1 + max(1, last.running) if last else 1,
        are_few=answered.most is not None and (newest is None or newest.most is None),
        times=1 + sum(same),
        of=1 + len(said),
    )


def _find_in_each(shape: type[_FactT], rounds: Sequence[PrintedRound]) -> Iterator[_FactT | None]:
    for entry in rounds:
        yield next((fact for fact in entry.facts if isinstance(fact, shape)), None)


def drop_known(
    trends: Sequence[ThemeTrend],
    rounds: Sequence[PrintedRound],
    blocks: Sequence[BlockFact],
    *,
    is_dated: bool,
) -> tuple[ThemeTrend, ...]:
    """The trends without those that say "no clear change" once more, as the last digests did.

    What is called is said in each digest. That nothing is goes without saying until something else
    is said of the themes, or a half-term has levels, and then of themes whose level lies near the
    last one; that there are too few numbers yet, where the day of the first comparison is told
    instead.
    """
    apart = {block.dimension for block in blocks if compare_levels(block)}
    is_half_term = any(not isinstance(block.result, Silence) for block in blocks)
    return tuple(
        entry
        for entry in trends
        if not _goes_without_saying(entry)
        or not (
            (is_dated and entry.trend.unclear is Unclear.LEARNING)
            or entry.dimension in apart
            or (not is_half_term and _was_said(entry, trends, rounds))
        )
    )


def _goes_without_saying(entry: ThemeTrend) -> bool:
    return bool(entry.trend.unclear and not entry.trend.withdrawn and not entry.is_new)


def _was_said(
    entry: ThemeTrend, trends: Sequence[ThemeTrend], rounds: Sequence[PrintedRound]
) -> bool:
    same = {other.dimension for other in trends if _plain(other.trend) == _plain(entry.trend)}
    for past in reversed(list_open(rounds)[-ROUNDS_RECALLED:]):
        for fact in past.facts:
            if isinstance(fact, ReleasedTrend) and entry.dimension in fact.themes:
                return _plain(fact.trend) == _plain(entry.trend) and set(fact.themes) == same
    return False


def _plain(trend: Trend) -> Trend:
    """Without how many numbers are needed, which is another in each week."""
    return replace(trend, numbers_needed=0)


def was_said_lately(fact: ReleasedFact, rounds: Sequence[PrintedRound]) -> bool:
    """Whether one of the newest digests said the very same."""
    return any(fact in entry.facts for entry in list_open(rounds)[-ROUNDS_RECALLED:])
