"""How far a question or a theme moved, by what was printed then and now (statistics, Side by
side).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from pulse_bot.domain.release.digest import BlockFact, QuestionFact, ThemeLevel
from pulse_bot.domain.release.results import End, Level, LevelWord, ReleasedValue, Silence

APART: Final = Decimal("0.4")
"""Points by which two half-terms' levels differ before it is said."""
_WORDS: Final = tuple(LevelWord)
_NO_MOVE: Final = Decimal(0)


def find_furthest(questions: Sequence[QuestionFact]) -> QuestionFact | None:
    """The question that moved furthest since it was last asked, the first of equals; None where
    none did."""
    moves = {place: abs(find_move(q.result, q.before)) for place, q in enumerate(questions)}
    furthest = max(moves, key=moves.__getitem__, default=None)
    return None if furthest is None or not moves[furthest] else questions[furthest]


def find_move(says: ReleasedValue | Silence | None, before: Sequence[ReleasedValue]) -> Decimal:
    """Points from the last printed number to this one, signed; 0 where there are no two.

    And where both may be the same: "4.2 or higher" and "3.8 or higher" may be, and so may two that
    lie less than a step of either's grid apart: another roster, or another edition, has another.
    """
    last = before[-1] if before else None
    if not isinstance(says, Level) or not isinstance(last, Level):
        return _NO_MOVE
    move = says.value - last.value
    if abs(move) < max(says.step or _NO_MOVE, last.step or _NO_MOVE):
        return _NO_MOVE
    upper, lower = (says, last) if move > 0 else (last, says)
    may_be_same = upper.end is End.LOW or lower.end is End.HIGH
    return _NO_MOVE if may_be_same else move


def compare_levels(block: BlockFact) -> int:
    """1 where a level lies clearly above the one before it, -1 below, else 0."""
    if isinstance(block.result, Silence) or not block.before:
        return 0
    gap = _measure_gap(block.result, block.before[-1])
    return (gap >= APART) - (gap <= -APART)


def _measure_gap(level: ThemeLevel, before: ThemeLevel) -> Decimal:
    """In points; from word to word half a point, and 0 where a group has grown out of words."""
    if isinstance(level, Level) and isinstance(before, Level):
        return level.value - before.value
    if isinstance(level, LevelWord) and isinstance(before, LevelWord):
        return Decimal("0.5") * (_WORDS.index(level) - _WORDS.index(before))
    return Decimal(0)
