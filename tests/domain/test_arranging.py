"""Arranging: with the weekly opening, instead of it, alone, late or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from pulse_bot.domain.asking.arrange_workshop import (
    Arrangement,
    ArrangementError,
    AskedBatch,
    PlannedSeeding,
    Situation,
    arrange_seeding,
    waiting_openings,
    weekly_room,
)
from pulse_bot.domain.asking.calendar import (
    Calendar,
    Holiday,
    WeekTime,
    parse_week_time,
    parse_zone,
)
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.domain.asking.workshop import ArrangementKind

LONDON = parse_zone("Europe/London")
CALENDAR = Calendar(LONDON)
PLAN = Programme(
    ("trust", "honesty", "care"), parse_week_time("Wed 15:30"), parse_week_time("Fri 16:00")
)
LONG_AGO = datetime(2025, 9, 1, tzinfo=UTC)
HERE = Situation(CALENDAR, 6, PLAN, LONG_AGO)
NOW = datetime(2026, 1, 12, 9, tzinfo=UTC)
"""A Monday."""
TUESDAY = date(2026, 1, 27)
"""The Wednesday before it is six days before."""
WITH_WEEKLY = datetime(2026, 1, 21, 15, 30, tzinfo=UTC)
EVENING_BEFORE = datetime(2026, 1, 26, 18, tzinfo=UTC)


def local(at: datetime) -> datetime:
    return at.astimezone(LONDON)


@pytest.mark.parametrize(
    ("questions", "how"), [(3, ArrangementKind.MERGED), (4, ArrangementKind.INSTEAD)]
)
def test_with_the_weekly_opening_as_long_as_both_are_within_the_limit(
    questions: int, how: ArrangementKind
) -> None:
    found = arrange_seeding(questions, TUESDAY, HERE, NOW)

    assert found == Arrangement(how, WITH_WEEKLY, EVENING_BEFORE)


@pytest.mark.parametrize("days", range(7))
def test_every_day_of_a_week_has_one_weekly_opening_nine_to_three_days_before(days: int) -> None:
    found = arrange_seeding(2, TUESDAY + timedelta(days=days), HERE, NOW)

    assert found.kind is ArrangementKind.MERGED
    assert 3 <= (TUESDAY + timedelta(days=days) - found.opens_at.date()).days <= 9


def test_alone_a_week_before_at_the_programmes_hour_or_half_past_three() -> None:
    none = replace(HERE, programme=None, since=None)
    at = datetime(2026, 1, 20, 15, 30, tzinfo=UTC)

    assert arrange_seeding(6, TUESDAY, none, NOW) == Arrangement(
        ArrangementKind.ALONE, at, EVENING_BEFORE
    )


def test_alone_on_the_next_working_day_after_a_weekend_or_a_holiday() -> None:
    none = replace(HERE, programme=None, since=None)
    # A week before Sunday 25 January is a Sunday.
    monday = arrange_seeding(2, date(2026, 1, 25), none, NOW)
    assert local(monday.opens_at).isoformat() == "2026-01-19T15:30:00+00:00"
    assert not monday.late

    ill = replace(none, calendar=Calendar(LONDON, (Holiday(date(2026, 1, 19), date(2026, 1, 20)),)))
    assert arrange_seeding(2, date(2026, 1, 25), ill, NOW).opens_at.date() == date(2026, 1, 21)


def test_a_weekly_opening_in_a_holiday_takes_nothing_along() -> None:
    off = Calendar(LONDON, (Holiday(date(2026, 1, 21), date(2026, 1, 21)),))
    found = arrange_seeding(3, TUESDAY, replace(HERE, calendar=off), NOW)

    assert (found.kind, found.opens_at.date()) == (ArrangementKind.ALONE, date(2026, 1, 20))


def test_late_as_soon_as_can_be() -> None:
    """On the Thursday before, the weekly three of Wednesday leave room for three."""
    now = datetime(2026, 1, 22, 20, tzinfo=UTC)
    asked = replace(
        HERE,
        asked_before=(AskedBatch(WITH_WEEKLY, 3),),
        open_until=datetime(2026, 1, 23, 16, tzinfo=UTC),
    )
    found = arrange_seeding(3, TUESDAY, asked, now)

    assert found == Arrangement(
        ArrangementKind.ALONE, datetime(2026, 1, 23, 16, tzinfo=UTC), EVENING_BEFORE, late=True
    )


@pytest.mark.parametrize(
    ("questions", "workshop_on", "now", "said"),
    [
        (3, date(2026, 1, 11), NOW, "Sunday 11 January 2026 is over."),
        (3, date(2026, 1, 12), NOW, "is today, and questions close the evening before"),
        (3, date(2026, 1, 13), NOW, "is tomorrow, and questions close the evening before"),
        (3, date(2027, 2, 1), NOW, "more than a year ahead"),
        (7, TUESDAY, NOW, "These are 7 questions, and nobody here is asked more than 6 a week."),
        (0, TUESDAY, NOW, "There is no question to ask yet."),
        (3, TUESDAY, datetime(2026, 1, 25, 18, 1, tzinfo=UTC), "less than a day to answer"),
        # A Sunday and a Monday before 18:00 leave no hour that is not quiet.
        (3, TUESDAY, datetime(2026, 1, 24, 8, tzinfo=UTC), "that leaves less than a day to answer"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    questions: int, workshop_on: date, now: datetime, said: str
) -> None:
    with pytest.raises(ArrangementError, match=said):
        arrange_seeding(questions, workshop_on, HERE, now)


def test_the_limit_is_told_with_the_room_that_there_is() -> None:
    now = datetime(2026, 1, 22, 9, tzinfo=UTC)
    asked = replace(HERE, asked_before=(AskedBatch(WITH_WEEKLY, 3),))
    with pytest.raises(ArrangementError, match="there is room for 3 questions before that day"):
        arrange_seeding(6, TUESDAY, asked, now)
    full = replace(HERE, asked_before=(AskedBatch(WITH_WEEKLY, 6),))
    with pytest.raises(ArrangementError, match="there is no room before that day"):
        arrange_seeding(1, TUESDAY, full, now)


def test_an_open_round_that_leaves_no_day_is_named() -> None:
    busy = replace(HERE, open_until=datetime(2026, 1, 26, 8, tzinfo=UTC))
    with pytest.raises(ArrangementError, match="open until Monday 26 January at 08:00"):
        arrange_seeding(3, TUESDAY, busy, datetime(2026, 1, 22, 9, tzinfo=UTC))


def test_two_workshops_in_one_week_are_refused() -> None:
    other = PlannedSeeding(7, WITH_WEEKLY - timedelta(days=2), EVENING_BEFORE, 2)
    with pytest.raises(ArrangementError, match="asked on Monday 19 January, in the same week"):
        arrange_seeding(2, TUESDAY, replace(HERE, planned=(other,)), NOW)
    earlier = PlannedSeeding(7, WITH_WEEKLY - timedelta(days=7), WITH_WEEKLY - timedelta(days=3), 2)
    assert (
        arrange_seeding(2, TUESDAY, replace(HERE, planned=(earlier,)), NOW).opens_at == WITH_WEEKLY
    )


def test_weekly_questions_leave_room_for_what_is_planned() -> None:
    planned = PlannedSeeding(7, WITH_WEEKLY, EVENING_BEFORE, 4)
    here = replace(HERE, planned=(planned,))
    for days, closing_days, left in ((7, 5, 6), (6, 4, 2), (1, -1, 0)):
        now = WITH_WEEKLY - timedelta(days=days)
        assert weekly_room(here, WITH_WEEKLY - timedelta(days=closing_days), now) == left
    # Too late to be asked any more: its room is free again.
    assert weekly_room(here, EVENING_BEFORE, EVENING_BEFORE - timedelta(hours=23)) == 6


def test_every_weekly_opening_that_waits_for_a_workshop_is_told() -> None:
    beside = arrange_seeding(3, TUESDAY, HERE, NOW)
    assert waiting_openings(beside, 3, HERE, NOW) == ()
    instead = arrange_seeding(4, TUESDAY, HERE, NOW)
    assert waiting_openings(instead, 4, HERE, NOW) == (WITH_WEEKLY,)
    # On a Friday the questions are still open on the Wednesday before it.
    friday = TUESDAY + timedelta(days=3)
    assert waiting_openings(arrange_seeding(3, friday, HERE, NOW), 3, HERE, NOW) == (
        WITH_WEEKLY + timedelta(days=7),
    )
    # Late, on a Thursday: the Wednesday after it lies in the time of these.
    thursday = WITH_WEEKLY + timedelta(hours=18)
    late = arrange_seeding(3, date(2026, 1, 30), HERE, thursday)
    assert late.kind is ArrangementKind.ALONE
    assert waiting_openings(late, 3, HERE, thursday) == (WITH_WEEKLY + timedelta(days=7),)


def test_a_weekly_opening_shortly_before_a_workshops_waits_for_its_room() -> None:
    """In the week of a holiday on the weekly day, a workshop is asked alone the day after."""
    opens = WITH_WEEKLY + timedelta(days=1)
    alone = Arrangement(ArrangementKind.ALONE, opens, EVENING_BEFORE)
    assert waiting_openings(alone, 4, HERE, NOW) == (WITH_WEEKLY,)
    plan = replace(PLAN, closes=parse_week_time("Thu 08:00"))
    assert waiting_openings(alone, 3, replace(HERE, programme=plan), NOW) == ()


week_times = st.builds(WeekTime, st.integers(0, 6), st.times().map(lambda t: t.replace(second=0)))
plans = st.builds(
    Programme,
    st.just(("trust", "honesty", "care")),
    week_times,
    st.just(WeekTime(6, time(23, 59, 1))),
    st.integers(1, 3),
)
moments = st.integers(0, 60 * 24 * 330).map(
    lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
)
zones = st.sampled_from(["Europe/London", "Pacific/Kiritimati", "America/New_York"]).map(parse_zone)


@st.composite
def situations(draw: st.DrawFn, now: datetime) -> Situation:
    first = (now + timedelta(days=draw(st.integers(0, 30)))).date()
    off = Holiday(first, first + timedelta(days=draw(st.integers(0, 9))))
    limit = draw(st.integers(3, 12))
    ago = draw(st.lists(st.integers(0, 9 * 24), max_size=2))
    asked = tuple(AskedBatch(now - timedelta(hours=n), draw(st.integers(1, limit))) for n in ago)
    busy = draw(st.none() | st.integers(1, 24 * 9))
    return Situation(
        Calendar(draw(zones), draw(st.sampled_from([(), (off,)]))),
        limit,
        draw(st.none() | plans),
        LONG_AGO,
        now + timedelta(hours=busy) if busy else None,
        asked,
    )


@given(st.data(), moments, st.integers(1, 8), st.integers(2, 40))
def test_whatever_is_arranged_keeps_every_promise(
    data: st.DataObject, now: datetime, questions: int, days: int
) -> None:
    here = data.draw(situations(now))
    where = here.calendar.zone
    workshop_on = now.astimezone(where).date() + timedelta(days=days)
    try:
        found = arrange_seeding(questions, workshop_on, here, now)
    except ArrangementError:
        event("refused")
        return
    opens, closes = (at.astimezone(where) for at in (found.opens_at, found.closes_at))

    # The evening before, and a day at least to answer.
    assert (closes.date(), closes.time()) == (workshop_on - timedelta(days=1), time(18))
    assert now <= found.opens_at <= found.closes_at - timedelta(hours=24)
    assert not here.calendar.is_holiday(opens.date())
    assert here.open_until is None or found.opens_at >= here.open_until
    # Nobody is asked more than the limit, the weekly questions beside them counted in.
    beside = 0
    if found.kind is ArrangementKind.ALONE:
        assert not here.calendar.is_quiet(found.opens_at)
    else:
        assert here.programme is not None
        assert WeekTime(opens.weekday(), opens.time()) == here.programme.opens
        assert 3 <= (workshop_on - opens.date()).days <= 9
        beside = here.programme.items_a_round if found.kind is ArrangementKind.MERGED else 0
    days_ago = [(opens.date() - one.at.astimezone(where).date()).days for one in here.asked_before]
    before = sum(
        one.question_count for ago, one in zip(days_ago, here.asked_before, strict=True) if ago < 7
    )
    assert before + questions + beside <= here.limit
    # The same again for whoever asks twice.
    assert arrange_seeding(questions, workshop_on, here, now) == found


@given(moments, st.integers(1, 6), st.integers(10, 60))
def test_with_time_enough_and_nothing_else_there_is_always_a_way(
    now: datetime, questions: int, days: int
) -> None:
    workshop_on = now.astimezone(LONDON).date() + timedelta(days=days)
    assume(workshop_on.weekday() < 5)
    found = arrange_seeding(questions, workshop_on, HERE, now)

    assert found.late is False
    assert found.kind is not ArrangementKind.ALONE
