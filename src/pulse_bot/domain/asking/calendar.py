"""Times as people mean them: a weekday and an hour in a time zone, holidays, quiet hours.

Everything else in pulse-bot computes in UTC; only this module turns local times into it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
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
_SATURDAY: Final = 5
_CLOCK_PATTERN: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})")


@dataclass(frozen=True, slots=True, order=True)
class WeekTime:
    """A moment that comes back every week: weekday 0 is Monday; the time is local."""

    weekday: int
    at: time

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days without questions or reminders, both ends included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a partnership, or one member of it, may be written to."""

    zone: ZoneInfo
    holidays: tuple[Holiday, ...] = ()
    quiet_from: time = field(default=time(19, 0))
    quiet_until: time = field(default=time(7, 0))
    """Quiet hours cross midnight where they end earlier than they begin; none where both agree."""

    def is_holiday(self, day: date) -> bool:
        """Whether a local day lies in a holiday."""
        return any(holiday.first <= day <= holiday.last for holiday in self.holidays)

    def is_quiet(self, moment: datetime) -> bool:
        """Whether nobody should be written to: quiet hours, weekends, holidays."""
        local = moment.astimezone(self.zone)
        weekend = local.weekday() >= _SATURDAY
        return self._in_quiet_hours(local.time()) or weekend or self.is_holiday(local.date())

    def _in_quiet_hours(self, local: time) -> bool:
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= local < self.quiet_until
        return local >= self.quiet_from or local < self.quiet_until

    def first_allowed(self, moment: datetime) -> datetime:
        """The first moment from `moment` on that is not quiet: itself, or a morning."""
        if not self.is_quiet(moment):
            return moment
        day = moment.astimezone(self.zone).date()
        mornings = (
            to_utc(day + timedelta(days=n), self.quiet_until, self.zone) for n in range(400)
        )
        allowed = (at for at in mornings if at >= moment and not self.is_quiet(at))
        # Holidays without an end in 400 days: whoever set them meant "never write".
        return next(allowed, moment + timedelta(days=400))


def parse_zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name. Raises ValueError with a message for people."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f'"{name}" is not a time zone. Use a name such as Europe/London or UTC.'
        raise ValueError(message) from None


def parse_week_time(text: str) -> WeekTime:
    """Read "Wed 15:30" or "Wednesday 15:30". Raises ValueError with a message for people."""
    day, _, clock = text.strip().partition(" ")
    matches = [n for n, name in enumerate(WEEKDAYS) if name.lower().startswith(day.lower())]
    try:
        if len(day) >= 2 and len(matches) == 1:
            return WeekTime(matches[0], parse_clock_time(clock.strip()))
    except ValueError:
        pass
    raise ValueError(f'"{text}" is not a day and a time. Write it like "Wed 15:30".')


def parse_clock_time(text: str) -> time:
    """Read "15:30" or "9:00". Raises ValueError with a message for people."""
    # Python's own reader takes zones, seconds and "15.30" too, which is no half past three to it.
    parsed = _CLOCK_PATTERN.fullmatch(text)
    try:
        if parsed is not None:
            return time(int(parsed[1]), int(parsed[2]))
    except ValueError:
        pass
    raise ValueError(f'"{text}" is not a time. Write it like 19:00.')


def to_utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A local time in UTC.

    A time that a change of the clocks leaves out becomes as much later as the clocks jump; one that
    comes twice means the first.
    """
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def last_occurrence(week_time: WeekTime, now: datetime, zone: ZoneInfo) -> datetime:
    """The last time at or before `now` that the weekly moment came."""
    # A day more than a week, because a zone may leave out an hour over midnight, or a whole day.
    today = now.astimezone(zone).date()
    days = (today - timedelta(days=back) for back in range(9))
    return next(at for at in _occurrences(days, week_time, zone) if at <= now)


def next_occurrence(week_time: WeekTime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first time after `after` that the weekly moment comes."""
    today = after.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(-1, 9))
    return next(at for at in _occurrences(days, week_time, zone) if at > after)


def _occurrences(days: Iterable[date], week_time: WeekTime, zone: ZoneInfo) -> Iterable[datetime]:
    return (to_utc(day, week_time.at, zone) for day in days if day.weekday() == week_time.weekday)


def format_moment(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as people say it there: "Friday 13 March at 16:00"."""
    return f"{format_local_day(moment, zone)} at {moment.astimezone(zone):%H:%M}"


def format_local_day(moment: datetime, zone: ZoneInfo) -> str:
    """The day of a moment there: "Friday 13 March".

    Written out by hand: `strftime` names days in the language of the machine it runs on, and a
    digest must be byte-identical wherever it is repeated.
    """
    return format_date(moment.astimezone(zone).date())


def format_date(day: date) -> str:
    """A day as people say it: "Friday 13 March"."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
