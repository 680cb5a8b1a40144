"""Days as people type them: "12 March", "Thu", "next Friday", "12/3", "2026-03-12", "in 3 weeks".

Generous, because a day is always said back in full. Days come first, as in Britain. Whether a day
will do is for whoever asked for it to say.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from pulse_bot.domain.asking.calendar import WEEKDAYS

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_MONTH: Final = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_WEEKDAY: Final = r"(?:[a-z]{2,9}\.?,? )?(?:the )?"
_YEAR: Final = r"(?:,? (?P<year>\d{4}))?"
_DATE_PATTERNS: Final = tuple(
    map(
        re.compile,
        (
            rf"{_WEEKDAY}{_DAY}(?: of)? {_MONTH}{_YEAR}",
            rf"{_WEEKDAY}{_MONTH} {_DAY}{_YEAR}",
            rf"{_WEEKDAY}(?P<day>\d{{1,2}})[./](?P<month>\d{{1,2}})\.?(?:[./]?(?P<year>\d{{4}}))?",
            r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        ),
    )
)
_AHEAD_PATTERN: Final = re.compile(r"in (?P<many>\d{1,2}) (?P<unit>day|week)s?")
_NAMED_DAYS: Final = {"yesterday": -1, "today": 0, "tomorrow": 1, "a week today": 7, "in a week": 7}
_LATEST_SLIP: Final = timedelta(days=60)
"""A day without a year that is over by no more was meant to be this year's: a slip, to be told."""


def parse_day(text: str, today: date) -> date | None:
    """The day that a text means; None where it means none. It may be over."""
    plain = " ".join(text.casefold().replace(",", ", ").split()).replace(" ,", ",").rstrip(".")
    plain = plain.removeprefix("on ")
    if plain in _NAMED_DAYS:
        return today + timedelta(days=_NAMED_DAYS[plain])
    ahead = _AHEAD_PATTERN.fullmatch(plain)
    if ahead:
        return today + int(ahead["many"]) * timedelta(days=7 if ahead["unit"] == "week" else 1)
    return _parse_weekday(plain, today) or _parse_full_date(plain, today)


def _parse_weekday(plain: str, today: date) -> date | None:
    """The next day of this name that is not today, or of "next Thursday" the one a week later.

    Whoever says "next Thursday" on a Monday means one of two days; the later one leaves time.
    """
    name = plain.removeprefix("next ").removeprefix("this ").rstrip(".")
    matches = [n for n, day in enumerate(WEEKDAYS) if day.casefold().startswith(name)]
    if len(name) < 2 or len(matches) != 1:
        return None
    ahead = (matches[0] - today.weekday() - 1) % 7 + 1
    later = 7 if plain.startswith("next ") and matches[0] > today.weekday() else 0
    return today + timedelta(days=ahead + later)


def _parse_full_date(plain: str, today: date) -> date | None:
    parts = next(
        (parsed for pattern in _DATE_PATTERNS if (parsed := pattern.fullmatch(plain))), None
    )
    if parts is None:
        return None
    month = parts["month"]
    number = int(month) if month.isdecimal() else _MONTHS.index(month) + 1
    day = int(parts["day"])
    if not parts["year"]:
        return _nearest_date(number, day, today)
    year = int(parts["year"])
    return date(year, number, day) if _date_exists(year, number, day) else None


def _nearest_date(month: int, day: int, today: date) -> date | None:
    # The 29th of February is in one of any nine years.
    years = range(today.year, today.year + 10)
    candidates = (date(year, month, day) for year in years if _date_exists(year, month, day))
    return next((candidate for candidate in candidates if candidate >= today - _LATEST_SLIP), None)


def _date_exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
