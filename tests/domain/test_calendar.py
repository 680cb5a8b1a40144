"""Weekly moments in local time, over every time zone and every change of its clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pulse_bot.domain.asking.calendar import (
    Calendar,
    Holiday,
    WeekTime,
    format_moment,
    last_occurrence,
    next_occurrence,
    parse_week_time,
    parse_zone,
    to_utc,
)

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
LONDON = ZoneInfo("Europe/London")

zones = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
moments = st.integers(8 * 24 * 60, 35_750_000).map(
    lambda minutes: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
week_times = st.builds(WeekTime, st.integers(0, 6), times)


def jumps(where: ZoneInfo, year: int) -> Iterator[datetime]:
    """The moments of a year at which the clocks of a zone change."""
    day = datetime(year, 1, 1, tzinfo=UTC)
    while day.year == year:
        if _offset(day, where) != _offset(day + DAY, where):
            yield _first_other(day, day + DAY, where)
        day += DAY


def _offset(moment: datetime, where: ZoneInfo) -> timedelta:
    return moment.astimezone(where).utcoffset() or timedelta()


def _first_other(before: datetime, after: datetime, where: ZoneInfo) -> datetime:
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        middle = middle.replace(microsecond=0)
        same = _offset(middle, where) == _offset(before, where)
        before, after = (middle, after) if same else (before, middle)
    return after


@cache
def rules() -> dict[tuple[datetime, timedelta, timedelta], str]:
    """Every change of the clocks in 2026, and one of the zones that make it."""
    found = {}
    for name in sorted(available_timezones()):
        where = ZoneInfo(name)
        for jump in jumps(where, 2026):
            found[jump, _offset(jump - DAY, where), _offset(jump, where)] = name
    return found


def around(jump: datetime, where: ZoneInfo) -> Iterator[WeekTime]:
    """Weekly moments by the clock on the wall: before, inside and after a change of the clocks."""
    wall = (jump - timedelta(seconds=1)).astimezone(where).replace(tzinfo=None)
    for minutes in (-1440, -90, -60, -30, -1, 0, 1, 15, 29, 30, 45, 59, 60, 61, 1440):
        local = wall + timedelta(seconds=1, minutes=minutes)
        yield WeekTime(local.weekday(), local.time())


def openings(slot: WeekTime, after: datetime, where: ZoneInfo, count: int) -> list[datetime]:
    found = []
    for _ in range(count):
        after = next_occurrence(slot, after, where)
        found.append(after)
    return found


def test_every_zone_opens_once_a_week_at_every_change_of_its_clocks() -> None:
    assert len(rules()) > 20
    for (jump, before, after), name in rules().items():
        where = ZoneInfo(name)
        shift = abs(after - before)
        for slot in around(jump, where):
            found = openings(slot, jump - 2 * WEEK, where, 4)
            gaps = [later - earlier for earlier, later in pairwise(found)]
            assert all(abs(gap - WEEK) <= shift for gap in gaps), (name, slot, found)
            for opening in found:
                local = opening.astimezone(where)
                wall = datetime.combine(local.date(), local.time())
                meant = datetime.combine(local.date(), slot.at)
                # A moment that the clocks leave out comes as much later as they jump.
                assert wall - meant in (timedelta(), shift, shift - DAY), (name, slot, opening)
                assert last_occurrence(slot, opening, where) == opening
                assert last_occurrence(slot, opening + timedelta(days=6), where) == opening


@given(zones, moments, week_times)
def test_latest_and_following_enclose_a_moment(
    where: ZoneInfo, moment: datetime, slot: WeekTime
) -> None:
    last, coming = last_occurrence(slot, moment, where), next_occurrence(slot, moment, where)

    assert last <= moment < coming
    assert coming - last <= WEEK + DAY
    assert next_occurrence(slot, last, where) == coming
    assert last_occurrence(slot, coming, where) == coming
    assert last_occurrence(slot, coming - timedelta(seconds=1), where) == last


@pytest.mark.parametrize(
    ("name", "slot", "after", "comes"),
    [
        # 01:00 to 02:00 does not exist on 29 March: an hour later, which is 01:30 in UTC.
        ("Europe/London", "Sun 01:30", "2026-03-28T12:00", "2026-03-29T01:30"),
        ("Europe/London", "Sun 02:00", "2026-03-28T12:00", "2026-03-29T01:00"),
        # 01:00 to 02:00 comes twice on 25 October: the first.
        ("Europe/London", "Sun 01:30", "2026-10-24T12:00", "2026-10-25T00:30"),
        ("Europe/London", "Sun 01:30", "2026-10-25T00:30", "2026-11-01T01:30"),
        ("America/New_York", "Sun 02:30", "2026-03-07T12:00", "2026-03-08T07:30"),
        ("America/New_York", "Sun 01:30", "2026-10-31T12:00", "2026-11-01T05:30"),
        # Lord Howe's clocks move by half an hour.
        ("Australia/Lord_Howe", "Sun 02:15", "2026-10-03T00:00", "2026-10-03T15:45"),
        ("Australia/Lord_Howe", "Sun 01:45", "2026-04-04T00:00", "2026-04-04T14:45"),
        ("Asia/Kathmandu", "Wed 15:30", "2026-01-05T00:00", "2026-01-07T09:45"),
    ],
)
def test_known_changes_of_the_clocks(name: str, slot: str, after: str, comes: str) -> None:
    start = datetime.fromisoformat(after).replace(tzinfo=UTC)

    found = next_occurrence(parse_week_time(slot), start, ZoneInfo(name))

    assert found == datetime.fromisoformat(comes).replace(tzinfo=UTC)


def test_a_day_that_a_zone_left_out() -> None:
    """Samoa went from Thursday 29 to Saturday 31 December 2011."""
    apia = ZoneInfo("Pacific/Apia")
    friday = parse_week_time("Fri 10:00")
    saturday_morning = datetime(2011, 12, 31, 9, 0, tzinfo=apia)

    assert last_occurrence(friday, saturday_morning, apia) == datetime(
        2011, 12, 23, 10, tzinfo=apia
    )
    assert next_occurrence(friday, saturday_morning, apia) == datetime(
        2011, 12, 31, 10, tzinfo=apia
    )


calendars = st.builds(
    Calendar,
    zone=zones,
    holidays=st.lists(
        st.builds(
            lambda first, days: Holiday(first, first + timedelta(days=days)),
            st.dates(date(2025, 12, 1), date(2027, 2, 1)),
            st.integers(0, 60),
        ),
        max_size=4,
    ).map(tuple),
    quiet_from=times,
    quiet_until=times,
)
this_year = st.integers(0, 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(calendars, this_year)
def test_the_first_allowed_moment_is_never_quiet(calendar: Calendar, moment: datetime) -> None:
    found = calendar.first_allowed(moment)
    local = found.astimezone(calendar.zone)

    assert found >= moment
    assert not calendar.is_quiet(found)
    assert local.weekday() < 5
    assert not any(one.first <= local.date() <= one.last for one in calendar.holidays)
    assert found == moment or local.time() >= calendar.quiet_until


@given(zones, times, times, times)
def test_quiet_hours_may_cross_midnight_or_not(
    where: ZoneInfo, begins: time, ends: time, asked: time
) -> None:
    assume(begins != ends)
    calendar = Calendar(where, quiet_from=begins, quiet_until=ends)
    # A Wednesday in June: no zone's clocks change.
    moment = datetime(2026, 6, 10, asked.hour, asked.minute, tzinfo=where)
    clock, quiet = begins, False
    for minute in range(1440):
        total = begins.hour * 60 + begins.minute + minute
        clock = time(total // 60 % 24, total % 60)
        if clock == ends:
            break
        quiet = quiet or clock == asked

    assert calendar.is_quiet(moment) is quiet


def test_no_quiet_hours_at_all() -> None:
    calendar = Calendar(LONDON, quiet_from=time(0), quiet_until=time(0))

    assert not calendar.is_quiet(datetime(2026, 1, 7, 3, tzinfo=LONDON))
    assert calendar.is_quiet(datetime(2026, 1, 10, 12, tzinfo=LONDON))


def test_holidays_without_an_end_mean_never() -> None:
    calendar = Calendar(LONDON, (Holiday(date(2026, 1, 1), date(2099, 1, 1)),))
    moment = datetime(2026, 1, 7, 12, tzinfo=UTC)

    assert calendar.first_allowed(moment) > moment + timedelta(days=366)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Wed 15:30", WeekTime(2, time(15, 30))),
        (" wednesday  9:05 ", WeekTime(2, time(9, 5))),
        ("TH 00:00", WeekTime(3, time(0, 0))),
        ("su 23:59", WeekTime(6, time(23, 59))),
    ],
)
def test_a_day_and_a_time_are_read(text: str, means: WeekTime) -> None:
    assert parse_week_time(text) == means
    assert parse_week_time(str(means)) == means


@pytest.mark.parametrize(
    "text",
    [
        *("", "Wed", "15:30", "T 10:00", "Wed 24:00", "Wed 15:60", "Wed 15:30+02:00"),
        *("Wed 15:30:59", "Wed 15.30", "Wedd 15:30", "Wed 15:30 pm", "Mittwoch 15:30"),
        "Wed\x0015:30",
    ],
)
def test_what_is_no_day_and_time_is_said_so(text: str) -> None:
    with pytest.raises(ValueError, match='Write it like "Wed 15:30"'):
        parse_week_time(text)


@given(st.text(max_size=20))
def test_any_text_is_a_day_and_a_time_or_a_message(text: str) -> None:
    said = ""
    try:
        parse_week_time(text)
    except ValueError as error:
        said = str(error)

    assert said == "" or said.startswith(f'"{text}" is not a day and a time.')


@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "../etc/passwd", "Europe", "\x00", "é"])
def test_an_unknown_time_zone_is_said_so(name: str) -> None:
    with pytest.raises(ValueError, match=r"is not a time zone\. Use a name such as Europe/London"):
        parse_zone(name)


def test_a_moment_is_spoken_where_one_is() -> None:
    moment = to_utc(date(2026, 3, 13), time(16), LONDON)

    assert format_moment(moment, LONDON) == "Friday 13 March at 16:00"
    assert format_moment(moment, ZoneInfo("Asia/Kathmandu")) == "Friday 13 March at 21:45"
