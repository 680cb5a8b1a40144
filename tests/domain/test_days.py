"""Days as people type them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_bot.domain.asking.arrange_workshop import format_full_date
from pulse_bot.domain.asking.days import parse_day

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    "text",
    [
        "12 March",
        "12 march 2026",
        "12th of March",
        "March 12",
        "March 12, 2026",
        "Thu 12 Mar",
        "Thursday, 12 March 2026",
        "thursday the 12th of march",
        "12/3",
        "12/03/2026",
        "12.3.",
        "12.3.2026",
        "2026-03-12",
        " On  12 March. ",
        "in 10 days",
        "next Thursday",
    ],
)
def test_one_day_in_many_ways(text: str) -> None:
    assert parse_day(text, MONDAY) == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", MONDAY),
        ("tomorrow", date(2026, 3, 3)),
        ("Thu", date(2026, 3, 5)),
        ("monday", date(2026, 3, 9)),
        ("next monday", date(2026, 3, 9)),
        ("in 2 weeks", date(2026, 3, 16)),
        # Over by a week: a slip that is told, and not a day eleven months ahead.
        ("23 February", date(2026, 2, 23)),
        ("5 November", date(2026, 11, 5)),
        ("1 December", date(2026, 12, 1)),
        ("29 February", date(2028, 2, 29)),
        ("28 February 2025", date(2025, 2, 28)),
    ],
)
def test_what_is_left_out_is_the_next(text: str, day: date) -> None:
    assert parse_day(text, MONDAY) == day


@pytest.mark.parametrize(
    "text",
    ["", "t", "soon", "31 April", "40 March", "March", "12", "2026", "12/13", "0/3", "in weeks"],
)
def test_what_is_no_day(text: str) -> None:
    assert parse_day(text, MONDAY) is None


@given(st.text(max_size=30), st.dates())
def test_nothing_that_is_typed_breaks_it(text: str, today: date) -> None:
    found = parse_day(text, today) if today.year < 9000 else None
    assert found is None or isinstance(found, date)


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.integers(-300, 300))
def test_what_is_said_back_means_the_same_day(today: date, days: int) -> None:
    day = today + timedelta(days=days)
    assert parse_day(format_full_date(day), today) == day
