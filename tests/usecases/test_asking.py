"""Opening a round: who is on its roster, what is frozen with it, and which cards go out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import update

from pulse_bot.domain.asking.calendar import Holiday
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.domain.asking.schedule import OpenRound
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.errors import Refused
from pulse_bot.ports import Address
from pulse_bot.storage import authenticity
from pulse_bot.storage.models import MemberRow
from pulse_bot.usecases.chats.programme import add_holiday, set_programme
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.members.directory import (
    NewMember,
    NewPartnership,
    add_member,
    change_address,
    create_partnership,
)
from pulse_bot.usecases.outbox import Message, prepare_entries
from pulse_bot.usecases.rounds.close import close_round, close_round_now
from pulse_bot.usecases.rounds.open_round import open_round, open_round_now
from tests.attacks.restart import keys_of
from tests.made_up import (
    CLOSES,
    GROUP,
    OPENS,
    PARTNERSHIP,
    PLAN,
    START,
    WEEK,
    at,
    found,
    opened_round,
    people,
)
from tests.outbox import rows, send_due, waiting

pytestmark = pytest.mark.both_databases

HOUR = timedelta(hours=1)


def join(made: Installation, *names: str, time_zone: str | None = None) -> list[Address]:
    addresses = [Address("fake", "", name) for name in names]
    for name, address in zip(names, addresses, strict=True):
        add_member(made, PARTNERSHIP, NewMember(name, "School 1", time_zone=time_zone), address)
    return addresses


def asked_whom(made: Installation, asked: Round) -> set[str]:
    """The users whose cards may go out by now."""
    due = [one for one in waiting(made, OutgoingKind.CARD) if one.round == asked.id]
    prepared = prepare_entries(made, due)
    ready = [one for one in due if isinstance(prepared[one.id], Message)]
    assert len({one.address for one in ready}) == len(ready)
    return {one.address.user for one in ready}


def test_joiners_are_asked_from_the_next_round(made: Installation) -> None:
    people(made, 10)
    for number in range(1, 4):
        asked = opened_round(made, number - 1)
        there = {"new-1", "new-2"} & asked_whom(made, asked)
        assert bool(there) is (number > 1)
        assert asked.roster_size == 10 + (2 if number > 1 else 0)
        # Everybody is new in the first round, which nobody needs to be told.
        assert asked.newcomers == (2 if number == 2 else 0)
        if number == 1:
            join(made, "new-1", "new-2")
        close_round(made, asked.id)


def test_an_open_round_is_frozen(made: Installation) -> None:
    everybody = people(made)
    asked = opened_round(made)
    with made.database.read() as session:
        seats = authenticity.load_roster(session, asked.id, keys_of(made, asked))

    set_programme(made, PARTNERSHIP, Programme(("words",), PLAN.closes, PLAN.opens, 1))
    join(made, "new")
    leave.pause_questions(made, everybody[0])
    leave.leave_partnership(made, everybody[1])
    with made.database.write() as session:
        session.execute(update(MemberRow).values(organisation_id=1))

    assert found(made, asked.id) == asked
    with made.database.read() as session:
        assert authenticity.load_roster(session, asked.id, keys_of(made, asked)) == seats
    assert len({seat.organisation for seat in seats}) == 9
    # The one who paused and the one who left are asked nothing more.
    assert asked_whom(made, asked) == {one.user for one in everybody[2:]}
    assert asked.thresholds.organisations == 4

    close_round(made, asked.id)
    at(made, OPENS + WEEK)
    opened = open_round(made, OpenRound(1, OPENS + WEEK, CLOSES + WEEK))
    assert opened is not None
    following = found(made, opened)
    assert [item.id for item in following.items] == ["words-1"]
    assert following.thresholds.organisations == 3


def test_a_slot_opens_once(made: Installation) -> None:
    people(made)
    asked = opened_round(made)

    assert open_round(made, OpenRound(1, OPENS, CLOSES)) is None
    close_round(made, asked.id)
    assert open_round(made, OpenRound(1, OPENS, CLOSES)) is None
    assert open_round(made, OpenRound(1, OPENS - WEEK, CLOSES - WEEK)) is None
    assert open_round(made, OpenRound(99, OPENS, CLOSES)) is None


def test_opening_with_nobody_or_nothing_to_ask_says_what_to_do(made: Installation) -> None:
    create_partnership(made, NewPartnership(PARTNERSHIP, "Europe/London"))
    with pytest.raises(Refused, match="pulse-bot programme set"):
        open_round_now(made, PARTNERSHIP)
    set_programme(made, PARTNERSHIP, replace(PLAN, themes=("words",)))
    with pytest.raises(Refused, match="pulse-bot member add"):
        open_round_now(made, PARTNERSHIP)
    [only] = join(made, "Only One")
    leave.pause_questions(made, only)
    with pytest.raises(Refused, match="pulse-bot member add"):
        open_round_now(made, PARTNERSHIP)
    leave.resume_questions(made, only)
    assert open_round_now(made, PARTNERSHIP) == (1, "Friday 9 January at 16:00")
    with pytest.raises(Refused, match="Round 1 is still open"):
        open_round_now(made, PARTNERSHIP)
    assert close_round_now(made, PARTNERSHIP) == 1
    # One question, and it was asked just now.
    at(made, START + HOUR)
    with pytest.raises(Refused, match="add a theme to the programme"):
        open_round_now(made, PARTNERSHIP)
    with pytest.raises(Refused, match=f"No round of {PARTNERSHIP} is open"):
        close_round_now(made, PARTNERSHIP)
    assert made.keys.list_rounds() == frozenset()


def test_cards_wait_for_the_time_of_each_member(made: Installation) -> None:
    people(made, 3)
    join(made, "kathmandu", time_zone="Asia/Kathmandu")  # 21:15 there when it opens
    add_member(made, PARTNERSHIP, NewMember("Off", "Off School"), Address("fake", "", "off"))
    thursday = date(2026, 1, 8)
    add_holiday(made, PARTNERSHIP, Holiday(date(2026, 1, 5), thursday), "Off School")
    asked = opened_round(made)
    awake = {f"person-{n:02}" for n in range(3)}

    assert asked_whom(made, asked) == awake
    at(made, OPENS + 10 * HOUR)  # 07:00 in Kathmandu on Thursday is 01:15 in UTC
    assert asked_whom(made, asked) == {*awake, "kathmandu"}
    at(made, OPENS + 39 * HOUR)  # Friday 06:30
    assert "off" not in asked_whom(made, asked)
    at(made, OPENS + 40 * HOUR)  # Friday 07:30
    assert asked_whom(made, asked) == {*awake, "kathmandu", "off"}


def test_no_card_goes_out_once_the_round_is_over(made: Installation) -> None:
    people(made)
    asked = opened_round(made)
    assert len(asked_whom(made, asked)) == 14
    assert waiting(made, workspace="elsewhere") == []

    at(made, CLOSES)
    assert found(made, asked.id).state is RoundStatus.OPEN
    assert asked_whom(made, asked) == set()
    at(made, OPENS)
    close_round(made, asked.id)
    assert asked_whom(made, asked) == set()
    assert not rows(made, OutgoingKind.CARD, OutgoingKind.REMINDER, OutgoingKind.COUNT)


def test_a_new_link_reaches_a_member_in_the_open_round(made: Installation) -> None:
    people(made, 3)
    asked = opened_round(made)
    moved = Address("fake", "", "moved")

    change_address(made, PARTNERSHIP, 1, moved)

    assert "person-00" not in asked_whom(made, asked)
    for number in (99, -1):
        with pytest.raises(Refused, match=f"no member {number} in {PARTNERSHIP}"):
            change_address(made, PARTNERSHIP, number, moved)


def test_a_digest_is_posted_once_to_each_chat(made: Installation) -> None:
    people(made)
    asked = opened_round(made)
    assert not rows(made, OutgoingKind.DIGEST)
    close_round(made, asked.id)

    assert waiting(made, OutgoingKind.DIGEST, adapter="other") == []
    # Nobody answered, so that there is nothing to draw.
    [words] = send_due(made, OutgoingKind.DIGEST)
    assert (words.address, words.card.title[:7]) == (GROUP, "Round 1")
    assert send_due(made, OutgoingKind.DIGEST) == []


def test_rounds_by_hand_ask_nothing_twice_in_four_weeks(made: Installation) -> None:
    """Otherwise whoever runs the server looks at one question fifty times before anybody moves."""
    create_partnership(made, NewPartnership(PARTNERSHIP, "Europe/London"))
    set_programme(made, PARTNERSHIP, replace(PLAN, themes=("trust",), items_a_round=1))
    join(made, *(f"M{number}" for number in range(8)))
    asked: list[tuple[int, str]] = []
    refusals = set[str]()
    for day in range(60):
        at(made, START + timedelta(days=day))
        try:
            number, _ = open_round_now(made, PARTNERSHIP)
        except Refused as refused:
            refusals.add(str(refused))
            continue
        asked += [(day, item.id) for item in found(made, number).items]
        close_round_now(made, PARTNERSHIP)

    questions = {item for _, item in asked}
    pauses = [
        later - earlier
        for question in questions
        for earlier, later in pairwise(day for day, item in asked if item == question)
    ]
    assert len(questions) == 6, "the six of a core, in their order"
    assert [item for _, item in asked[6:12]] == [item for _, item in asked[:6]]
    assert min(pauses) == 27
    assert any("Every question was asked" in refusal for refusal in refusals)
