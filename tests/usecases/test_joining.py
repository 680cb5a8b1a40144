"""Joining by an invitation: a school, a name, one member; and everything that is refused."""

from __future__ import annotations

import asyncio
import logging

import pytest

from pulse_bot.adapter_kit.actions import NOT_IN_USE
from pulse_bot.domain.partnership.people import Role
from pulse_bot.ports import (
    Address,
    CardKind,
    FieldKind,
    Form,
    Joined,
    Outcome,
    Reply,
    Submitted,
)
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.members.directory import (
    NewMember,
    NewPartnership,
    add_member,
    change_role,
    create_partnership,
)
from pulse_bot.usecases.members.invite import find_codes, renew_invitation
from pulse_bot.usecases.members.join import sign_join_key
from pulse_bot.usecases.reading.operator_lists import list_log_lines, list_members
from pulse_bot.usecases.rounds.close import close_round
from tests.made_up import PARTNERSHIP, opened_round, people
from tests.usecases.scene import Talk, rows_with, snapshot, words

NEW = Address("fake", "", "somebody-new")
AFON = "Afon Valley"


def invitation(made: Installation, name: str = PARTNERSHIP) -> str:
    return find_codes(made, name).invitation


def key_of(made: Installation, address: Address = NEW, code: str | None = None) -> str:
    """The key of the form that somebody at an address was given."""
    return sign_join_key(made, code or invitation(made), address)


async def come(
    talk: Talk, code: str = "", address: Address = NEW, name: str = "Nia Powell"
) -> Reply:
    return await talk.handle(Joined(address, address, name, code))


async def form_of(talk: Talk, address: Address = NEW, name: str = "Nia Powell") -> Form:
    reply = await come(talk, invitation(talk.made), address, name)
    assert reply.form is not None
    return reply.form


async def send(
    talk: Talk, organisation: str = "o:1", name: str = "Nia Powell", address: Address = NEW
) -> Reply:
    values = {"organisation": (organisation,), "name": (name,)}
    return await talk.handle(Submitted(address, key_of(talk.made, address), values))


def names(made: Installation, partnership: str = PARTNERSHIP) -> dict[str, str]:
    return {str(row["name"]): str(row["organisation"]) for row in list_members(made, partnership)}


async def test_an_invitation_leads_to_a_form_and_that_to_a_member(talk: Talk) -> None:
    people(talk.made, 4, organisations=3)
    before = snapshot(talk.made)
    form = await form_of(talk)

    school, name = form.fields
    assert (school.kind, school.longest, school.key) == (FieldKind.ONE, 80, "organisation")
    assert [one.label for one in school.options] == ["School 0", "School 1", "School 2"]
    assert (name.kind, name.longest) == (FieldKind.ONE, 60)
    assert [(one.value, one.label) for one in name.options] == [("Nia Powell", "Nia Powell")]
    # Who looks and goes away again leaves nothing behind.
    assert snapshot(talk.made) == before
    assert len(form.key) <= 64

    values = {"organisation": (school.options[2].value,), "name": (name.options[0].value,)}
    reply = await talk.handle(Submitted(NEW, form.key, values))

    promise, welcome = reply.cards
    assert (promise.kind, welcome.title) == (CardKind.PROMISE, f"Welcome to {PARTNERSHIP}")
    told = "The next questions come to you on Wednesday 7 January at 15:30 (Europe/London)."
    assert welcome.text[0] == told
    assert [one.action for row in welcome.buttons for one in row] == ["time"]
    assert reply.commands == ()
    assert names(talk.made)["Nia Powell"] == "School 2"
    [line, *_] = list_log_lines(talk.made, PARTNERSHIP)
    assert (line["who"], line["what"]) == ("a member of School 2", "joined")
    assert rows_with(talk.made, "Nia") == {"member"}
    assert opened_round(talk.made).roster_size == 5


async def test_a_school_that_is_typed_is_found_however_it_is_spelt(talk: Talk) -> None:
    people(talk.made, 3)

    for number, typed in enumerate(
        ("  school   2 ", "SCHOOL 2", "\uff33chool 2", "St. Anne's <&> Co", "Saint Annes & Co.")
    ):
        reply = await send(talk, typed, f"New {number}", Address("fake", "", f"new-{number}"))
        assert reply.outcome is Outcome.DONE
    schools = {"School 0", "School 1", "School 2", "St. Anne's <&> Co"}
    assert set(names(talk.made).values()) == schools


async def test_the_first_member_types_their_school(talk: Talk) -> None:
    create_partnership(talk.made, NewPartnership(PARTNERSHIP))
    form = await form_of(talk, name="\u202e\x00")

    assert [field.kind for field in form.fields] == [FieldKind.TEXT, FieldKind.TEXT]
    reply = await send(talk, "Ysgol Un", "Nia")
    assert reply.cards[1].text[0] == (
        "The first questions have no date yet. Your time zone is UTC."
    )
    assert names(talk.made) == {"Nia": "Ysgol Un"}


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("  Nia \t  Powell\n", ["Nia Powell"]),
        ("Nia\u202ellewoP", ["NiallewoP"]),
        ("<b>Nia</b> & 🙂", ["<b>Nia</b> & 🙂"]),
        ("N" * 61, []),
        ("\ud800", []),
        ("", []),
    ],
)
async def test_a_platforms_name_is_offered_where_people_can_read_it(
    talk: Talk, name: str, offered: list[str]
) -> None:
    people(talk.made, 1)

    field = (await form_of(talk, name=name)).fields[1]

    assert [one.value for one in field.options] == offered
    assert field.kind is (FieldKind.ONE if offered else FieldKind.TEXT)


@pytest.mark.both_databases
async def test_twice_the_same_and_two_at_once_make_one_member(talk: Talk) -> None:
    people(talk.made, 3)

    replies = await asyncio.gather(*(send(talk) for _ in range(4)))

    assert len({words([reply]) for reply in replies}) == 1
    assert {reply.outcome for reply in replies} == {Outcome.DONE}
    assert len(names(talk.made)) == 4
    joined = [row for row in list_log_lines(talk.made, PARTNERSHIP) if row["what"] == "joined"]
    assert len(joined) == 1


@pytest.mark.both_databases
async def test_two_from_a_school_that_is_new_at_once(talk: Talk) -> None:
    people(talk.made, 3)

    replies = await asyncio.gather(
        *(send(talk, "New", f"New {n}", Address("fake", "", f"new-{n}")) for n in range(4))
    )

    assert {reply.outcome for reply in replies} == {Outcome.DONE}
    assert list(names(talk.made).values()).count("New") == 4


@pytest.mark.parametrize(
    ("organisation", "name", "says"),
    [
        ("", "Nia", "Please choose your school"),
        ("o:1", "", "Please say your name"),
        ("o:1", "   ", "Please say your name"),
        ("o:99", "Nia", "That school is not in the list."),
        ("o:0", "Nia", "That school is not in the list."),
        ("o:99999999999999999999", "Nia", NOT_IN_USE),
        ("o:x", "Nia", NOT_IN_USE),
        ("o:4", "Nia", "That school is not in the list."),
        ("A" * 81, "Nia", "That is longer than 80 characters."),
        ("o:1", "N" * 61, "That is longer than 60 characters."),
        ("A\nB", "Nia", "There is a line break"),
        ("o:1", "Nia\x00", "There is a line break"),
        ("o:1", "Nia\ud800", "There is a line break"),
        ("\u200b", "Nia", "There is a line break"),
        ("o:1", "  member 00 ", "There is a “member 00” of School 0 already."),
    ],
)
async def test_what_is_filled_in_wrongly_is_refused_and_keeps_nothing(
    talk: Talk, organisation: str, name: str, says: str
) -> None:
    people(talk.made, 3)
    create_partnership(talk.made, NewPartnership(AFON))
    add_member(talk.made, AFON, NewMember("Ann", "Afon High"), Address("fake", "", "ann"))
    before = snapshot(talk.made)

    reply = await send(talk, organisation, name)

    assert (reply.outcome, reply.cards, reply.form) == (Outcome.REFUSED, (), None)
    assert reply.notice.startswith(says)
    assert snapshot(talk.made) == before


async def test_forms_that_are_not_ours(talk: Talk) -> None:
    people(talk.made, 3)
    key = key_of(talk.made)
    fine = {"organisation": ("o:1",), "name": ("Nia",)}
    before = snapshot(talk.made)

    for form, values in (
        (key, {**fine, "role": ("lead",)}),
        (key, {**fine, "name": ("Nia", "Powell")}),
        (key, {}),
        ("join:", fine),
        # Neither the bare invitation, nor what somebody else was given.
        (f"join:{invitation(talk.made)}", fine),
        (key_of(talk.made, Address("web", "", "a" * 64)), fine),
        ("join", fine),
        (key + "a", fine),
        (key[:-1] + "a", fine),
        (key_of(talk.made, code=find_codes(talk.made, PARTNERSHIP).link), fine),
        (key_of(talk.made, code="j1-" + "a" * 20), fine),
        (key_of(talk.made, code="j999999999-" + "a" * 20), fine),
    ):
        reply = await talk.handle(Submitted(NEW, form, values))
        assert reply.outcome is Outcome.REFUSED, form
        assert reply.notice
    assert snapshot(talk.made) == before
    # The same form, untampered, is taken.
    assert (await talk.handle(Submitted(NEW, key, fine))).outcome is Outcome.DONE


@pytest.mark.both_databases
async def test_invitations_that_are_worthless(talk: Talk) -> None:
    people(talk.made, 3)
    old = invitation(talk.made)
    form = await form_of(talk)
    renew_invitation(talk.made, PARTNERSHIP)

    for code in (old, "j1-" + "a" * 20, "g1-x", "hello", find_codes(talk.made, PARTNERSHIP).link):
        reply = await come(talk, code)
        assert (reply.outcome, reply.form) == (Outcome.REFUSED, None)
        assert reply.notice.startswith("This invitation is not valid any more. Press “Join the")
    values = {"organisation": ("o:1",), "name": ("Nia",)}
    assert (await talk.handle(Submitted(NEW, form.key, values))).outcome is Outcome.REFUSED
    assert len(names(talk.made)) == 3
    assert (await come(talk, invitation(talk.made))).form is not None


async def test_who_is_known_here_comes_home(talk: Talk) -> None:
    one, lead, *_ = people(talk.made)
    asked = opened_round(talk.made)
    leave.mark_unreachable(talk.made, one)
    change_role(talk.made, PARTNERSHIP, 2, Role.LEAD)

    for code in ("", invitation(talk.made), "j1-" + "a" * 20, "nonsense"):
        reply = await come(talk, code, one)
        assert [card.kind for card in reply.cards] == [CardKind.PROMISE, CardKind.QUESTION]
        assert reply.cards[1].title == asked.items[0].text
        assert (reply.form, reply.commands) == (None, ())
    assert (await come(talk, "", lead)).commands == ("seed", "trends", "settings")
    assert len(names(talk.made)) == 14


async def test_one_person_is_in_one_partnership(talk: Talk) -> None:
    one, *_ = people(talk.made)
    create_partnership(talk.made, NewPartnership(AFON))
    code = invitation(talk.made, AFON)
    before = snapshot(talk.made)

    values = {"organisation": ("Afon High",), "name": ("Nia",)}
    form = Submitted(one, key_of(talk.made, one, code), values)
    for event in (
        Joined(one, one, "Nia", code),
        form,
    ):
        reply = await talk.handle(event)
        assert reply.outcome is Outcome.REFUSED
        assert reply.notice.startswith(f"You are a member of {PARTNERSHIP} already")
    assert snapshot(talk.made) == before

    await talk.press(one, "leave-surely")
    assert (await talk.handle(form)).outcome is Outcome.DONE
    assert names(talk.made, AFON) == {"Nia": "Afon High"}


async def test_who_comes_while_a_round_is_open_is_told_that_it_is_not_theirs(talk: Talk) -> None:
    people(talk.made, 3)
    opened_round(talk.made)

    welcome = (await send(talk)).cards[1]

    assert welcome.text[:2] == (
        "The next questions come to you on Wednesday 14 January at 15:30 (Europe/London).",
        "A round is open now. Its list was made before you came, so it is not for you.",
    )
    assert (await talk.home(NEW)).form is None


async def test_who_comes_inside_a_block_is_asked_in_the_next_round(talk: Talk) -> None:
    """As the welcome said."""
    people(talk.made, 10)
    close_round(talk.made, opened_round(talk.made).id)

    welcome = (await send(talk)).cards[1]

    assert welcome.text[0] == (
        "The next questions come to you on Wednesday 14 January at 15:30 (Europe/London)."
    )
    assert opened_round(talk.made, 1).roster_size == 11


async def test_nothing_of_who_joins_is_logged(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    people(talk.made, 3)
    await form_of(talk)
    await send(talk, "Ysgol Quillfeather")
    await send(talk, "o:1", "", Address("fake", "", "another"))

    for secret in ("Nia", "Quillfeather", NEW.user, invitation(talk.made), "another"):
        assert secret not in caplog.text
