"""Coming too late: what is said of a round that is over, and that nothing is recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pulse_bot.ports import Address, Members, Outcome
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.members.directory import NewMember, add_member
from pulse_bot.usecases.rounds.close import close_round, close_round_now
from tests.made_up import CLOSES, GROUP, OPENS, PARTNERSHIP, WEEK, at, opened_round, people
from tests.outbox import send_due
from tests.usecases.scene import Talk, envelopes_in

pytestmark = pytest.mark.both_databases


async def test_a_closed_round_says_when_the_next_one_opens(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    asked = opened_round(talk.made)
    message = (
        "This round closed on Friday 9 January at 16:00; the next opens on Wednesday 14 January "
        "at 15:30."
    )
    at(talk.made, CLOSES)
    # Its time is over, whether or not it was closed by now.
    for _ in range(2):
        for reply in (
            await talk.choose(asked, one, "4"),
            await talk.submit(asked, one, {"0:answer": "4"}),
        ):
            assert (reply.outcome, reply.notice) == (Outcome.REFUSED, message)
        assert envelopes_in(talk.made) == 0
        close_round(talk.made, asked.id)


async def test_an_old_round_is_refused_while_a_new_one_is_open(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    old = opened_round(talk.made)
    at(talk.made, CLOSES)
    close_round(talk.made, old.id)
    opened_round(talk.made, 1)

    reply = await talk.choose(old, one, "4")

    assert reply.outcome is Outcome.REFUSED
    assert reply.notice.startswith("This round closed on Friday 9 January at 16:00")
    assert envelopes_in(talk.made) == 0


async def test_weeks_later_the_next_opening_still_lies_ahead(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    old = opened_round(talk.made)
    at(talk.made, CLOSES)
    close_round(talk.made, old.id)
    at(talk.made, CLOSES + 5 * WEEK)

    reply = await talk.choose(old, one, "4")

    assert reply.notice.endswith("; the next opens on Wednesday 18 February at 15:30.")


async def test_the_hour_is_told_in_the_zone_of_the_member(talk: Talk) -> None:
    people(talk.made)
    far = Address("fake", "", "far")
    new = NewMember("Far", "School 1", time_zone="Asia/Kathmandu")
    add_member(talk.made, PARTNERSHIP, new, far)
    old = opened_round(talk.made)
    at(talk.made, CLOSES)

    reply = await talk.choose(old, far, "4")

    # 16:00 and 15:30 in London are 21:45 and 21:15 in Kathmandu.
    assert reply.notice == (
        "This round closed on Friday 9 January at 21:45; the next opens on Wednesday 14 January "
        "at 21:15."
    )


async def test_a_round_that_was_closed_early_says_when_that_was(talk: Talk) -> None:
    [one, *_] = people(talk.made)
    asked = opened_round(talk.made)
    at(talk.made, OPENS + timedelta(hours=2))
    close_round_now(talk.made, PARTNERSHIP)

    reply = await talk.choose(asked, one, "4")

    assert reply.outcome is Outcome.REFUSED
    assert reply.notice.startswith("This round closed on Wednesday 7 January at 17:30")


def test_nothing_is_given_out_for_members_who_paused(talk: Talk) -> None:
    everybody = people(talk.made)
    opened_round(talk.made)
    for address in everybody:
        leave.pause_questions(talk.made, address)

    # The chat is told how many have not joined; that is for nobody in particular.
    assert [one.address for one in send_due(talk.made, members=Members(20))] == [GROUP]
