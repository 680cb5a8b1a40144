"""Reminders: to whom, when, and no trace of to whom."""

from __future__ import annotations

import logging
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from pulse_bot.domain.asking.calendar import Holiday
from pulse_bot.domain.asking.items import SKIP
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.ports import Address
from pulse_bot.storage.columns import DeliveryState
from pulse_bot.storage.models import InvitationRow
from pulse_bot.usecases.chats.programme import add_holiday
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.members.directory import NewMember, add_member
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.remind import claim_reminders
from pulse_bot.usecases.tick import find_due_jobs
from tests.made_up import CLOSES, OPENS, PARTNERSHIP, answer_all, at, opened_round, people
from tests.usecases.scene import Talk, snapshot

DAY = timedelta(days=1)


def sent(made: Installation, *users: str) -> None:
    """Note that the cards of some members went out, or of all."""
    change = update(InvitationRow).values(state=DeliveryState.SENT)
    with made.database.write() as session:
        session.execute(change.where(InvitationRow.user.in_(users)) if users else change)


def reminded(made: Installation, asked: Round, which: int = 1) -> set[str]:
    """The users who are reminded now."""
    told = claim_reminders(made, asked.id, which, "fake", "")
    assert len({address for address, _ in told}) == len(told)
    return {address.user for address, _ in told}


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

    assert reminded(made, asked) == {partly.user, commented.user}
    # The same job, begun again after a crash, finds it taken on.
    assert reminded(made, asked) == set()
    assert reminded(made, asked, 2) == {partly.user, commented.user}


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
    assert reminded(made, asked) == {"person-00", "person-01"}
    at(made, OPENS + DAY * 1.7)  # Friday 08:18
    assert reminded(made, asked, 2) == {"person-00", "person-01", "far", "off"}


@pytest.mark.both_databases
def test_nobody_whose_card_still_waits(made: Installation) -> None:
    people(made, 4)
    asked = opened_round(made)
    sent(made, "person-00", "person-02")
    at(made, OPENS + DAY)

    assert reminded(made, asked) == {"person-00", "person-02"}


def test_nobody_once_the_round_is_over(made: Installation) -> None:
    people(made, 3)
    asked = opened_round(made)
    sent(made)
    at(made, CLOSES)
    assert reminded(made, asked) == set()
    at(made, OPENS + DAY)
    close_round(made, asked.id)
    assert reminded(made, asked) == set()


def test_the_schedule_reminds_at_most_once_for_one_reminder(made: Installation) -> None:
    """A whole round of ticks, each followed at once by the work that it gives out."""
    people(made, 3)
    asked = opened_round(made)
    sent(made)
    told = []
    for minutes in range(0, 48 * 60, 60):
        now = OPENS + timedelta(minutes=minutes)
        at(made, now)
        for job in find_due_jobs(made, now, live=()):
            if job.name == "remind":
                _, which, adapter, workspace = job.args
                told.append(
                    claim_reminders(made, asked.id, int(which), str(adapter), str(workspace))
                )

    assert [len(parcels) for parcels in told] == [3]


async def test_nothing_tells_who_was_reminded(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    """The database after a reminder is the same whoever answered, but for the sealed answers."""
    caplog.set_level(logging.DEBUG)
    made = talk.made
    everybody = people(made, 6)
    asked = opened_round(made)
    sent(made)
    at(made, OPENS + DAY)
    before = snapshot(made, without=["envelope", "reminder"])
    await answer_all(made, asked, everybody[:3])
    caplog.clear()

    assert reminded(made, asked) == {one.user for one in everybody[3:]}

    assert snapshot(made, without=["envelope", "reminder"]) == before
    # That the reminder was taken on, and nothing else.
    assert snapshot(made)["reminder"] == ["(1, 1, 'fake', '')"]
    for one in everybody:
        assert one.user not in caplog.text
    assert "Member" not in caplog.text
