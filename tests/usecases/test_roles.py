"""Roles: the table as it is kept by every event, and who gives and takes a role."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

import pulse_bot
from pulse_bot.domain.partnership.people import Role
from pulse_bot.domain.partnership.roles import Permission, describe_allowed, is_allowed
from pulse_bot.ports import Address, Commanded, Outcome, Pressed, Reply, Submitted
from pulse_bot.storage import partnerships
from pulse_bot.usecases.commitments.register import add_as_operator
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.members.directory import NewMember, NewPartnership, add_member, change_role
from pulse_bot.usecases.members.directory import create_partnership as create
from pulse_bot.usecases.reading.operator_lists import list_log_lines
from tests.made_up import GROUP, PARTNERSHIP, at, people
from tests.usecases.scene import Talk, snapshot, words
from tests.usecases.test_packs import closed, its_day

LEAD, FACILITATOR, MEMBER = (Address("fake", "", f"person-{n:02}") for n in range(3))
OF: Final = {Role.LEAD: LEAD, Role.FACILITATOR: FACILITATOR, Role.MEMBER: MEMBER}
NEXT: Final = Address("fake", "", "person-03")


@pytest.fixture
async def valley(talk: Talk) -> Talk:
    people(talk.made)
    change_role(talk.made, PARTNERSHIP, 1, Role.LEAD)
    change_role(talk.made, PARTNERSHIP, 2, Role.FACILITATOR)
    return talk


def role_of(made: Installation, number: int) -> Role:
    with made.database.read() as session:
        members = partnerships.list_members(session, 1)
    return next(one.role for one, _ in members if one.id == number)


async def give(talk: Talk, by: Address, person: str, role: str) -> Reply:
    return await talk.handle(Submitted(by, "role", {"person": (person,), "role": (role,)}))


Attempt = Callable[[Talk, Address], Awaitable[Reply]]

ATTEMPTS: Final[Mapping[Permission, Attempt]] = {
    Permission.SEE_SETTINGS: lambda talk, by: talk.look(by, "settings"),
    Permission.CHANGE_PROGRAMME: lambda talk, by: talk.handle(
        Submitted(by, "programme", {"items": ("2",)})
    ),
    Permission.CHANGE_LIMIT: lambda talk, by: talk.handle(
        Submitted(by, "programme", {"weekly": ("8",)})
    ),
    Permission.SET_UP_CHATS: lambda talk, by: talk.handle(Commanded(by, "setup", "", GROUP)),
    Permission.GIVE_ROLES: lambda talk, by: give(talk, by, "m:4", "facilitator"),
    Permission.SEED: lambda talk, by: talk.look(by, "seed"),
    Permission.OPEN_PACK: lambda talk, by: talk.press(by, "pack:open:1"),
    Permission.COMMIT: lambda talk, by: talk.handle(
        Submitted(by, "commitment", {"text": ("We visit one lesson each.",), "due": ("12 June",)})
    ),
    Permission.END_COMMITMENT: lambda talk, by: talk.press(by, "commitment:kept:1"),
}
"""How each act is tried. A new act needs a line here: without one the first test fails."""


def _asks_for_a_role(node: ast.AST) -> bool:
    """Whether it compares somebody's role with a certain one, as only the table shall."""
    return isinstance(node, ast.Compare) and any(
        isinstance(side, ast.Attribute)
        and isinstance(side.value, ast.Name)
        and side.value.id == "Role"
        for side in (node.left, *node.comparators)
    )


def test_no_code_asks_for_a_role_beside_the_table() -> None:
    control = "if member.role is Role.LEAD: pass"
    assert any(map(_asks_for_a_role, ast.walk(ast.parse(control))))

    for file in Path(pulse_bot.__file__).parent.rglob("*.py"):
        found = filter(_asks_for_a_role, ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        assert not list(found), file


@pytest.fixture
async def staged(valley: Talk) -> Talk:
    """With a commitment to end, and with a pack that is held on the day of its workshop."""
    add_as_operator(valley.made, PARTNERSHIP, "We share our real results.", "2026-06-01")
    await closed(valley, together=True)
    at(valley.made, its_day())
    return valley


def test_every_act_is_tried() -> None:
    assert set(ATTEMPTS) == set(Permission)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("act", ATTEMPTS)
async def test_the_table_holds_for_every_event(staged: Talk, act: Permission, role: Role) -> None:
    before = snapshot(staged.made)

    reply = await ATTEMPTS[act](staged, OF[role])

    if is_allowed(role, act):
        assert reply.outcome is Outcome.DONE, reply.notice
    else:
        assert reply.outcome is Outcome.REFUSED
        assert f"nly {describe_allowed(act)}" in reply.notice
        assert "Nothing was changed." in reply.notice
        assert snapshot(staged.made) == before


@pytest.mark.both_databases
@pytest.mark.parametrize("act", ATTEMPTS)
async def test_a_role_that_was_taken_counts_no_more(staged: Talk, act: Permission) -> None:
    """Whatever was on the screen when it was taken."""
    change_role(staged.made, PARTNERSHIP, 3, Role.LEAD)
    await give(staged, MEMBER, "m:1", "member")

    reply = await ATTEMPTS[act](staged, LEAD)

    assert reply.outcome is Outcome.REFUSED
    assert f"nly {describe_allowed(act)}" in reply.notice


async def test_everybody_reads_who_may_what_and_who_has_which_role(valley: Talk) -> None:
    shown = [await valley.look(by, "roles") for by in (LEAD, FACILITATOR, MEMBER)]

    assert len({reply.cards[0].text for reply in shown}) == 1
    told = words(shown[2:])
    for act in Permission:
        assert act.value in told
    assert "Leads: Member 00 (School 0)." in told
    assert "Facilitators: Member 01 (School 1)." in told
    assert [bool(reply.cards[0].buttons) for reply in shown] == [True, False, False]


async def test_a_lead_gives_and_takes_a_role(valley: Talk) -> None:
    [[button]] = (await valley.look(LEAD, "roles")).cards[0].buttons
    form = (await valley.press(LEAD, button.action)).form
    assert form is not None
    person, role = form.fields
    assert ("m:4", "Member 03, School 3 (member)") in [
        (one.value, one.label) for one in person.options
    ]
    assert [one.value for one in role.options] == ["member", "facilitator", "lead"]

    for given in ("facilitator", "lead", "member"):
        reply = await give(valley, LEAD, "m:4", given)
        assert (reply.outcome, reply.notice) == (Outcome.DONE, f"Member 03 is a {given} now.")
        assert role_of(valley.made, 4) is Role(given)
    assert [line["what"] for line in list_log_lines(valley.made, PARTNERSHIP)][:3] == [
        "made a lead of School 3 a member",
        "made a facilitator of School 3 a lead",
        "made a member of School 3 a facilitator",
    ]
    # Done already: nothing is noted twice.
    before = snapshot(valley.made)
    await give(valley, LEAD, "m:4", "member")
    assert snapshot(valley.made) == before


async def test_a_role_counts_at_once(valley: Talk) -> None:
    assert (await valley.look(NEXT, "settings")).outcome is Outcome.REFUSED
    await give(valley, LEAD, "m:4", "facilitator")

    assert (await valley.look(NEXT, "settings")).outcome is Outcome.DONE
    assert (await valley.look(NEXT, "help")).commands == ("seed", "trends", "settings")


async def test_a_name_can_be_typed(valley: Talk) -> None:
    """On a page with more people than a list holds."""
    done = await give(valley, LEAD, "member 03", "facilitator")
    assert done.notice == "Member 03 is a facilitator now."
    twin = NewMember("Member 03", "School 5")
    add_member(valley.made, PARTNERSHIP, twin, Address("fake", "", "twin"))

    refused = await give(valley, LEAD, "Member 03", "lead")

    assert refused.outcome is Outcome.REFUSED
    assert refused.notice.startswith("There are several people of that name.")


@pytest.mark.parametrize(
    ("person", "role", "says"),
    [
        ("", "lead", "Please choose a person"),
        ("m:4", "", "Please choose a person"),
        ("m:4", "king", "Please choose a person"),
        ("m:15", "lead", "There is nobody of that name here"),
        ("m:" + "9" * 30, "lead", "There is nobody of that name here"),
        ("m:٤", "lead", "There is nobody of that name here"),
        ("m:-1", "lead", "There is nobody of that name here"),
        ("m:14", "lead", "There is nobody of that name here"),
        ("m:" + "9" * 60, "lead", "That is longer than 60 characters"),
        ("a\x00b", "lead", "There is a line break or a control character"),
    ],
)
async def test_a_role_that_cannot_be_given(valley: Talk, person: str, role: str, says: str) -> None:
    """Member 14 has left; 15 belongs to another partnership."""
    leave.leave_partnership(valley.made, Address("fake", "", "person-13"))
    create(valley.made, NewPartnership("Afon Valley"))
    add_member(valley.made, "Afon Valley", NewMember("Ann", "A"), Address("fake", "", "ann"))
    before = snapshot(valley.made)

    reply = await give(valley, LEAD, person, role)

    assert reply.outcome is Outcome.REFUSED
    assert reply.notice.startswith(says)
    assert snapshot(valley.made) == before


@pytest.mark.parametrize("action", ["role:", "role:change:1", "role:4:lead"])
async def test_forged_buttons(valley: Talk, action: str) -> None:
    reply = await valley.handle(Pressed(LEAD, action))

    assert (reply.outcome, reply.form) == (Outcome.REFUSED, None)


async def test_the_last_lead_names_another_first(valley: Talk) -> None:
    refused = await give(valley, LEAD, "m:1", "member")
    assert refused.outcome is Outcome.REFUSED
    assert "name another lead first" in refused.notice
    # One who cannot be reached could not give the role on.
    await give(valley, LEAD, "m:4", "lead")
    leave.mark_unreachable(valley.made, NEXT)
    assert (await give(valley, LEAD, "m:1", "member")).outcome is Outcome.REFUSED

    leave.resume_questions(valley.made, NEXT)
    stepped = await give(valley, LEAD, "m:1", "member")

    assert stepped.notice == "You are a member now."
    assert stepped.commands == ()
    assert (role_of(valley.made, 1), role_of(valley.made, 4)) == (Role.MEMBER, Role.LEAD)


@pytest.mark.both_databases
async def test_two_leads_who_take_each_others_role_leave_one(valley: Talk) -> None:
    await give(valley, LEAD, "m:4", "lead")

    replies = await asyncio.gather(
        give(valley, LEAD, "m:4", "member"), give(valley, NEXT, "m:1", "member")
    )

    assert sorted(one.outcome for one in replies) == ["done", "refused"]
    roles = sorted((role_of(valley.made, 1), role_of(valley.made, 4)))
    assert roles == [Role.LEAD, Role.MEMBER]
