"""Two facilitators at one workshop at the same moment: each reads what the other left."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest

from pulse_bot.domain.asking.workshop import SeedingState
from pulse_bot.errors import Refused
from pulse_bot.ports import Event, Pressed, Reply, Submitted
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases.workshops import conversation
from tests.usecases.scene import Talk
from tests.usecases.workshop_scene import FACILITATOR, LEAD, Workshop, workshop

pytestmark = pytest.mark.both_databases

TRIES = 12


@pytest.fixture
async def valley(talk: Talk) -> Workshop:
    return workshop(talk)


def at_once(valley: Workshop, *events: Event) -> list[Reply | Refused]:
    """What two threads are told that begin together."""
    start = Barrier(len(events))

    def told(event: Event) -> Reply | Refused:
        start.wait(timeout=60)
        try:
            if isinstance(event, Submitted):
                return conversation.submit_workshop_form(valley.made, event)
            assert isinstance(event, Pressed)
            return conversation.press_workshop_button(valley.made, event)
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(events)) as threads:
        return list(threads.map(told, events))


def row_of(valley: Workshop, seeding: int) -> SeedingRow | None:
    with valley.made.database.read() as session:
        return session.get(SeedingRow, seeding)


async def test_two_who_move_one_plan_leave_one_of_the_two_plans(valley: Workshop) -> None:
    for seeding in range(1, TRIES + 1):
        await valley.planned(seeding=seeding)
        days = ("28 January 2026", "10 February 2026")
        moves = [
            Submitted(who, f"seed:day:{seeding}", {"on": (day,)})
            for who, day in zip((FACILITATOR, LEAD), days, strict=True)
        ]
        await asyncio.to_thread(at_once, valley, *moves)

        row = row_of(valley, seeding)
        assert row is not None
        assert row.opens_at is not None
        assert row.closes_at is not None
        assert row.workshop_on in (date(2026, 1, 28), date(2026, 2, 10))
        assert row.closes_at.date() == row.workshop_on - timedelta(days=1)
        assert row.opens_at < row.closes_at
        await valley.press("cancel", seeding)


async def test_what_is_thrown_away_is_not_planned_and_the_other_way_round(valley: Workshop) -> None:
    for _ in range(TRIES):
        begun = await valley.begin()
        [seeding] = {
            int(one.action.rpartition(":")[2])
            for card in begun.cards
            for buttons in card.buttons
            for one in buttons
        }
        planned, _ = await asyncio.to_thread(
            at_once,
            valley,
            Pressed(FACILITATOR, f"seed:plan:{seeding}"),
            Pressed(LEAD, f"seed:drop:{seeding}"),
        )

        row = row_of(valley, seeding)
        if isinstance(planned, Refused):
            assert row is None
        else:
            assert row is not None
        if row is not None and row.state is SeedingState.PLANNED:
            await valley.press("cancel", seeding)
