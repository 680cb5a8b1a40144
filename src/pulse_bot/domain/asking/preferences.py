"""When a member wishes to be asked: a moment of the week, in their own time zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final

from pulse_bot.domain.asking.calendar import Calendar, WeekTime, next_occurrence, to_utc

LEAST_TIME_LEFT: Final = timedelta(hours=1)
"""Left for answering, or a wish is of no use in that round."""
MOST_OFFERED: Final = 7
_OFFERED_HOURS: Final = (time(8), time(12, 30), time(16), time(18))
"""Before, between and after lessons; the first are offered on as many days as there are."""


def is_useful(
    preferred: WeekTime, opening: datetime, closing: datetime, calendar: Calendar
) -> bool:
    """Whether there is such a moment while a round is open, with time left to answer."""
    return _preferred_moment(preferred, opening, calendar) + LEAST_TIME_LEFT <= closing


def _preferred_moment(preferred: WeekTime, opening: datetime, calendar: Calendar) -> datetime:
    # The opening itself is early enough.
    return next_occurrence(preferred, opening - timedelta(microseconds=1), calendar.zone)


def card_time(
    preferred: WeekTime | None, opening: datetime, closing: datetime, calendar: Calendar
) -> datetime:
    """When a member's first card of a round goes out.

    At the first such moment from the opening on, put off over quiet hours, weekends and holidays;
    as if nothing were wished where that would leave less than an hour to answer.
    """
    if preferred is not None:
        moment = calendar.first_allowed(_preferred_moment(preferred, opening, calendar))
        if moment + LEAST_TIME_LEFT <= closing:
            return moment
    return calendar.first_allowed(opening)


def offer_times(opening: datetime, closing: datetime, calendar: Calendar) -> tuple[WeekTime, ...]:
    """Moments to choose from while a round is open, outside quiet hours and weekends, in order."""
    # A holiday of this week is none in another.
    week = replace(calendar, holidays=())
    first = opening.astimezone(week.zone).date()
    days = [first + timedelta(days=n) for n in range(8)]
    options = [
        (moment, WeekTime(day.weekday(), hour))
        for hour in _OFFERED_HOURS
        for day in days
        if opening <= (moment := to_utc(day, hour, week.zone)) <= closing - LEAST_TIME_LEFT
        and not week.is_quiet(moment)
    ]
    return tuple(preferred for _, preferred in sorted(options[:MOST_OFFERED]))
