"""Announcements: what a group's chats are told was changed, when, once, and without a name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pulse_bot.domain.asking.calendar import Holiday, parse_week_time
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.domain.outgoing import OutgoingKind, SendOutcome
from pulse_bot.domain.partnership.audit_events import ChatAdded
from pulse_bot.domain.partnership.people import Role
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Added, Address, Commanded, Joined, Removed, Submitted
from pulse_bot.storage import groups
from pulse_bot.storage.columns import LinkState
from pulse_bot.testing import FakeAdapter
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.chats import weekly_limit
from pulse_bot.usecases.chats.programme import add_holiday, set_programme
from pulse_bot.usecases.context import OPERATOR, Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.members.directory import (
    NewMember,
    add_group,
    add_member,
    add_members,
    change_address,
    change_role,
    remove_member,
)
from pulse_bot.usecases.outbox import Message, prepare_entries
from tests.made_up import GROUP, PARTNERSHIP, answer_all, at, opened_round, people, stage_once
from tests.outbox import Sent, send_due, tick, waiting
from tests.usecases.scene import Talk
from tests.usecases.test_notices import running_app
from tests.usecases.test_posting import worked_off

MORNING = datetime(2026, 1, 6, 9, tzinfo=UTC)
"""A Tuesday in winter, when London's time is UTC."""
SETTLED = timedelta(minutes=2)
DAY = timedelta(days=1)
LEAD, MEMBER = (Address("fake", "", f"person-{number:02}") for number in range(2))
OTHER = Address("other", "", "a-chat-elsewhere")
NEW_PLAN = Programme(("trust",), parse_week_time("Tue 9:00"), parse_week_time("Fri 16:00"), 2)
LOG = "Members read every change with “/pulse log” in their own chat with me."


@pytest.fixture
def valley(made: Installation) -> Installation:
    """A partnership that was set up on Monday; its chat was told of that."""
    stage_once(made, ("announcing",), lambda: set_up_on_monday(made))
    return made


def set_up_on_monday(made: Installation) -> None:
    people(made)
    change_role(made, PARTNERSHIP, 1, Role.LEAD)
    at(made, MORNING)
    told(made)


def due(made: Installation, adapter: str = "fake") -> tuple[int | None, ...]:
    """The chats of an adapter that are to be told now what was changed."""
    tick(made)
    entries = waiting(made, OutgoingKind.ANNOUNCEMENT, adapter=adapter)
    prepared = prepare_entries(made, entries)
    return tuple(one.group for one in entries if isinstance(prepared[one.id], Message))


def wait(made: Installation, span: timedelta) -> None:
    at(made, made.clock.now() + span)


def told(made: Installation, adapter: str = "fake") -> list[Sent]:
    """What the chats that are due are told."""
    tick(made)
    return send_due(made, OutgoingKind.ANNOUNCEMENT, adapter=adapter)


def said(made: Installation) -> tuple[str, ...]:
    """The lines of the one announcement that is due, without the last, which is always there."""
    [one] = told(made)
    assert one.card.title == f"What was changed in {PARTNERSHIP}"
    assert one.card.text[-1] == LOG
    return one.card.text[:-1]


@pytest.mark.both_databases
def test_several_changes_make_one_message(valley: Installation) -> None:
    set_programme(valley, PARTNERSHIP, NEW_PLAN)
    wait(valley, timedelta(minutes=1))
    weekly_limit.change_limit(valley, PARTNERSHIP, 4)
    wait(valley, timedelta(seconds=119))
    assert due(valley) == ()
    wait(valley, timedelta(seconds=1))

    [one] = told(valley)

    assert one.address == GROUP
    assert one.card.text == (
        (
            "The operator set the programme: trust; 2 questions a round; opens Tuesday 09:00, "
            "closes Friday 16:00; reminds 24 hours after the opening."
        ),
        "The operator set the weekly limit to 4 questions, instead of 6.",
        LOG,
    )
    wait(valley, DAY)
    assert due(valley) == ()


def test_who_changes_something_again_and_again_puts_nothing_off(valley: Installation) -> None:
    for minute in range(15):
        assert due(valley) == (), minute
        weekly_limit.change_limit(valley, PARTNERSHIP, 3 + minute % 2)
        wait(valley, timedelta(minutes=1))

    # All but those of the last two minutes, which come with the next; what was said twice, once.
    assert len(said(valley)) == 3
    wait(valley, SETTLED)
    assert len(said(valley)) == 1


CHANGES: list[tuple[Callable[[Installation], object], str]] = [
    (
        lambda made: set_programme(made, PARTNERSHIP, NEW_PLAN),
        (
            "The operator set the programme: trust; 2 questions a round; opens Tuesday 09:00, "
            "closes Friday 16:00; reminds 24 hours after the opening."
        ),
    ),
    (
        lambda made: weekly_limit.change_limit(made, PARTNERSHIP, 12),
        "The operator set the weekly limit to 12 questions, instead of 6.",
    ),
    (
        lambda made: change_role(made, PARTNERSHIP, 3, Role.FACILITATOR),
        "The operator made a member of School 2 a facilitator.",
    ),
    (
        lambda made: add_holiday(
            made, PARTNERSHIP, Holiday(MORNING.date() + 30 * DAY, MORNING.date() + 37 * DAY)
        ),
        "The operator added a holiday: 2026-02-05 to 2026-02-12.",
    ),
    (
        lambda made: remove_member(made, PARTNERSHIP, 1),
        "The operator removed a lead of School 0.",
    ),
    (
        lambda made: add_member(
            made,
            PARTNERSHIP,
            NewMember("Ann Lee", "School 1", Role.FACILITATOR),
            Address("fake", "", "ann"),
        ),
        "The operator added a facilitator of School 1.",
    ),
]


@pytest.mark.both_databases
@pytest.mark.parametrize(("change", "line"), CHANGES, ids=[line for _, line in CHANGES])
def test_what_concerns_everybody_is_told(
    valley: Installation, change: Callable[[Installation], object], line: str
) -> None:
    change(valley)
    wait(valley, SETTLED)

    assert said(valley) == (line,)


@pytest.mark.both_databases
async def test_what_a_lead_does_is_told_as_a_leads(talk: Talk, valley: Installation) -> None:
    await talk.handle(Submitted(LEAD, "programme", {"weekly": ("5",), "items": ("2",)}))
    await talk.handle(Submitted(LEAD, "role", {"person": ("m:2",), "role": ("lead",)}))
    wait(valley, SETTLED)

    programme, weekly, role = said(valley)
    assert programme.startswith("A lead set the programme: trust, honesty, accountability;")
    assert weekly == "A lead set the weekly limit to 5 questions, instead of 6."
    assert role == "A lead made a member of School 1 a lead."


async def test_pausing_coming_back_and_being_unreachable_are_nobodys_business(
    talk: Talk, valley: Installation
) -> None:
    await talk.look(MEMBER, "pause")
    await talk.look(MEMBER, "resume")
    leave.mark_unreachable(valley, MEMBER)
    leave.mark_reachable(valley, MEMBER)
    change_address(valley, PARTNERSHIP, 2, MEMBER)
    await talk.handle(Removed(MEMBER, GROUP))
    await talk.handle(Joined(MEMBER, GROUP, "Member 01"))
    wait(valley, DAY)

    assert told(valley) == []


async def test_answering_a_round_its_close_and_looking_at_it_are_not_told(
    talk: Talk, valley: Installation
) -> None:
    asked = opened_round(valley)
    await answer_all(valley, asked, [MEMBER, LEAD])
    await talk.all_views(MEMBER)
    wait(valley, DAY / 12)

    assert told(valley) == []
    # A change while a round is open says the same, whoever answered it.
    weekly_limit.change_limit(valley, PARTNERSHIP, 5)
    at(valley, asked.closes_at - timedelta(hours=1))
    assert said(valley) == ("The operator set the weekly limit to 5 questions, instead of 6.",)


def test_who_came_and_went_is_counted_once_a_day(valley: Installation) -> None:
    for number in range(3):
        new = NewMember(f"New {number}", "School 1")
        add_member(valley, PARTNERSHIP, new, Address("fake", "", f"new-{number}"))
        wait(valley, timedelta(hours=1))
    leave.leave_partnership(valley, MEMBER)
    assert due(valley) == ()
    at(valley, MORNING + DAY - timedelta(seconds=1))
    assert due(valley) == ()
    at(valley, MORNING + DAY)

    assert said(valley) == ("3 people joined.", "1 person left.")


def test_who_came_is_told_along_with_what_was_changed(valley: Installation) -> None:
    new = NewMember("New", "School 1")
    add_member(valley, PARTNERSHIP, new, Address("fake", "", "new"))
    weekly_limit.change_limit(valley, PARTNERSHIP, 5)
    remove_member(valley, PARTNERSHIP, 2)
    wait(valley, SETTLED)

    assert said(valley) == (
        "The operator set the weekly limit to 5 questions, instead of 6.",
        "1 person joined.",
        "1 person left.",
    )


def test_a_bar_that_follows_from_the_schools_is_told(made: Installation) -> None:
    people(made, members=6, organisations=4)
    at(made, MORNING)
    told(made)
    new = NewMember("New", "A fifth school")
    number = add_member(made, PARTNERSHIP, new, Address("fake", "", "new"))
    wait(made, SETTLED)

    bar, came = said(made)
    assert bar == (
        "Pulse-bot shows no number from fewer than 4 schools from the next round on, instead of 3, "
        "because the number of schools in the partnership has changed."
    )
    assert came == "1 person joined."
    leave.leave_partnership(made, Address("fake", "", "new"))
    wait(made, SETTLED)
    assert number == 7
    assert said(made)[0].startswith("Pulse-bot shows no number from fewer than 3 schools")


@pytest.mark.both_databases
def test_a_long_list_is_cut_and_says_so(valley: Installation) -> None:
    with valley.database.write() as session:
        for number in range(15):
            added = ChatAdded(f"platform {number} " + "x" * 400)
            audit_log.record(session, valley, 1, OPERATOR, added)
    wait(valley, SETTLED)

    lines = said(valley)
    assert len(lines) == 13
    assert lines[-1] == "3 earlier changes are left out here."
    assert all(len(line) <= 401 for line in lines)


@pytest.mark.parametrize(
    ("moment", "is_told"),
    [
        (datetime(2026, 1, 6, 6, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 6, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 1, 6, 18, 59, tzinfo=UTC), True),
        (datetime(2026, 1, 6, 19, 0, tzinfo=UTC), False),
        (datetime(2026, 1, 10, 12, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 7, 6, 0, tzinfo=UTC), True),
    ],
)
def test_nobody_is_told_at_night(made: Installation, moment: datetime, is_told: bool) -> None:
    people(made)
    weekly_limit.change_limit(made, PARTNERSHIP, 5)
    at(made, moment)

    assert bool(due(made)) is is_told


def test_each_chat_is_told_for_itself_from_when_it_was_linked(valley: Installation) -> None:
    weekly_limit.change_limit(valley, PARTNERSHIP, 5)
    add_group(valley, PARTNERSHIP, OTHER)
    wait(valley, SETTLED)

    assert due(valley, "other") == ()
    assert said(valley) == (
        "The operator set the weekly limit to 5 questions, instead of 6.",
        "The operator added a group chat in other.",
    )
    weekly_limit.change_limit(valley, PARTNERSHIP, 6)
    wait(valley, SETTLED)
    assert (due(valley), due(valley, "other")) == ((1,), (2,))
    [here], [there] = told(valley), told(valley, "other")
    assert (here.address, there.address) == (GROUP, OTHER)
    assert here.card == there.card


async def test_a_chat_that_a_lead_links_hears_no_old_news(talk: Talk, valley: Installation) -> None:
    chat = Address("fake", "", "a-new-chat")
    await talk.handle(Added(LEAD, chat, "A chat"))
    wait(valley, SETTLED)

    [one] = told(valley)
    assert one.address == GROUP
    assert one.card.text[:-1] == ("A group chat was linked.",)


def test_a_chat_without_pulse_bot_is_told_when_it_is_back(valley: Installation) -> None:
    weekly_limit.change_limit(valley, PARTNERSHIP, 5)
    with valley.database.write() as session:
        assert groups.change_link(session, 1, LinkState.LINKED, LinkState.GONE)
    wait(valley, SETTLED)
    assert due(valley) == ()
    with valley.database.write() as session:
        assert groups.change_link(session, 1, LinkState.GONE, LinkState.LINKED)

    assert len(said(valley)) == 1


def test_what_could_not_be_sent_is_told_later(valley: Installation) -> None:
    weekly_limit.change_limit(valley, PARTNERSHIP, 5)
    wait(valley, SETTLED)
    tick(valley)
    assert send_due(valley, OutgoingKind.ANNOUNCEMENT, outcome=SendOutcome.NOT_YET) == []
    # What is changed meanwhile comes by itself, and nothing is told twice.
    weekly_limit.change_limit(valley, PARTNERSHIP, 6)
    wait(valley, SETTLED)

    [first] = told(valley)
    assert ["5 questions, instead of 6" in line for line in first.card.text[:-1]] == [True]
    [second] = told(valley)
    assert ["6 questions, instead of 5" in line for line in second.card.text[:-1]] == [True]
    assert told(valley) == []


def test_what_was_never_sent_is_told_with_the_next_change(valley: Installation) -> None:
    weekly_limit.change_limit(valley, PARTNERSHIP, 5)
    wait(valley, SETTLED)
    tick(valley)
    send_due(valley, OutgoingKind.ANNOUNCEMENT, outcome=SendOutcome.FAILED)

    assert len(said(valley)) == 1


async def test_the_job_tells_the_chat_once_and_again_when_it_could_not(tmp_path: Path) -> None:
    fake = FakeAdapter()
    async with running_app(tmp_path, fake) as app:
        at(app.installation, MORNING)
        weekly_limit.change_limit(app.installation, PARTNERSHIP, 5)
        fake.fail(AdapterError("It is away for a moment.", permanent=False), to=GROUP)
        for minute in range(2, 6):
            at(app.installation, MORNING + timedelta(minutes=minute))
            await worked_off(app)
            if minute == 3:
                assert fake.cards(GROUP) == ()
                fake.recover()

        [card] = fake.cards(GROUP)
        assert card.text[0] == "The operator set the weekly limit to 5 questions, instead of 6."


def test_no_name_is_told(valley: Installation) -> None:
    """Whatever changes: names stand in the roster, where they go when somebody leaves."""
    names = [f"Gwenllian {number}" for number in range(3)]
    newcomers = [
        (NewMember(name, "School 1"), Address("fake", "", f"g-{number}"))
        for number, name in enumerate(names)
    ]
    numbers = add_members(valley, PARTNERSHIP, newcomers)
    change_role(valley, PARTNERSHIP, numbers[0], Role.LEAD)
    change_role(valley, PARTNERSHIP, numbers[1], Role.FACILITATOR)
    remove_member(valley, PARTNERSHIP, numbers[1])
    leave.leave_partnership(valley, Address("fake", "", "g-2"))
    wait(valley, SETTLED)

    lines = "\n".join(said(valley))
    assert "Gwenllian" not in lines
    assert "Member 0" not in lines
    assert "3 people joined." in lines


async def test_members_read_in_the_log_all_that_is_told(talk: Talk, valley: Installation) -> None:
    weekly_limit.change_limit(valley, PARTNERSHIP, 5)
    wait(valley, SETTLED)

    [line] = said(valley)
    [log] = (await talk.handle(Commanded(MEMBER, "log"))).cards
    assert line.removeprefix("The ").removesuffix(".") in log.text[0]
