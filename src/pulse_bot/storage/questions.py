"""Questions that were asked: by their ids over the years, and by their letters in the last rounds.

A round that was lost asked nothing: nobody read what was answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulse_bot.domain.asking.programme import ROUNDS_BETWEEN
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.asking.same_question import item_marks
from pulse_bot.storage.frozen import thaw_readable
from pulse_bot.storage.models import RoundRow

_ROUNDS_REMEMBERED: Final = 260
"""Rounds that the rotation looks back on, so that its work does not grow with the years."""


def asked_item_ids(session: Session, partnership_id: int) -> list[list[str]]:
    """The item ids of the rounds that were not lost, oldest first."""
    return [
        [str(item["id"]) for item in items if isinstance(item, dict) and "id" in item]
        for items in _asked_items(session, partnership_id, _ROUNDS_REMEMBERED)
    ]


def recent_marks(session: Session, partnership_id: int) -> list[list[str]]:
    """The ids and the letters of what the last rounds asked, oldest first.

    As many rounds as a question rests for; the round that is open is one of them. A question that
    cannot be read is left out: it must not keep the next round from opening.
    """
    newest = _asked_items(session, partnership_id, ROUNDS_BETWEEN - 1)
    return [
        [mark for item in thaw_readable(items) for mark in item_marks(item)] for items in newest
    ]


def _asked_items(session: Session, partnership_id: int, most: int) -> Sequence[list[Any]]:
    query = (
        select(RoundRow.items)
        .where(RoundRow.partnership_id == partnership_id, RoundRow.state != RoundStatus.LOST)
        .order_by(RoundRow.number.desc())
        .limit(most)
    )
    return session.scalars(query).all()[::-1]
