"""Another day for a workshop whose questions are out: which one is still possible."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.arrange_workshop import format_full_date
from pulse_bot.domain.asking.calendar import format_moment, parse_zone
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.errors import Refused
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.storage.workshop_tables import SeedingRow

LONGEST_AFTER: Final = timedelta(days=14)
"""After its questions have closed. Moved on and on, a pack would be held back for ever."""


def check_new_day(
    session: Session, partnership: PartnershipRow, row: SeedingRow, day: date
) -> None:
    """Raises Refused, saying why."""
    # Locked until the transaction ends. The other runner is whoever opens the pack, or closes the
    # round: what is open to everybody stays as it is.
    round_row = (
        session.get(RoundRow, row.round_id, with_for_update=True, populate_existing=True)
        if row.round_id
        else None
    )
    if round_row is None or round_row.state is RoundStatus.LOST:
        return
    if round_row.state is RoundStatus.CLOSED and not round_row.held:
        raise Refused(
            f"The pack for “{row.title}” is open to everybody, so its day stays as it is. For "
            "another workshop write “/pulse seed”."
        )
    time_zone = parse_zone(partnership.time_zone)
    closing_day = round_row.closes_at.astimezone(time_zone).date()
    if round_row.state is not RoundStatus.CLOSED and day <= closing_day:
        raise Refused(
            f"Its questions are open until {format_moment(round_row.closes_at, time_zone)}, as "
            "everybody was "
            f"told, so there is no pack by {format_full_date(day)}. Choose a later day, or use the "
            "questions as discussion prompts in the room instead."
        )
    if day > closing_day + LONGEST_AFTER:
        raise Refused(_too_late(row, format_full_date(closing_day + LONGEST_AFTER)))


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
