"""Questions that were asked: by their ids over the years, and by their letters in the last rounds.

A round that was lost asked nothing: nobody read what was answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from pulse_bot.domain.asking.programme import DAYS_BETWEEN, ROUNDS_BETWEEN
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


def load_recent_marks(session: Session, partnership_id: int, now: datetime) -> list[list[str]]:
    """The ids and the letters of what the last rounds asked, oldest first.

    All the rounds that a question rests for, by their number or their days; the round that is open
    is one of them. A question that cannot be read is left out: it must not keep the next round from
    opening.
    """
    asked = _select_asked(partnership_id)
    third = asked.with_only_columns(RoundRow.number).offset(ROUNDS_BETWEEN - 2).limit(1)
    query = asked.where(
        or_(
            RoundRow.number >= func.coalesce(third.scalar_subquery(), 0),
            RoundRow.opens_at > now - DAYS_BETWEEN,
        )
    )
    return [
        [mark for item in thaw_readable(items) for mark in item_marks(item)]
        for items in session.scalars(query).all()[::-1]
    ]


def _asked_items(session: Session, partnership_id: int, most: int) -> Sequence[list[Any]]:
    return session.scalars(_select_asked(partnership_id).limit(most)).all()[::-1]


def _select_asked(partnership_id: int) -> Select[list[Any]]:
    """What each round asked, the newest first."""
    return (
        select(RoundRow.items)
        .where(RoundRow.partnership_id == partnership_id, RoundRow.state != RoundStatus.LOST)
        .order_by(RoundRow.number.desc())
    )
