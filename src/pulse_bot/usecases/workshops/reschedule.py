"""Another day for a workshop whose questions are out: which one is still possible."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.arrange_workshop import full
from pulse_bot.domain.asking.calendar import spoken, zone
from pulse_bot.domain.asking.rounds import State
from pulse_bot.errors import Refused
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.storage.workshop_tables import SeedingRow

LONGEST_AFTER: Final = timedelta(days=14)
"""After its questions have closed. Moved on and on, a pack would be held back for ever."""


def check(session: Session, partnership: PartnershipRow, row: SeedingRow, day: date) -> None:
    """Raises Refused, saying why."""
    # Locked until the transaction ends. The other runner is whoever opens the pack, or closes the
    # round: what is open to everybody stays as it is.
    asked = (
        session.get(RoundRow, row.round_id, with_for_update=True, populate_existing=True)
        if row.round_id
        else None
    )
    if asked is None or asked.state is State.LOST:
        return
    if asked.state is State.CLOSED and not asked.held:
        raise Refused(
            f"The pack for “{row.title}” is open to everybody, so its day stays as it is. For "
            "another workshop write “/pulse seed”."
        )
    where = zone(partnership.time_zone)
    closes = asked.closes_at.astimezone(where).date()
    if asked.state is not State.CLOSED and day <= closes:
        raise Refused(
            f"Its questions are open until {spoken(asked.closes_at, where)}, as everybody was "
            f"told, so there is no pack by {full(day)}. Choose a later day, or use the questions "
            "as discussion prompts in the room instead."
        )
    if day > closes + LONGEST_AFTER:
        raise Refused(_too_late(row, full(closes + LONGEST_AFTER)))


def _too_late(row: SeedingRow, last: str) -> str:
    if not row.together:
        return (
            f"A workshop is {LONGEST_AFTER.days} days after its questions have closed at most, so "
            f"this one is on {last} at the latest. Choose a day until then, or prepare a new one "
            "with “/pulse seed”."
        )
    return (
        f"What was answered may not be held back for more than {LONGEST_AFTER.days} days, so this "
        f"workshop is on {last} at the latest. Choose a day until then; to open the pack for "
        "everybody instead, choose the day that it is when the questions have closed."
    )
