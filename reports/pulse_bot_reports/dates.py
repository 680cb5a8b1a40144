"""Days and moments in English words, in the partnership's time zone.

Written out by hand: `strftime` names days in the locale of whatever machine it runs on, and a
digest must be byte-identical wherever it is repeated.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day_in_words(moment: datetime, time_zone: str) -> str:
    """Such as "Friday 13 March"."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}"


def moment_in_words(moment: datetime, time_zone: str) -> str:
    """Such as "Monday 16 March at 08:00"."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{day_in_words(moment, time_zone)} at {local.hour:02}:{local.minute:02}"
