"""Reminders: to whom, when, and no trace of to whom."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from pulse_bot.crypto.sealing import generate_keys
from pulse_bot.domain.asking.calendar import Holiday
from pulse_bot.domain.asking.items import SKIP
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.outgoing import OutgoingKind, OutgoingState
from pulse_bot.ports import Address
from pulse_bot.storage import reminded
from pulse_bot.storage.models import OutboxRow
from pulse_bot.storage.reminded import ReminderTag
from pulse_bot.usecases.chats.programme import add_holiday, set_programme
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.members.directory import NewMember, add_member
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.remind import list_reminders, make_reminder_tag
from tests.made_up import CLOSES, OPENS, PARTNERSHIP, PLAN, answer_all, at, opened_round, people
from tests.outbox import rows, send_due, tick
from tests.usecases.scene import Talk, snapshot

DAY = timedelta(days=1)


def sent(made: Installation, *users: str) -> None:
    """Note that the cards of some members went out, or of all."""
    cards = update(OutboxRow).where(OutboxRow.kind == OutgoingKind.CARD)
    change = cards.values(state=OutgoingState.SENT)
    with made.database.write() as session:
        session.execute(change.where(OutboxRow.user.in_(users)) if users else change)


def reminded_now(made: Installation, asked: Round, which: int = 1) -> set[str]:
    """The users who are reminded now."""
    with made.database.read() as session:
        told = list_reminders(session, made, asked.id, which, ("fake", ""), made.clock.now())
    assert len({one.address for one in told}) == len(told)
    tags = [ReminderTag(asked.id, one.tag, added=True) for one in told]
    assert all(reminded.mark_reminded(made.database, tags))
    return {one.address.user for one in told}


async def test_only_those_who_have_not_answered_everything(talk: Talk) -> None:
    made = talk.made
    everybody = people(made, 6)
    asked = opened_round(made)
    sent(made)
    done, skipped, partly, commented, paused, left = everybody
    await answer_all(made, asked, [done])
    await answer_all(made, asked, [skipped], choose=lambda *_: SKIP)
    await talk.choose(asked, partly, "4")
    await talk.submit(asked, commented, {"0:comment": "Words alone."})
    leave.pause_questions(made, paused)
    leave.leave_partnership(made, left)
    at(made, OPENS + DAY)

    assert reminded_now(made, asked) == {partly.user, commented.user}
    # The same job, begun again after a crash, finds it taken on.
    assert reminded_now(made, asked) == set()
    assert reminded_now(made, asked, 2) == {partly.user, commented.user}


@pytest.mark.both_databases
def test_nobody_in_quiet_hours_or_on_holiday_of_their_own(made: Installation) -> None:
    people(made, 2)
    zone = "Asia/Kathmandu"
    far = Address("fake", "", "far")
    add_member(made, PARTNERSHIP, NewMember("Far", "Far School", time_zone=zone), far)
    off = Address("fake", "", "off")
    add_member(made, PARTNERSHIP, NewMember("Off", "Off School"), off)
    add_holiday(made, PARTNERSHIP, Holiday(date(2026, 1, 8), date(2026, 1, 8)), "Off School")
    asked = opened_round(made)
    sent(made)

    at(made, OPENS + DAY)  # Thursday 15:30, which is 21:15 in Kathmandu
    assert reminded_now(made, asked) == {"person-00", "person-01"}
    at(made, OPENS + DAY * 1.7)  # Friday 08:18
    assert reminded_now(made, asked, 2) == {"person-00", "person-01", "far", "off"}


@pytest.mark.both_databases
def test_nobody_whose_card_still_waits(made: Installation) -> None:
    people(made, 4)
    asked = opened_round(made)
    sent(made, "person-00", "person-02")
    at(made, OPENS + DAY)

    assert reminded_now(made, asked) == {"person-00", "person-02"}


def test_nobody_once_the_round_is_over(made: Installation) -> None:
    people(made, 3)
    asked = opened_round(made)
    sent(made)
    at(made, CLOSES)
    assert reminded_now(made, asked) == set()
    at(made, OPENS + DAY)
    close_round(made, asked.id)
    assert reminded_now(made, asked) == set()


def test_the_schedule_reminds_at_most_once_for_one_reminder(made: Installation) -> None:
    """A whole round of ticks, each followed at once by the work that it gives out."""
    people(made, 3)
    asked = opened_round(made)
    sent(made)
    told = []
    for minutes in range(0, 48 * 60, 60):
        at(made, asked.opens_at + timedelta(minutes=minutes))
        tick(made)
        told.append(len(send_due(made, OutgoingKind.REMINDER)))

    assert [count for count in told if count] == [3]


async def test_nothing_tells_who_was_reminded(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    """The database after a reminder is the same whoever answered, but for the sealed answers."""
    caplog.set_level(logging.DEBUG)
    made = talk.made
    everybody = people(made, 6)
    asked = opened_round(made)
    sent(made)
    at(made, OPENS + DAY)
    before = snapshot(made, without=["envelope", "reminded"])
    await answer_all(made, asked, everybody[:3])
    caplog.clear()

    assert reminded_now(made, asked) == {one.user for one in everybody[3:]}

    assert snapshot(made, without=["envelope", "reminded"]) == before
    # How many were reminded, and no name: a tag is nobody's without the round's key.
    with made.database.read() as session:
        tags = reminded.load_reminded(session, asked.id)
    keys = made.keys.load(asked.id)
    assert keys is not None
    assert tags == {make_reminder_tag(keys, number, 1) for number in (4, 5, 6)}
    others = generate_keys()
    assert not tags & {make_reminder_tag(others, number, 1) for number in range(1, 7)}
    for one in everybody:
        assert one.user not in caplog.text
    assert "Member" not in caplog.text


@pytest.mark.parametrize(
    ("back_after", "which"),
    # Wed 15:30 + 18 h is Thu 09:30, + 42 h is Fri 09:30.
    [(17, []), (18, [1]), (41, [1]), (42, [2]), (48, [2])],
)
def test_of_several_missed_reminders_only_the_last_goes_out(
    made: Installation, back_after: int, which: list[int]
) -> None:
    people(made, 3)
    reminders = (timedelta(hours=18), timedelta(hours=42))
    set_programme(made, PARTNERSHIP, replace(PLAN, reminders=reminders))
    opened_round(made)
    send_due(made, OutgoingKind.CARD)

    at(made, OPENS + timedelta(hours=back_after))
    sent = send_due(made, OutgoingKind.REMINDER)

    assert len(sent) == 3 * len(which)
    gone = [row.number for row in rows(made, OutgoingKind.REMINDER) if row.attempts]
    assert gone == which
    at(made, CLOSES - timedelta(minutes=1))
    send_due(made, OutgoingKind.REMINDER)
    assert [row.number for row in rows(made, OutgoingKind.REMINDER)][-1] == 2
    assert rows(made, OutgoingKind.REMINDER)[-1].attempts == 1


def test_a_reminder_that_falls_into_quiet_hours_waits_for_the_morning(made: Installation) -> None:
    people(made, 3)
    set_programme(made, PARTNERSHIP, replace(PLAN, reminders=(timedelta(hours=6),)))
    opened_round(made)
    send_due(made, OutgoingKind.CARD)
    at(made, OPENS + timedelta(hours=6))
    assert send_due(made, OutgoingKind.REMINDER) == []

    at(made, datetime(2026, 1, 8, 6, 59, tzinfo=UTC))
    assert send_due(made, OutgoingKind.REMINDER) == []
    at(made, datetime(2026, 1, 8, 7, tzinfo=UTC))
    assert len(send_due(made, OutgoingKind.REMINDER)) == 3
