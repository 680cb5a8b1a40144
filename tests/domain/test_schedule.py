"""`due`: a year of it, outages, lost rounds, and asking twice."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

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
    AnnounceChanges,
    CloseRound,
    CountMissing,
    DeliverInvitations,
    DeliverPack,
    DueAction,
    HeldRound,
    OpenRound,
    PartnershipSnapshot,
    PostDigest,
    RevealDigest,
    RoundSnapshot,
    SendReminders,
    SendWelcomes,
    ShowWelcome,
    TellLeads,
    list_due_actions,
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
WORKSPACE = ("fake", "")


@dataclass
class World:
    """One partnership whose every due action is carried out at once, and kept."""

    state: PartnershipSnapshot = field(
        default_factory=lambda: PartnershipSnapshot(1, CALENDAR, PLAN, START)
    )
    done: list[tuple[datetime, DueAction]] = field(default_factory=list)

    def tick(self, now: datetime) -> list[DueAction]:
        """Do what is due until nothing is. Fails where an action stays due after it was done."""
        seen: list[DueAction] = []
        while actions := list_due_actions(self.state, now):
            for action in actions:
                assert action not in seen, f"{action} is due again after it was done."
                seen.append(action)
                self._do(action, now)
        self.done += [(now, action) for action in seen]
        return seen

    def _do(self, action: DueAction, now: datetime) -> None:
        latest = self.state.latest
        if isinstance(action, OpenRound):
            number = latest.id + 1 if latest else 1
            fresh = RoundSnapshot(
                number, RoundStatus.OPEN, action.slot, now, action.closes_at, action.again
            )
            self.state = replace(self.state, latest=replace(fresh, unsent=frozenset({WORKSPACE})))
            return
        if isinstance(action, PostDigest):
            left = tuple(one for one in self.state.unposted if one != action.round)
            self.state = replace(self.state, unposted=left)
            return
        assert not isinstance(
            action,
            TellLeads
            | CountMissing
            | ShowWelcome
            | SendWelcomes
            | DeliverPack
            | RevealDigest
            | AnnounceChanges,
        ), "Nothing here is told to chats."
        assert latest is not None
        assert action.round == latest.id
        match action:
            case DeliverInvitations():
                latest = replace(latest, unsent=frozenset())
            case SendReminders():
                latest = replace(latest, reminders_done=action.which)
            case CloseRound():
                latest = replace(latest, state=RoundStatus.CLOSED)
                self.state = replace(self.state, unposted=(*self.state.unposted, latest.id))
        self.state = replace(self.state, latest=latest)

    def lose(self) -> None:
        """The key of the open round is gone."""
        assert self.state.latest is not None
        lost = replace(self.state.latest, state=RoundStatus.LOST)
        self.state = replace(self.state, latest=lost)

    def opened(self) -> list[OpenRound]:
        return [action for _, action in self.done if isinstance(action, OpenRound)]

    def reminded(self) -> list[tuple[datetime, SendReminders]]:
        return [(now, action) for now, action in self.done if isinstance(action, SendReminders)]

    def closed(self) -> list[tuple[datetime, int]]:
        return [(now, action.round) for now, action in self.done if isinstance(action, CloseRound)]


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
    opened = world.opened()
    expected = slots_of(START, asked_at, world.state.calendar)
    assert [one.slot for one in opened] == expected
    assert [round_id for _, round_id in world.closed()] == list(range(1, len(world.closed()) + 1))
    assert len(world.closed()) in (len(opened), len(opened) - 1)
    for now, round_id in world.closed():
        planned = opened[round_id - 1].closes_at
        assert planned <= now <= planned + longest
    for now, action in world.reminded():
        assert not world.state.calendar.is_quiet(now)
        assert opened[action.round - 1].slot < now < opened[action.round - 1].closes_at
    told = [(action.round, action.which) for _, action in world.reminded()]
    assert len(told) == len(set(told)) <= len(PLAN.reminders) * len(opened)


def minutes(start: datetime, count: int) -> Iterator[datetime]:
    return (start + MINUTE * n for n in range(count))


def test_every_minute_of_two_terms_over_both_changes_of_the_clocks() -> None:
    for start in (datetime(2026, 3, 24, tzinfo=UTC), datetime(2026, 10, 18, tzinfo=UTC)):
        world = World(PartnershipSnapshot(1, Calendar(LONDON), PLAN, start))
        for now in minutes(start, 60 * 24 * 15):
            world.tick(now)
        assert [one.slot.astimezone(LONDON).hour for one in world.opened()] == [15, 15]
        assert [now.astimezone(LONDON).hour for now, _ in world.closed()] == [16, 16]
        assert [(action.round, action.which) for _, action in world.reminded()] == [
            (1, 1),
            (1, 2),
            (2, 1),
            (2, 2),
        ]


@given(st.integers(), st.integers(30, 239))
@settings(max_examples=6, deadline=None)
def test_a_year_with_ticks_at_random_times(seed: int, longest: int) -> None:
    """Every week outside the holidays opens once, closes once, and reminds twice at most."""
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

    assert bool(world.opened()) is opens
    for opened in world.opened():
        assert (opened.slot, opened.closes_at, opened.again) == (OPENS, CLOSES, False)
    world.tick(OPENS + timedelta(days=7))
    assert world.opened()[-1].slot == OPENS + timedelta(days=7)


def test_after_an_outage_of_weeks_only_the_running_week_opens() -> None:
    world = World()
    world.tick(OPENS + timedelta(days=21, hours=1))

    assert [one.slot for one in world.opened()] == [OPENS + timedelta(days=21)]


def test_a_round_that_should_be_over_is_closed_after_an_outage_before_the_next_opens() -> None:
    world = World()
    world.tick(OPENS)
    actions = world.tick(OPENS + timedelta(days=14))

    assert [type(action) for action in actions] == [
        CloseRound,
        PostDigest,
        OpenRound,
        DeliverInvitations,
    ]
    assert world.opened()[-1].slot == OPENS + timedelta(days=14)


@pytest.mark.parametrize(
    ("back_after", "which"),
    # Wed 15:30 + 18 h is Thu 09:30, + 42 h is Fri 09:30.
    [(17 * HOUR, []), (18 * HOUR, [1]), (41 * HOUR, [1]), (42 * HOUR, [2]), (48 * HOUR, [2])],
)
def test_of_several_missed_reminders_only_the_last_goes_out(
    back_after: timedelta, which: list[int]
) -> None:
    world = World()
    world.tick(OPENS)
    world.tick(OPENS + back_after)

    assert [action.which for _, action in world.reminded()] == which
    world.tick(CLOSES - MINUTE)
    assert [action.which for _, action in world.reminded()][-1] == 2


def test_a_reminder_that_falls_into_quiet_hours_waits_for_the_morning() -> None:
    plan = replace(PLAN, reminders=(timedelta(hours=6),))
    world = World(PartnershipSnapshot(1, CALENDAR, plan, START))
    for now in minutes(OPENS, 24 * 60):
        world.tick(now)

    assert [now for now, _ in world.reminded()] == [datetime(2026, 1, 8, 7, tzinfo=UTC)]


def test_nothing_is_made_up_for_from_before_the_programme_was_set() -> None:
    assert (
        list_due_actions(PartnershipSnapshot(1, CALENDAR, PLAN, OPENS + MINUTE), OPENS + 2 * MINUTE)
        == ()
    )
    assert list_due_actions(PartnershipSnapshot(1, CALENDAR, PLAN, OPENS), OPENS + 2 * MINUTE) != ()
    assert list_due_actions(PartnershipSnapshot(1, CALENDAR, None, None), OPENS) == ()


def test_a_lost_round_is_asked_again_once() -> None:
    world = World()
    world.tick(OPENS)
    world.lose()
    world.tick(OPENS + HOUR)
    first, again = world.opened()
    assert (first.again, again.again) == (False, True)
    assert again.closes_at == CLOSES
    assert again.slot > first.slot

    world.lose()
    for now in minutes(OPENS + HOUR, 60):
        world.tick(now)
    assert world.opened() == [first, again]
    # The next week is asked as ever.
    world.tick(OPENS + timedelta(days=7))
    assert [one.again for one in world.opened()] == [False, True, False]


def test_a_round_that_is_lost_late_is_not_asked_again() -> None:
    world = World()
    world.tick(OPENS)
    world.lose()

    assert world.tick(HALF + MINUTE) == []


@given(st.integers(0, 9), st.sampled_from(list(RoundStatus)), st.integers(-60, 60 * 24 * 9))
def test_asking_twice_gives_the_same(done: int, state: RoundStatus, minute: int) -> None:
    latest = RoundSnapshot(
        1, state, OPENS, OPENS, CLOSES, reminders_done=done, unsent=frozenset({WORKSPACE})
    )
    asked = PartnershipSnapshot(1, CALENDAR, PLAN, START, latest, unposted=(3, 5))
    now = OPENS + MINUTE * minute
    actions = list_due_actions(asked, now)

    assert list_due_actions(asked, now) == actions
    assert actions[:2] == (PostDigest(3), PostDigest(5))
    kinds = {type(action) for action in actions[2:]}
    allowed: dict[RoundStatus, set[type]] = {
        RoundStatus.OPEN: {DeliverInvitations, SendReminders} if now < CLOSES else {CloseRound},
        RoundStatus.CLOSING: {CloseRound},
        RoundStatus.CLOSED: {OpenRound},
        RoundStatus.LOST: {OpenRound},
    }
    assert kinds <= allowed[state]


def test_leads_are_told_of_a_lost_chat_at_any_hour() -> None:
    state = PartnershipSnapshot(1, CALENDAR, PLAN, START, lost_groups=(3, 4))
    for now in (START, START.replace(hour=23), datetime(2026, 4, 5, 3, tzinfo=UTC)):
        assert [one for one in list_due_actions(state, now) if isinstance(one, TellLeads)] == [
            TellLeads(3),
            TellLeads(4),
        ]


@pytest.mark.parametrize(
    ("now", "counts"),
    [
        (OPENS, [CountMissing(7, 3), CountMissing(7, 4)]),
        (OPENS.replace(hour=19), []),
        (OPENS.replace(day=8, hour=7, minute=0), [CountMissing(7, 3), CountMissing(7, 4)]),
        (CLOSES, []),
    ],
)
def test_chats_are_counted_while_a_round_is_open_and_the_hour_is_not_quiet(
    now: datetime, counts: list[CountMissing]
) -> None:
    latest = RoundSnapshot(7, RoundStatus.OPEN, OPENS, OPENS, CLOSES, uncounted=(3, 4))
    state = PartnershipSnapshot(1, CALENDAR, PLAN, START, latest)

    assert [one for one in list_due_actions(state, now) if isinstance(one, CountMissing)] == counts


SEEDING = PlannedSeeding(5, OPENS, datetime(2026, 1, 12, 18, tzinfo=UTC), 4)
"""With the first weekly opening, for a workshop on the Tuesday after."""


def opening(state: PartnershipSnapshot, now: datetime) -> list[OpenRound]:
    return [one for one in list_due_actions(state, now) if isinstance(one, OpenRound)]


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
    """On weekdays of a calendar without nights, so that hours can be counted."""
    calendar = Calendar(LONDON, (), CALENDAR.quiet_until, CALENDAR.quiet_until)
    monday = datetime(2026, 1, 5, 8, tzinfo=UTC)
    round_ = RoundSnapshot(1, RoundStatus.OPEN, monday, monday, monday + length, seeding=5)
    world = World(PartnershipSnapshot(1, calendar, None, None, round_))
    for hour in range(int(length / HOUR)):
        world.tick(monday + HOUR * hour)

    assert [(now - monday) / HOUR for now, _ in world.reminded()] == reminded


def test_packs_are_handed_revealed_and_changes_announced() -> None:
    held = HeldRound(9, date(2026, 1, 13))
    state = PartnershipSnapshot(
        1, CALENDAR, PLAN, START, held=(held,), unhanded=(5,), unannounced=(2,), unposted=(3,)
    )
    before = datetime(2026, 1, 14, 6, 59, tzinfo=UTC)

    assert list_due_actions(state, before)[:2] == (PostDigest(3), DeliverPack(5))
    after = list_due_actions(state, before + MINUTE)
    assert after[:3] == (RevealDigest(9), PostDigest(3), DeliverPack(5))
    assert after[-1] == AnnounceChanges(2)
