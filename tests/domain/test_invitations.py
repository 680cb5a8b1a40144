"""`due`: when a chat is shown the card that invites it, and when its people get their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pulse_bot.domain.asking.calendar import Calendar, Holiday, parse_zone
from pulse_bot.domain.asking.schedule import (
    DueAction,
    PartnershipSnapshot,
    SendWelcomes,
    ShowWelcome,
    list_due_actions,
)

MONDAY = datetime(2026, 1, 5, 8, tzinfo=UTC)
HALF_TERM = Holiday(MONDAY.date() + timedelta(weeks=1), MONDAY.date() + timedelta(weeks=1))
STATE = PartnershipSnapshot(
    1,
    Calendar(parse_zone("Europe/London"), (HALF_TERM,)),
    None,
    None,
    unshown=(3,),
    unwelcomed=(4, 5),
)
EVERYTHING: tuple[DueAction, ...] = (ShowWelcome(3), SendWelcomes(4), SendWelcomes(5))


@pytest.mark.parametrize(
    ("now", "given"),
    [
        (MONDAY, EVERYTHING),
        (MONDAY.replace(hour=22), (ShowWelcome(3),)),
        (MONDAY + timedelta(days=5), (ShowWelcome(3),)),
        (MONDAY + timedelta(weeks=1), (ShowWelcome(3),)),
        (MONDAY + timedelta(weeks=2), EVERYTHING),
    ],
)
def test_a_chat_at_any_hour_and_its_people_when_they_may_be_written_to(
    now: datetime, given: tuple[DueAction, ...]
) -> None:
    assert list_due_actions(STATE, now) == given
    assert list_due_actions(replace(STATE, unshown=(), unwelcomed=()), now) == ()
