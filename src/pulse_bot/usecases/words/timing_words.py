"""Asked when: how and when a workshop's questions are asked, in words, and what waits for them.

The rules behind it are in `asking.arrange_workshop`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from pulse_bot.domain.asking.calendar import format_local_day, format_moment
from pulse_bot.domain.asking.workshop import ArrangementKind


def describe_asking(
    arranged: ArrangementKind,
    opens_at: datetime,
    closes_at: datetime,
    time_zone: ZoneInfo,
    limit: int,
) -> str:
    """How a workshop's questions are asked, as a sentence."""
    comes, closes = format_moment(opens_at, time_zone), format_moment(closes_at, time_zone)
    match arranged:
        case ArrangementKind.MERGED:
            return (
                f"They go out together with the weekly questions on {comes}, in one round, and "
                f"close on {closes}."
            )
        case ArrangementKind.INSTEAD:
            return (
                f"They go out on {comes} and close on {closes}. The weekly questions of that day "
                f"wait a week: both would be more than {limit} questions, which is the most that "
                "anybody here is asked in a week."
            )
        case ArrangementKind.ALONE:
            return f"They go out on {comes} and close on {closes}."


def describe_waiting(openings: Iterable[datetime], time_zone: ZoneInfo) -> str:
    """Which weekly questions wait, as a clause; empty where none do."""
    days = " and of ".join(format_local_day(opening, time_zone) for opening in openings)
    return f"the weekly questions of {days} wait a week" if days else ""


def describe_pack_time(*, together: bool) -> str:
    """When a pack comes, as a sentence."""
    if together:
        return (
            "The pack is opened together: nobody reads any result before a facilitator or lead "
            "opens it in the room."
        )
    return "The pack comes when they have closed, to everybody at the same moment."
