"""Openings: a year of them, outages, lost rounds, and when plans are looked at."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse_bot.domain.asking.arrange_workshop import AskedBatch, PlannedSeeding
from pulse_bot.domain.asking.calendar import (
    Calendar,
    Holiday,
    next_occurrence,
    parse_week_time,
    parse_zone,
)
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.asking.schedule import (
    LONGEST_LOOK,
    OpenRound,
    PartnershipSnapshot,
    RoundSnapshot,
    find_due_opening,
    find_next_look,
    reminder_times,
    workshop_end,
)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LONDON = parse_zone("Europe/London")
TERMS = (
    Holiday(date(2026, 2, 16), date(2026, 2, 20)),
    Holiday(date(2026, 4, 3), date(2026, 4, 17)),
    Holiday(date(2026, 7, 20), date(2026, 8, 31)),
    Holiday(date(2026, 10, 26), date(2026, 10, 30)),
)
CALENDAR = Calendar(LONDON, TERMS)
PLAN = Programme(
    ("trust",),
    parse_week_time("Wed 15:30"),
    parse_week_time("Fri 16:00"),
    reminders=(timedelta(hours=18), timedelta(hours=42)),
)
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
OPENS = datetime(2026, 1, 7, 15, 30, tzinfo=UTC)
CLOSES = datetime(2026, 1, 9, 16, tzinfo=UTC)
HALF = OPENS + (CLOSES - OPENS) / 2


@dataclass
class World:
    """One partnership whose rounds are closed and opened when they are due."""

    state: PartnershipSnapshot = field(
        default_factory=lambda: PartnershipSnapshot(1, CALENDAR, PLAN, START)
    )
    by_looks: bool = False
    """Plans are looked at when the last look said, as the tick does it; else with every tick."""
    look_at: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    opened: list[OpenRound] = field(default_factory=list)
    opened_at: list[datetime] = field(default_factory=list)
    closed: list[tuple[datetime, int]] = field(default_factory=list)
    looks: int = 0

    def tick(self, now: datetime) -> None:
        """Do what is due. Fails where a round opens twice at one moment."""
        latest = self.state.latest
        if latest and latest.state is RoundStatus.OPEN and latest.closes_at <= now:
            self.closed.append((now, latest.id))
            self.change(latest=replace(latest, state=RoundStatus.CLOSED))
        if self.by_looks and self.look_at > now:
            return
        self.looks += 1
        plan = find_due_opening(self.state, now)
        self.look_at = find_next_look(self.state, now)
        assert self.look_at > now
        if plan is not None:
            self._open(plan, now)
            assert find_due_opening(self.state, now) is None

    def _open(self, plan: OpenRound, now: datetime) -> None:
        self.opened.append(plan)
        self.opened_at.append(now)
        fresh = RoundSnapshot(
            len(self.opened), RoundStatus.OPEN, plan.slot, now, plan.closes_at, plan.again
        )
        self.state = replace(self.state, latest=fresh)

    def lose(self) -> None:
        """The key of the open round is gone."""
        assert self.state.latest is not None
        self.change(latest=replace(self.state.latest, state=RoundStatus.LOST))

    def change(self, **what: Any) -> None:
        """Something that plans depend on is another now, and so they are looked at again."""
        self.state = replace(self.state, **what)
        self.look_at = START


def slots_of(start: datetime, end: datetime, calendar: Calendar) -> list[datetime]:
    """Every weekly opening between two moments that is in no holiday."""
    found, after = [], start
    while (after := next_occurrence(PLAN.opens, after, calendar.zone)) <= end:
        if not calendar.is_holiday(after.astimezone(calendar.zone).date()):
            found.append(after)
    return found


def check_a_run(world: World, ticks: Iterable[datetime], longest: timedelta) -> None:
    """Tick, and check all that must hold however late each tick comes."""
    asked_at = START
    for now in ticks:
        asked_at = now
        world.tick(now)
    expected = slots_of(START, asked_at, world.state.calendar)
    assert [one.slot for one in world.opened] == expected
    assert [round_id for _, round_id in world.closed] == list(range(1, len(world.closed) + 1))
    assert len(world.closed) in (len(world.opened), len(world.opened) - 1)
    for now, round_id in world.closed:
        planned = world.opened[round_id - 1].closes_at
        assert planned <= now <= planned + longest


def minutes(start: datetime, count: int) -> Iterator[datetime]:
    return (start + MINUTE * n for n in range(count))


def test_every_minute_of_two_terms_over_both_changes_of_the_clocks() -> None:
    for start in (datetime(2026, 3, 24, tzinfo=UTC), datetime(2026, 10, 18, tzinfo=UTC)):
        world = World(PartnershipSnapshot(1, Calendar(LONDON), PLAN, start))
        for now in minutes(start, 60 * 24 * 15):
            world.tick(now)
        assert [one.slot.astimezone(LONDON).hour for one in world.opened] == [15, 15]
        assert [now.astimezone(LONDON).hour for now, _ in world.closed] == [16, 16]


@given(st.integers(), st.integers(30, 239))
@settings(max_examples=6, deadline=None)
def test_a_year_with_ticks_at_random_times(seed: int, longest: int) -> None:
    """Every week outside the holidays opens once and closes once."""
    chance = random.Random(seed)
    now, ticks = START, []
    while now < START + timedelta(days=370):
        ticks.append(now)
        now += MINUTE * chance.randint(1, longest)
    check_a_run(World(), ticks, MINUTE * longest)


@pytest.mark.parametrize("name", ["Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu"])
def test_a_year_elsewhere(name: str) -> None:
    calendar = Calendar(parse_zone(name), TERMS)
    world = World(PartnershipSnapshot(1, calendar, PLAN, START))
    ticks = (START + MINUTE * 15 * n for n in range(4 * 24 * 370))

    check_a_run(world, ticks, MINUTE * 15)


@pytest.mark.parametrize(
    ("late", "opens"),
    [
        *((late, True) for late in (MINUTE, HOUR, 24 * HOUR, HALF - OPENS)),
        *((late, False) for late in (HALF - OPENS + MINUTE, 40 * HOUR, 50 * HOUR)),
    ],
)
def test_after_an_outage_a_round_opens_while_half_of_its_time_is_left(
    late: timedelta, *, opens: bool
) -> None:
    world = World()
    world.tick(OPENS - MINUTE)
    world.tick(OPENS + late)

    assert bool(world.opened) is opens
    for opened in world.opened:
        assert (opened.slot, opened.closes_at, opened.again) == (OPENS, CLOSES, False)
    world.tick(OPENS + timedelta(days=7))
    assert world.opened[-1].slot == OPENS + timedelta(days=7)


def test_after_an_outage_of_weeks_only_the_running_week_opens() -> None:
    world = World()
    world.tick(OPENS + timedelta(days=21, hours=1))

    assert [one.slot for one in world.opened] == [OPENS + timedelta(days=21)]


def test_a_round_that_should_be_over_is_closed_after_an_outage_before_the_next_opens() -> None:
    world = World()
    world.tick(OPENS)
    world.tick(OPENS + timedelta(days=14))

    assert world.closed == [(OPENS + timedelta(days=14), 1)]
    assert world.opened[-1].slot == OPENS + timedelta(days=14)


STEPS = 12 * 24 * 9
"""Nine days in steps of five minutes."""
changes = st.lists(
    st.tuples(
        st.integers(1, STEPS),
        st.sampled_from(["lose", "limit", "seeding", "holiday", "programme", "none"]),
    ),
    max_size=6,
)


@given(changes)
@settings(max_examples=25, deadline=None)
def test_looks_find_every_opening_in_its_time(changed: list[tuple[int, str]]) -> None:
    """Looking when the last look said to finds what looking every time finds."""
    at = dict(changed)
    every, looking = World(), World(by_looks=True)
    for step in range(STEPS):
        now = START + MINUTE * 5 * step
        for world in (every, looking):
            change_plans(world, at.get(step, ""), now)
            world.tick(now)
    assert looking.opened == every.opened
    assert looking.opened_at == every.opened_at
    # And it looks seldom, where nothing waits for room in the week.
    assert looking.looks < every.looks / 2


def change_plans(world: World, what: str, now: datetime) -> None:
    latest = world.state.latest
    match what:
        case "lose" if latest is not None and latest.state is RoundStatus.OPEN:
            world.lose()
        case "limit":
            world.change(limit=3 if world.state.limit == 6 else 6)
        case "seeding":
            opens = now + 3 * HOUR
            world.change(seedings=(PlannedSeeding(5, opens, opens + 60 * HOUR, 2),))
        case "holiday":
            day = (now + 24 * HOUR).date()
            world.change(calendar=Calendar(LONDON, (*TERMS, Holiday(day, day))))
        case "programme":
            plan = replace(PLAN, opens=parse_week_time(f"{now:%a} 15:00"))
            world.change(programme=plan, since=now)
        case "none":
            world.change(programme=None, since=None)


def test_plans_are_looked_at_every_hour_at_least() -> None:
    quiet = PartnershipSnapshot(1, CALENDAR, None, None)
    assert find_next_look(quiet, START) == START + LONGEST_LOOK
    assert find_next_look(PartnershipSnapshot(1, CALENDAR, PLAN, START), OPENS - MINUTE) == OPENS


def test_reminders_come_so_long_after_the_opening() -> None:
    assert reminder_times(PLAN, OPENS, CLOSES, is_workshop=False) == (
        OPENS + 18 * HOUR,
        OPENS + 42 * HOUR,
    )
    assert reminder_times(None, OPENS, CLOSES, is_workshop=False) == ()


def test_nothing_is_made_up_for_from_before_the_programme_was_set() -> None:
    late = PartnershipSnapshot(1, CALENDAR, PLAN, OPENS + MINUTE)
    assert find_due_opening(late, OPENS + 2 * MINUTE) is None
    assert find_due_opening(replace(late, since=OPENS), OPENS + 2 * MINUTE) is not None
    assert find_due_opening(PartnershipSnapshot(1, CALENDAR, None, None), OPENS) is None


def test_a_lost_round_is_asked_again_once() -> None:
    world = World()
    world.tick(OPENS)
    world.lose()
    world.tick(OPENS + HOUR)
    first, again = world.opened
    assert (first.again, again.again) == (False, True)
    assert again.closes_at == CLOSES
    assert again.slot > first.slot

    world.lose()
    for now in minutes(OPENS + HOUR, 60):
        world.tick(now)
    assert world.opened == [first, again]
    # The next week is asked as ever.
    world.tick(OPENS + timedelta(days=7))
    assert [one.again for one in world.opened] == [False, True, False]


def test_a_round_that_is_lost_late_is_not_asked_again() -> None:
    world = World()
    world.tick(OPENS)
    world.lose()

    world.tick(HALF + MINUTE)
    assert len(world.opened) == 1


@given(st.sampled_from(list(RoundStatus)), st.integers(-60, 60 * 24 * 9))
def test_nothing_opens_before_a_round_is_over(state: RoundStatus, minute: int) -> None:
    latest = RoundSnapshot(1, state, OPENS, OPENS, CLOSES)
    asked = PartnershipSnapshot(1, CALENDAR, PLAN, START, latest)
    plan = find_due_opening(asked, OPENS + MINUTE * minute)

    assert find_due_opening(asked, OPENS + MINUTE * minute) == plan
    assert plan is None or state in (RoundStatus.CLOSED, RoundStatus.LOST)


SEEDING = PlannedSeeding(5, OPENS, datetime(2026, 1, 12, 18, tzinfo=UTC), 4)
"""With the first weekly opening, for a workshop on the Tuesday after."""


def opening(state: PartnershipSnapshot, now: datetime) -> list[OpenRound]:
    plan = find_due_opening(state, now)
    return [plan] if plan else []


def test_a_workshops_questions_take_the_weekly_opening() -> None:
    state = PartnershipSnapshot(1, CALENDAR, PLAN, START, seedings=(SEEDING,))

    assert opening(state, OPENS - MINUTE) == []
    assert opening(state, OPENS) == [OpenRound(1, OPENS, SEEDING.closes_at, seeding=5)]
    # Late, and not at night; and with a day left at least.
    assert opening(state, OPENS.replace(hour=20)) == []
    assert opening(state, OPENS.replace(day=8, hour=9))[0].seeding == 5
    assert opening(state, SEEDING.closes_at - 23 * HOUR) == []


def test_a_workshop_waits_for_the_limit_for_holidays_and_for_an_open_round() -> None:
    state = PartnershipSnapshot(1, CALENDAR, PLAN, START, seedings=(SEEDING,))
    asked = replace(state, asked_before=(AskedBatch(OPENS - 24 * HOUR, 3),))
    assert opening(asked, OPENS) == []
    assert opening(replace(asked, limit=7), OPENS)[0].seeding == 5
    today = Calendar(LONDON, (Holiday(OPENS.date(), OPENS.date()),))
    assert opening(replace(state, calendar=today), OPENS) == []
    busy = RoundSnapshot(7, RoundStatus.OPEN, OPENS - HOUR, OPENS - HOUR, CLOSES)
    assert opening(replace(state, latest=busy), OPENS) == []


def test_a_weekly_round_leaves_room_for_a_workshop_of_the_next_days() -> None:
    later = replace(SEEDING, opens_at=OPENS + timedelta(days=5), closes_at=CLOSES + 9 * 24 * HOUR)
    state = PartnershipSnapshot(1, CALENDAR, PLAN, START, seedings=(later,))

    assert opening(state, OPENS) == [OpenRound(1, OPENS, CLOSES)]
    assert opening(replace(state, seedings=(replace(later, question_count=6),)), OPENS) == []
    soon = replace(later, opens_at=CLOSES - HOUR, question_count=1)
    assert opening(replace(state, seedings=(soon,)), OPENS) == []


def test_a_weekly_opening_in_the_time_of_a_workshop_waits_a_week() -> None:
    """Or a new card would come in the hour of the pack."""
    next_week = OPENS + timedelta(days=7)
    closed = RoundSnapshot(
        7, RoundStatus.CLOSED, OPENS - 24 * HOUR, OPENS - 24 * HOUR, OPENS + HOUR, seeding=5
    )
    state = PartnershipSnapshot(1, CALENDAR, PLAN, START, latest=closed)

    assert opening(state, OPENS + 2 * HOUR) == []
    assert [one.slot for one in opening(state, next_week)] == [next_week]
    weekly = replace(state, latest=replace(closed, seeding=0))
    assert [one.slot for one in opening(weekly, OPENS + 2 * HOUR)] == [OPENS]


def test_a_lost_round_of_a_workshop_is_asked_again_as_one() -> None:
    lost = RoundSnapshot(7, RoundStatus.LOST, OPENS, OPENS, SEEDING.closes_at, seeding=5)
    state = PartnershipSnapshot(1, CALENDAR, PLAN, START, latest=lost)

    [again] = opening(state, OPENS + HOUR)
    assert (again.again, again.seeding, again.closes_at) == (True, 5, SEEDING.closes_at)


@pytest.mark.parametrize(
    ("length", "reminded"),
    [(timedelta(days=5), [24, 96]), (timedelta(hours=50), [24]), (timedelta(hours=25), [24])],
)
def test_a_workshop_reminds_after_a_day_and_a_day_before_the_close(
    length: timedelta, reminded: list[int]
) -> None:
    times = reminder_times(None, OPENS, OPENS + length, is_workshop=True)

    assert [(at - OPENS) / HOUR for at in times] == reminded


def test_a_held_digest_is_opened_on_the_morning_after() -> None:
    assert workshop_end(date(2026, 1, 13), CALENDAR) == datetime(2026, 1, 14, 7, tzinfo=UTC)
