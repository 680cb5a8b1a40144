"""When a member is asked who wishes it: never before the opening, never too late to answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.calendar import (
    Calendar,
    Holiday,
    WeekTime,
    next_occurrence,
    parse_week_time,
)
from pulse_bot.domain.asking.preferences import (
    LEAST_TIME_LEFT,
    MOST_OFFERED,
    card_time,
    is_useful,
    offer_times,
)

OPENS = datetime(2026, 1, 7, 15, 30, tzinfo=UTC)
"""A Wednesday."""
CLOSES = datetime(2026, 1, 9, 16, tzinfo=UTC)
LONDON = Calendar(ZoneInfo("Europe/London"))

ZONES = st.sampled_from(
    ["Europe/London", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "Australia/Lord_Howe"]
)
WEEK_TIMES = st.builds(
    WeekTime, st.integers(0, 6), st.times().map(lambda at: at.replace(second=0, microsecond=0))
)
CALENDARS = st.builds(
    lambda name, quiet_from, quiet_until, days: Calendar(
        ZoneInfo(name), tuple(Holiday(day, day) for day in days), quiet_from, quiet_until
    ),
    ZONES,
    st.times(),
    st.times(),
    st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=3),
)
OPENINGS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)).map(  # noqa: DTZ001 - made so below
    lambda at: at.replace(tzinfo=UTC)
)
LENGTHS = st.timedeltas(timedelta(minutes=1), timedelta(days=7))


@given(WEEK_TIMES, OPENINGS, LENGTHS, CALENDARS)
def test_a_wish_costs_nobody_their_card(
    wish: WeekTime, opening: datetime, length: timedelta, calendar: Calendar
) -> None:
    closing = opening + length
    unwished = card_time(None, opening, closing, calendar)
    moment = card_time(wish, opening, closing, calendar)

    assert moment >= opening
    # As it was without a wish, or with time left to answer.
    assert moment == unwished or moment + LEAST_TIME_LEFT <= closing
    assert not calendar.is_quiet(moment) or moment == unwished
    if not is_useful(wish, opening, closing, calendar):
        assert moment == unwished


@given(WEEK_TIMES, OPENINGS, ZONES)
def test_a_week_holds_every_wish_where_nothing_is_quiet(
    wish: WeekTime, opening: datetime, name: str
) -> None:
    calendar = Calendar(ZoneInfo(name), (), time(0), time(0))
    moment = card_time(wish, opening, opening + timedelta(days=9), calendar)

    local = moment.astimezone(calendar.zone)
    if wish.weekday < 5:
        assert moment - opening <= timedelta(days=8)
        # An hour that a change of the clocks leaves out is told as much later.
        assert local.weekday() == wish.weekday
        assert moment == next_occurrence(wish, opening - timedelta(seconds=1), calendar.zone)
    else:
        assert local.weekday() == 0


@pytest.mark.parametrize(
    ("wish", "asked"),
    [
        ("Wed 15:30", OPENS),
        ("Thu 08:00", OPENS.replace(day=8, hour=8, minute=0)),
        ("Fri 15:00", OPENS.replace(day=9, hour=15, minute=0)),
        # Not an hour before the close, after it, or before the opening: at once.
        ("Fri 15:01", OPENS),
        ("Sat 10:00", OPENS),
        ("Wed 15:29", OPENS),
        # In quiet hours: the next morning.
        ("Wed 20:00", OPENS.replace(day=8, hour=7, minute=0)),
    ],
)
def test_a_round_from_wednesday_to_friday(wish: str, asked: datetime) -> None:
    assert card_time(parse_week_time(wish), OPENS, CLOSES, LONDON) == asked


def test_a_holiday_puts_a_wish_off_only_while_there_is_time() -> None:
    def off(day: int) -> Calendar:
        return Calendar(LONDON.zone, (Holiday(date(2026, 1, day), date(2026, 1, day)),))

    thursday, friday = parse_week_time("Thu 08:00"), parse_week_time("Fri 08:00")
    assert card_time(thursday, OPENS, CLOSES, off(8)) == CLOSES.replace(hour=7)
    assert card_time(friday, OPENS, CLOSES, off(9)) == OPENS


def test_what_is_offered_from_wednesday_to_friday() -> None:
    assert [str(one) for one in offer_times(OPENS, CLOSES, LONDON)] == [
        "Wednesday 16:00",
        "Wednesday 18:00",
        "Thursday 08:00",
        "Thursday 12:30",
        "Thursday 16:00",
        "Friday 08:00",
        "Friday 12:30",
    ]


@given(OPENINGS, LENGTHS, CALENDARS)
def test_whatever_is_offered_can_be_had(
    opening: datetime, length: timedelta, calendar: Calendar
) -> None:
    closing = opening + length
    wishes = offer_times(opening, closing, calendar)
    week = Calendar(calendar.zone, (), calendar.quiet_from, calendar.quiet_until)

    assert len(set(wishes)) == len(wishes) <= MOST_OFFERED
    moments = [card_time(wish, opening, closing, week) for wish in wishes]
    assert moments == sorted(moments)
    for wish, moment in zip(wishes, moments, strict=True):
        assert is_useful(wish, opening, closing, week)
        assert not week.is_quiet(moment)
        assert wish.weekday < 5
