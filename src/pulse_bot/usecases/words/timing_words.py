"""Asked when: how and when a workshop's questions are asked, in words, and what waits for them.

The rules behind it are in `domain.arranging`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from pulse_bot.domain.asking.calendar import spoken, spoken_day
from pulse_bot.domain.asking.workshop import Arranged


def how_asked(
    arranged: Arranged, opens_at: datetime, closes_at: datetime, where: ZoneInfo, limit: int
) -> str:
    """How a workshop's questions are asked, as a sentence."""
    comes, closes = spoken(opens_at, where), spoken(closes_at, where)
    match arranged:
        case Arranged.MERGED:
            return (
                f"They go out together with the weekly questions on {comes}, in one round, and "
                f"close on {closes}."
            )
        case Arranged.INSTEAD:
            return (
                f"They go out on {comes} and close on {closes}. The weekly questions of that day "
                f"wait a week: both would be more than {limit} questions, which is the most that "
                "anybody here is asked in a week."
            )
        case Arranged.ALONE:
            return f"They go out on {comes} and close on {closes}."


def waits(openings: Iterable[datetime], where: ZoneInfo) -> str:
    """Which weekly questions wait, as a clause; empty where none do."""
    days = " and of ".join(spoken_day(opening, where) for opening in openings)
    return f"the weekly questions of {days} wait a week" if days else ""


def pack_comes(*, together: bool) -> str:
    """When a pack comes, as a sentence."""
    if together:
        return (
            "The pack is opened together: nobody reads any result before a facilitator or lead "
            "opens it in the room."
        )
    return "The pack comes when they have closed, to everybody at the same moment."
