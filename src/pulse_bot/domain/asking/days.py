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
_FORMS: Final = tuple(
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
_AHEAD: Final = re.compile(r"in (?P<many>\d{1,2}) (?P<unit>day|week)s?")
_NAMED: Final = {"yesterday": -1, "today": 0, "tomorrow": 1, "a week today": 7, "in a week": 7}
_BEHIND: Final = timedelta(days=60)
"""A day without a year that is over by no more was meant to be this year's: a slip, to be told."""


def day_named(text: str, today: date) -> date | None:
    """The day that a text means; None where it means none. It may be over."""
    plain = " ".join(text.casefold().replace(",", ", ").split()).replace(" ,", ",").rstrip(".")
    plain = plain.removeprefix("on ")
    if plain in _NAMED:
        return today + timedelta(days=_NAMED[plain])
    ahead = _AHEAD.fullmatch(plain)
    if ahead:
        return today + int(ahead["many"]) * timedelta(days=7 if ahead["unit"] == "week" else 1)
    return _weekday(plain, today) or _in_full(plain, today)


def _weekday(plain: str, today: date) -> date | None:
    """The next day of this name that is not today, or of "next Thursday" the one a week later.

    Whoever says "next Thursday" on a Monday means one of two days; the later one leaves time.
    """
    name = plain.removeprefix("next ").removeprefix("this ").rstrip(".")
    found = [n for n, day in enumerate(WEEKDAYS) if day.casefold().startswith(name)]
    if len(name) < 2 or len(found) != 1:
        return None
    ahead = (found[0] - today.weekday() - 1) % 7 + 1
    later = 7 if plain.startswith("next ") and found[0] > today.weekday() else 0
    return today + timedelta(days=ahead + later)


def _in_full(plain: str, today: date) -> date | None:
    parts = next((read for form in _FORMS if (read := form.fullmatch(plain))), None)
    if parts is None:
        return None
    month = parts["month"]
    number = int(month) if month.isdecimal() else _MONTHS.index(month) + 1
    day = int(parts["day"])
    if not parts["year"]:
        return _nearest(number, day, today)
    year = int(parts["year"])
    return date(year, number, day) if _exists(year, number, day) else None


def _nearest(month: int, day: int, today: date) -> date | None:
    # The 29th of February is in one of any nine years.
    years = range(today.year, today.year + 10)
    found = (date(year, month, day) for year in years if _exists(year, month, day))
    return next((one for one in found if one >= today - _BEHIND), None)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
