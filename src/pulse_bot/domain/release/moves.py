"""How far a question moved since it was last asked, by what was printed then and now."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from pulse_bot.domain.release.results import End, Level, ReleasedValue, Silence

_NO_MOVE: Final = Decimal(0)


def find_move(says: ReleasedValue | Silence | None, before: Sequence[ReleasedValue]) -> Decimal:
    """Points from the last printed number to this one, signed; 0 where there are no two.

    And where both may be the same: "4.2 or higher" and "3.8 or higher" may be, and so may two that
    lie less than a step apart, since another roster, or another edition, has another grid.
    """
    last = before[-1] if before else None
    if not isinstance(says, Level) or not isinstance(last, Level):
        return _NO_MOVE
    move = says.value - last.value
    if abs(move) < (says.step or _NO_MOVE):
        return _NO_MOVE
    upper, lower = (says, last) if move > 0 else (last, says)
    may_be_same = upper.end is End.LOW or lower.end is End.HIGH
    return _NO_MOVE if may_be_same else move
