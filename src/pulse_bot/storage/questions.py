"""Questions that were asked: by their ids over the years, and by their letters in the last rounds.

A round that was lost asked nothing: nobody read what was answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulse_bot.domain.asking.programme import ROUNDS_BETWEEN
from pulse_bot.domain.asking.rounds import State
from pulse_bot.domain.asking.same_question import marks
from pulse_bot.storage.frozen import thaw
from pulse_bot.storage.models import RoundRow

_REMEMBERED: Final = 260
"""Rounds that the rotation looks back on, so that its work does not grow with the years."""


def asked(session: Session, partnership_id: int) -> list[list[str]]:
    """The item ids of the rounds that were not lost, oldest first."""
    return [
        [item["id"] for item in items] for items in _items(session, partnership_id, _REMEMBERED)
    ]


def lately(session: Session, partnership_id: int) -> list[list[str]]:
    """The ids and the letters of what the last rounds asked, oldest first.

    As many rounds as a question rests for; the round that is open is one of them.
    """
    newest = _items(session, partnership_id, ROUNDS_BETWEEN - 1)
    return [[mark for item in items for mark in marks(thaw(item))] for items in newest]


def _items(session: Session, partnership_id: int, most: int) -> Sequence[list[dict[str, Any]]]:
    kept = (
        select(RoundRow.items)
        .where(RoundRow.partnership_id == partnership_id, RoundRow.state != State.LOST)
        .order_by(RoundRow.number.desc())
        .limit(most)
    )
    return session.scalars(kept).all()[::-1]
