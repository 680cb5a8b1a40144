"""What is planned for a workshop goes out beside, instead of or without the weekly questions."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pulse_bot.domain.asking.calendar import parse_week_time
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.asking.schedule import OpenRound
from pulse_bot.errors import Refused
from pulse_bot.storage import rounds, seedings
from pulse_bot.storage.models import ProgrammeRow, RoundRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.chats.weekly_limit import change_limit
from pulse_bot.usecases.rounds.close import close_round_now
from pulse_bot.usecases.rounds.open_round import open_round, open_round_now
from pulse_bot.usecases.workshops import pack
from tests.made_up import OPENS, PARTNERSHIP, PLAN, THEMES, WEEK, answer_all, at, found
from tests.usecases.scene import Talk, words
from tests.usecases.workshop_scene import (
    ASKED,
    CLOSED,
    FACILITATOR,
    MEMBER,
    Workshop,
    workshop,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALONE = datetime(2026, 1, 20, 15, 30, tzinfo=UTC)
"""A week before the Tuesday of the workshop."""


@pytest.fixture
async def valley(talk: Talk) -> Workshop:
    return workshop(talk)


def weekly(valley: Workshop) -> set[str]:
    """The themes of what the newest round asks."""
    return {item.dimension for item in valley.newest().items} & set(THEMES)


async def test_six_go_out_instead_of_the_weekly_ones_which_lose_nothing(valley: Workshop) -> None:
    await valley.planned()
    first, second = OPENS, OPENS + WEEK
    valley.run(first)
    before = valley.asked()
    valley.run(first + 3 * DAY)
    valley.run(second)
    rotation = valley.asked()
    valley.run(second + 3 * DAY)
    valley.run(ASKED)
    assert len(valley.asked()) == 6
    assert weekly(valley) == set()
    assert valley.newest().closes_at == CLOSED

    valley.run(CLOSED)
    valley.run(ASKED + WEEK)
    # A week later the rotation goes on where it was.
    assert [one.rpartition("-")[2] for one in (*before, *rotation)] == [*"111", *"222"]
    assert [one.rpartition("-")[2] for one in valley.asked()] == [*"333"]


async def test_three_go_out_with_the_weekly_ones_in_one_round(valley: Workshop) -> None:
    await valley.begin()
    await valley.send("other", items=("courage-5", "courage-6", "courage-7"))
    await valley.press("plan")
    valley.run(ASKED)

    assert valley.asked() == ["trust-1", "honesty-1", "accountability-1"] + [
        f"courage-{n}" for n in (5, 6, 7)
    ]
    assert valley.newest().closes_at == CLOSED
    # One round at a time: nothing else opens while it is out.
    assert "open" not in valley.run(ASKED + 3 * DAY)


@pytest.mark.both_databases
async def test_without_a_programme_it_goes_out_alone_and_reminds(talk: Talk) -> None:
    valley = workshop(talk)
    with valley.made.database.write() as session:
        session.delete(session.get_one(ProgrammeRow, 1))
    reply = await valley.planned()
    assert "They go out on Tuesday 20 January at 15:30 and close on Monday 26" in words([reply])

    assert "open" not in valley.run(ALONE - timedelta(minutes=1))
    assert "open" in valley.run(ALONE)
    assert len(valley.asked()) == 6
    # After a day and a day before the close; that one falls on a Sunday and waits for Monday.
    for at_, reminded in (
        (ALONE + DAY - HOUR, False),
        (ALONE + DAY, True),
        (CLOSED - DAY, False),
        (datetime(2026, 1, 26, 7, tzinfo=UTC), True),
    ):
        assert ("reminder" in valley.run(at_)) is reminded, at_
    assert "closed" in valley.run(CLOSED)


async def test_after_an_outage_it_opens_while_a_day_is_left_and_nobody_sleeps(
    valley: Workshop,
) -> None:
    await valley.planned()
    assert "open" not in valley.run(ASKED.replace(day=22, hour=22))
    assert "open" in valley.run(ASKED.replace(day=23, hour=9))
    assert valley.asked()[0].startswith("courage")


async def test_after_a_longer_outage_nobody_is_asked_and_the_list_says_so(
    valley: Workshop,
) -> None:
    await valley.planned()
    late = CLOSED - 23 * HOUR
    assert "open" not in valley.run(late)
    said = words([await valley.listed(MEMBER)])
    assert "could not be asked in time. Use them as prompts in the room instead." in said
    # The weekly pulse goes on.
    assert "open" in valley.run(ASKED + WEEK)


def two_by_hand(valley: Workshop, now: datetime) -> None:
    """Six questions in an hour, as any operator may."""
    for moment in (now, now + HOUR):
        at(valley.made, moment)
        open_round_now(valley.made, PARTNERSHIP)
        close_round_now(valley.made, PARTNERSHIP)


async def test_a_weekly_round_waits_where_it_would_break_the_limit(valley: Workshop) -> None:
    two_by_hand(valley, OPENS - DAY)

    assert "open" not in valley.run(OPENS)
    assert "open" in valley.run(OPENS + WEEK)


async def test_the_limit_holds_at_the_command_line_too(valley: Workshop) -> None:
    two_by_hand(valley, OPENS)
    at(valley.made, OPENS + 6 * DAY)
    with pytest.raises(Refused, match="more than 6 questions in any seven days"):
        open_round_now(valley.made, PARTNERSHIP)
    at(valley.made, OPENS + 7 * DAY)
    assert open_round_now(valley.made, PARTNERSHIP)[0] == 3


async def test_what_is_planned_is_kept_free_at_the_command_line(valley: Workshop) -> None:
    await valley.planned()
    at(valley.made, ASKED - DAY)
    with pytest.raises(Refused, match="what is planned for workshops counted in"):
        open_round_now(valley.made, PARTNERSHIP)


async def test_a_lost_round_is_asked_again_with_the_workshops_questions(valley: Workshop) -> None:
    await valley.planned()
    valley.run(ASKED)
    lost = valley.newest()
    valley.made.keys.destroy(lost.id)
    valley.run(ASKED + HOUR)
    again = valley.newest()

    assert again.id != lost.id
    assert again.again
    assert again.items == lost.items
    with valley.made.database.read() as session:
        seeding = seedings.find_seeding(session, again.id)
        assert seeding is not None
        assert seedings.find_seeding(session, lost.id) is None


async def test_a_cancelled_workshop_is_not_asked(valley: Workshop) -> None:
    await valley.planned()
    await valley.press("cancel")
    valley.run(ASKED)
    assert weekly(valley) == set(THEMES)


async def test_a_held_pack_is_posted_only_after_its_day(valley: Workshop) -> None:
    await valley.planned(together="together")
    valley.run(ASKED)
    assert "digest" not in valley.run(CLOSED)
    assert "digest" not in valley.run(datetime(2026, 1, 27, 23, 59, tzinfo=UTC))
    assert "digest" in valley.run(datetime(2026, 1, 28, 7, tzinfo=UTC))


async def test_a_pack_for_everybody_is_posted_at_the_close(valley: Workshop) -> None:
    await valley.planned()
    valley.run(ASKED)
    assert {"digest", "pack"} <= set(valley.run(CLOSED))


async def test_a_workshops_questions_belong_to_no_series_and_to_no_block(valley: Workshop) -> None:
    """A round for a workshop alone does not count towards the six after which newcomers come."""
    await valley.planned()
    valley.run(ASKED)
    asked = found(valley.made, valley.newest().id)
    everybody = [FACILITATOR, MEMBER]
    await answer_all(valley.made, asked, everybody, lambda _person, _position: "4")
    with valley.made.database.read() as session:
        assert rounds.count_pulse_rounds(session, 1) == 0
    valley.run(CLOSED)
    assert valley.newest().state is RoundStatus.CLOSED


@pytest.mark.parametrize("seed", range(1, 4))
async def test_over_a_term_nobody_is_asked_more_than_the_limit(talk: Talk, seed: int) -> None:
    await over_a_term(talk, seed)


@pytest.mark.both_databases
async def test_over_a_term_the_limit_holds_on_either_database(talk: Talk) -> None:
    await over_a_term(talk, seed=0)


async def over_a_term(talk: Talk, seed: int) -> None:
    """Hours of ten weeks, with workshops of many sizes on many days, late ones too."""
    chance = random.Random(seed)
    valley = workshop(talk)
    set_programme(
        valley.made,
        PARTNERSHIP,
        replace(PLAN, opens=parse_week_time(f"{chance.choice(['Mon', 'Wed', 'Thu'])} 15:30")),
    )
    number, now, end = 0, OPENS, OPENS + 10 * WEEK
    while now < end:
        if chance.random() < 0.02:
            day = (now + timedelta(days=chance.randint(2, 14))).date()
            reply = await valley.begin(on=day.isoformat())
            if reply.cards:
                number += 1
                items = tuple(f"courage-{n}" for n in chance.sample(range(2, 14), 5))
                await valley.send("other", number, items=items[: chance.randint(1, 5)])
                await valley.press("plan", number)
        valley.run(now)
        now += timedelta(hours=chance.choice([3, 6, 6, 12, 30]))
    with valley.made.database.read() as session:
        asked = [(row.opens_at, len(row.items)) for row in session.query(RoundRow)]

    for opened, _ in asked:
        days = [(opened.date() - other.date()).days for other, _ in asked]
        week = sum(n for ago, (_, n) in zip(days, asked, strict=True) if 0 <= ago < 7)
        assert week <= 6
    assert len(asked) >= 8


async def test_the_limit_is_not_lowered_below_a_workshop_that_is_planned(valley: Workshop) -> None:
    await valley.planned()
    with pytest.raises(Refused, match="asks 6 questions"):
        change_limit(valley.made, PARTNERSHIP, 5)
    await valley.press("cancel")
    change_limit(valley.made, PARTNERSHIP, 5)


async def test_a_plan_that_is_moved_between_tick_and_job_closes_as_it_was_moved(
    valley: Workshop,
) -> None:
    """The tick named the closing of the plan before."""
    await valley.planned()
    at(valley.made, ASKED - DAY)
    await valley.send("day", on=("28 January 2026",))
    at(valley.made, ASKED)
    assert open_round(valley.made, OpenRound(1, ASKED, CLOSED, seeding=1)) is not None
    assert valley.newest().closes_at == CLOSED + DAY


@pytest.mark.both_databases
async def test_a_workshop_whose_questions_were_all_asked_meanwhile_is_cancelled_aloud(
    valley: Workshop,
) -> None:
    """Or it would hold up the weekly questions minute by minute, and nobody would know."""
    await valley.planned()
    before = _closed_weekly(valley)
    with valley.made.database.write() as session:
        kept = session.get_one(SeedingRow, 1).items
        first = session.get_one(RoundRow, before)
        first.items = [*first.items, *kept]

    valley.run(ASKED)
    assert "was asked in the last rounds" in words([await valley.talk.look(MEMBER, "log")])
    valley.run(ASKED + HOUR)
    assert weekly(valley) == set(THEMES)
    assert (await valley.talk.look(MEMBER, "pack")).notice == pack.NONE_YET


def _closed_weekly(valley: Workshop) -> int:
    """The round of the week before, over."""
    valley.run(ASKED - WEEK)
    valley.run(ASKED - WEEK + 3 * DAY)
    return valley.newest().id


async def test_two_workshops_on_one_subject_ask_other_questions(valley: Workshop) -> None:
    await valley.planned()
    first = {one["id"] for one in _kept(valley, 1)}
    await valley.begin(on="17 February 2026")
    assert first.isdisjoint({one["id"] for one in _kept(valley, 2)})
    with valley.made.database.write() as session:
        session.get_one(SeedingRow, 2).items = _kept(valley, 1)
    told = await valley.press("plan", 2)
    assert "is planned for another workshop already" in told.notice


def _kept(valley: Workshop, seeding: int) -> list[dict[str, object]]:
    with valley.made.database.read() as session:
        return list(session.get_one(SeedingRow, seeding).items)
