"""The words of a digest that could not be made: the core's own, since the renderer may be why."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pulse_bot.domain.asking.calendar import format_local_day, parse_zone

NO_DIGEST: Final = (
    "Something went wrong on our side, and no digest could be made of this round. "
    "All its answers were destroyed, as promised, and nobody can read them any more."
)

CHANGED: Final = (
    "What was frozen when this round opened, such as a question or from how many answers something "
    "is shown, was changed in the database. So nothing can be said of this round. All its answers "
    "were destroyed unread."
)


def headline(number: int, partnership: str, closed_at: datetime, time_zone: str) -> str:
    """Which round it was, and when it closed."""
    day = format_local_day(closed_at, parse_zone(time_zone))
    return f"Round {number} of {partnership}, closed {day}."
