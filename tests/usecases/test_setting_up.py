"""Setting up a chat by one form: who may, what it does at once, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from sqlalchemy import select

from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.people import Role
from pulse_bot.ports import (
    Added,
    Address,
    Commanded,
    FieldKind,
    Form,
    Outcome,
    Pressed,
    Reply,
    Submitted,
)
from pulse_bot.storage import partnerships
from pulse_bot.storage.columns import LinkState
from pulse_bot.storage.models import GroupRow, OrganisationRow
from pulse_bot.usecases.chats.link import sign_setup_key
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import NewPartnership, change_role, create_partnership
from pulse_bot.usecases.members.invite import find_codes
from pulse_bot.usecases.reading.operator_lists import list_log_lines
from tests.made_up import GROUP, PARTNERSHIP, PLAN, people
from tests.outbox import rows
from tests.usecases.scene import Talk, snapshot, words

AFON = "Afon Valley"
CHAT = Address("fake", "T0 1:2", "a:chat/7")
STRANGER = Address("fake", "T0 1:2", "stranger")
LEAD = Address("fake", "", "person-00")
MEMBER = Address("fake", "", "person-01")
Values = Mapping[str, tuple[str, ...]]
HOURS = (
    "3 questions a round; opens Monday 08:00, closes Thursday 12:30; reminds 24 hours after the "
    "opening"
)
SAID: Values = {
    "themes": ("trust", "honesty"),
    "opens": ("Mon 08:00",),
    "closes": ("thursday 12:30",),
    "schools": ("Ysgol Un\n St. Anne's,  Hull \n\nysgol  un",),
    "guests": ("yes",),
}


@pytest.fixture
async def afon(talk: Talk) -> Talk:
    """A partnership of fourteen, whose first member leads it, and a new one of nobody."""
    people(talk.made)
    create_partnership(talk.made, NewPartnership(AFON))
    change_role(talk.made, PARTNERSHIP, 1, Role.LEAD)
    return talk


def code_of(made: Installation, name: str = AFON) -> str:
    return find_codes(made, name).link


async def form_of(talk: Talk, by: Address = STRANGER, chat: Address = CHAT) -> Form:
    reply = await talk.handle(Commanded(by, "setup", "", chat))
    assert not reply.public
    assert reply.form is not None, reply.notice
    return reply.form


async def send(talk: Talk, values: Values, by: Address = STRANGER) -> Reply:
    return await talk.handle(Submitted(by, sign_setup_key(talk.made, CHAT), values))


def chat_of(made: Installation, chat: Address = CHAT) -> GroupRow | None:
    with made.database.read() as session:
        return session.scalar(select(GroupRow).where(GroupRow.chat == chat.user))


def schools_of(made: Installation, name: str = AFON) -> list[str]:
    with made.database.read() as session:
        row = partnerships.find_partnership(session, name)
        query = select(OrganisationRow.name).where(OrganisationRow.partnership_id == row.id)
        return sorted(session.scalars(query))


def log(made: Installation, name: str = AFON) -> list[str]:
    return [f"{row['who']} {row['what']}" for row in list_log_lines(made, name)]


async def test_a_stranger_with_a_code_sets_up_all_at_once(afon: Talk) -> None:
    made = afon.made
    before = snapshot(made)
    form = await form_of(afon)
    assert snapshot(made) == before
    keys = [field.key for field in form.fields]
    assert keys == ["code", "themes", "opens", "closes", "schools", "guests"]
    assert [one.value for one in form.fields[1].options] == ["accountability", "honesty", "trust"]
    times = form.fields[2]
    assert (times.kind, times.longest) == (FieldKind.ONE, 20)
    assert "Wed 15:30" in [one.value for one in times.options]

    reply = await afon.handle(Submitted(STRANGER, form.key, {"code": (code_of(made),), **SAID}))

    assert (reply.outcome, reply.public) == (Outcome.DONE, False)
    assert reply.notice == (
        f"This chat belongs to {AFON}. A round opens on Monday 08:00 and closes on Thursday 12:30. "
        "2 schools were added. Guests are invited, too. "
        "The card by which people join comes into the chat in a minute."
    )
    chat = chat_of(made)
    assert chat is not None
    assert (chat.workspace, chat.state) == (CHAT.workspace, LinkState.LINKED)
    assert chat.guests
    assert schools_of(made) == ["St. Anne's, Hull", "Ysgol Un"]
    assert log(made)[:4] == [
        "whoever set up a group chat invited the guests of a group chat",
        "whoever set up a group chat added schools: Ysgol Un; St. Anne's, Hull",
        f"whoever set up a group chat set the programme: trust, honesty; {HOURS}",
        "a group chat was linked",
    ]
    assert [row.group_id for row in rows(made, OutgoingKind.WELCOME)] == [chat.id]
    assert not any(STRANGER.user in row for rows in snapshot(made).values() for row in rows)


async def test_what_is_left_empty_changes_nothing(afon: Talk) -> None:
    reply = await send(afon, {"code": (code_of(afon.made),)})

    assert reply.outcome is Outcome.DONE
    chat = chat_of(afon.made)
    assert chat is not None
    assert not chat.guests
    assert schools_of(afon.made) == []
    assert log(afon.made)[0] == "a group chat was linked"
    with afon.made.database.read() as session:
        assert partnerships.load_programme(session, chat.partnership_id) is None


@pytest.mark.both_databases
async def test_a_lead_needs_no_code_and_changes_it_later(afon: Talk) -> None:
    form = await form_of(afon, LEAD)
    assert "code" not in [field.key for field in form.fields]
    assert f"For {PARTNERSHIP}." in form.text
    await afon.handle(Submitted(LEAD, form.key, {}))
    chat = chat_of(afon.made)
    assert chat is not None

    for guests, told in (("yes", "Guests are invited, too."), ("no", "Guests are not invited.")):
        values = {"opens": ("Tue 9:00",), "guests": (guests,)}
        again = await afon.handle(Submitted(LEAD, (await form_of(afon, LEAD)).key, values))
        assert again.outcome is Outcome.DONE
        assert told in again.notice
    with afon.made.database.read() as session:
        planned = partnerships.load_programme(session, chat.partnership_id)
    assert planned is not None
    assert (planned[0].themes, str(planned[0].opens)) == (PLAN.themes, "Tuesday 09:00")
    assert log(afon.made, PARTNERSHIP)[0] == "a lead no longer invites the guests of a group chat"


async def test_only_a_lead_changes_a_chat_that_is_linked(afon: Talk) -> None:
    # Also the form that was open while the chat was linked, and the same form sent twice.
    code = code_of(afon.made)
    await send(afon, {"code": (code,), **SAID})
    before = snapshot(afon.made)

    for by in (STRANGER, MEMBER):
        for reply in (
            await afon.handle(Commanded(by, "setup", "", CHAT)),
            await send(afon, {"code": (code,), "guests": ("no",)}, by),
            await send(afon, {"code": (code_of(afon.made),), "opens": ("Tue 9:00",)}, by),
        ):
            assert (reply.outcome, reply.public) == (Outcome.REFUSED, False)
            assert "only a lead of its partnership can change" in reply.notice
    # A lead of another partnership.
    for reply in (
        await afon.handle(Commanded(LEAD, "setup", "", CHAT)),
        await send(afon, {"guests": ("no",)}, LEAD),
    ):
        assert reply.notice.startswith("This chat belongs to a partnership already")
    assert snapshot(afon.made) == before


async def test_a_code_does_not_change_a_programme_that_there_is(afon: Talk) -> None:
    before = snapshot(afon.made)
    code = code_of(afon.made, PARTNERSHIP)

    refused = await send(afon, {"code": (code,), "opens": ("Tue 9:00",)})

    assert refused.outcome is Outcome.REFUSED
    assert "which only a lead can change" in refused.notice
    assert snapshot(afon.made) == before
    assert (await send(afon, {"code": (code,), "schools": ("A new one",)})).outcome is Outcome.DONE


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"code": ()}, "fill in the code for linking"),
        ({"code": ("g2-" + "a" * 20,)}, "That code is not valid"),
        ({"code": ("g999999999-" + "a" * 20,)}, "That code is not valid"),
        ({"code": ("x" * 49,)}, "longer than 48"),
        ({"code": ("a", "b")}, "Two things were chosen"),
        ({"themes": ("trust",)}, "say when a round opens and when it closes"),
        ({"opens": ("Mon 08:00",), "closes": ("Fri 16:00",)}, "at least one theme"),
        ({**SAID, "themes": ("love",)}, "There is no such theme"),
        ({**SAID, "themes": ("trust", "trust")}, "named twice"),
        ({**SAID, "opens": ("noon",)}, "is not a day and a time"),
        ({**SAID, "closes": ("Mon 08:00",)}, "close at another time"),
        ({**SAID, "guests": ("maybe",)}, "longer than 3"),
        ({**SAID, "guests": ("oui",)}, "whether guests are invited"),
        ({**SAID, "schools": ("x" * 81,)}, "at most 80 characters"),
        ({**SAID, "schools": ("One\nTwo\x00",)}, "no control characters"),
        ({**SAID, "schools": (",".join(map(str, range(101))),)}, "room for 100 schools"),
        ({**SAID, "answer": ("5",)}, "not in use any more"),
    ],
)
async def test_what_is_refused_changes_nothing(afon: Talk, values: Values, says: str) -> None:
    before = snapshot(afon.made)

    reply = await send(afon, {"code": (code_of(afon.made),), **values})

    assert (reply.outcome, reply.public) == (Outcome.REFUSED, False)
    assert says in reply.notice
    assert snapshot(afon.made) == before


@pytest.mark.parametrize(
    "key",
    [
        "setup",
        "setup:",
        "setup:T",
        "setup:T:",
        "setup::a\x00b",
        "setup:%00:a",
        "setup::" + "a" * 200,
    ],
)
async def test_forged_keys(afon: Talk, key: str) -> None:
    before = snapshot(afon.made)

    sent = await afon.handle(Submitted(LEAD, key, {"guests": ("yes",)}))
    pressed = await afon.handle(Pressed(LEAD, key))

    assert (sent.outcome, pressed.outcome) == (Outcome.REFUSED, Outcome.REFUSED)
    assert "not in use any more" in sent.notice
    assert snapshot(afon.made) == before


async def test_setting_up_is_for_chats(afon: Talk) -> None:
    reply = await afon.handle(Commanded(LEAD, "setup"))

    assert (reply.outcome, reply.public) == (Outcome.REFUSED, False)
    assert reply.notice == "Write that in the group's chat that is to be set up, not here."


async def test_the_greetings_button_leads_to_the_same_form(afon: Talk) -> None:
    greeted = await afon.handle(Added(STRANGER, CHAT, "A chat"))
    [[button]] = greeted.cards[0].buttons
    assert button.label == "Set up"

    pressed = await afon.handle(Pressed(STRANGER, button.action))
    assert pressed.form == await form_of(afon)
    assert not pressed.public
    # No button carries an address as long as this; the words say what to write.
    far = await afon.handle(Added(STRANGER, Address("fake", "", "x" * 60), "A chat"))
    assert far.cards[0].buttons == ()
    assert "“/pulse link”" in words([far])


@pytest.mark.both_databases
async def test_the_same_form_sent_by_two_at_once_links_once(afon: Talk) -> None:
    code = code_of(afon.made)

    replies = await asyncio.gather(*(send(afon, {"code": (code,), **SAID}) for _ in range(4)))

    assert sorted(one.outcome for one in replies) == ["done", "refused", "refused", "refused"]
    assert len(schools_of(afon.made)) == 2
    assert chat_of(afon.made, GROUP) is not None
