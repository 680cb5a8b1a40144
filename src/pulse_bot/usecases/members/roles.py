"""Roles: who is a lead, a facilitator or a member, and who may change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from sqlalchemy.orm import Session

from pulse_bot.adapter_kit.actions import NOT_IN_USE, Action, encode, parse
from pulse_bot.cards import question_cards
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.audit_events import RoleChanged
from pulse_bot.domain.partnership.people import Role, Standing
from pulse_bot.domain.partnership.roles import Permission, is_allowed
from pulse_bot.errors import Refused
from pulse_bot.ports import (
    Address,
    Button,
    Card,
    CardKind,
    Field,
    FieldKind,
    Form,
    Option,
    Pressed,
    Reply,
    Submitted,
)
from pulse_bot.storage import partnerships
from pulse_bot.storage.models import MemberRow, OrganisationRow, PartnershipRow
from pulse_bot.usecases import audit_log, form_values, permissions
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import find_member
from pulse_bot.usecases.permissions import check_permission

LEAD: Final = Actor.member(Role.LEAD)
"""Who did it, in the log that all members read: without a name, which would stay for ever."""
CHANGE_ROLE: Final = f"{question_cards.ROLE}:change"
_LONGEST: Final = {"person": 60, "role": 20}
_MOST_LISTED: Final = 90
"""People in a list, for platforms that take a hundred; the others are typed."""


@dataclass(frozen=True, slots=True)
class ChosenPerson(Action):
    """Somebody who was chosen from the list, and not typed."""

    NAME: ClassVar[str] = "m"
    member: int


Roster = Sequence[tuple[MemberRow, str]]


def show_roles(installation: Installation, address: Address) -> Reply:
    """Who may do what, and who has which role; for whoever may give roles a button, too."""
    with installation.database.read() as session:
        member, partnership = find_member(session, address)
        people = partnerships.list_members(session, partnership.id)
        text = (*_permission_lines(), *_holder_lines(people))
    change = ((Button("Give or take a role", CHANGE_ROLE),),)
    buttons = change if is_allowed(member.role, Permission.GIVE_ROLES) else ()
    title = f"Who may do what in {partnership.name}"
    return Reply(cards=(Card(CardKind.NOTICE, title, text, buttons),))


def _permission_lines() -> Iterator[str]:
    yield (
        "Everybody can answer, read every result, the roster, the commitments and the log, choose "
        "their own time and language, pause and leave. Nobody, whatever their role, sees who "
        "answered or what, and nobody reads a result before the others do."
    )
    for role in (Role.FACILITATOR, Role.LEAD):
        acts = [act.value for act in Permission if is_allowed(role, act)]
        yield f"A {role} can also {', '.join(acts[:-1])} and {acts[-1]}."
    yield (
        "Whoever runs the server can do all of it, too. Every change is in the log, which "
        "everybody reads, and what concerns the whole group is told in its chat."
    )


def _holder_lines(people: Roster) -> Iterator[str]:
    for role, heading in ((Role.LEAD, "Leads"), (Role.FACILITATOR, "Facilitators")):
        names = [f"{member.name} ({school})" for member, school in people if member.role is role]
        yield f"{heading}: {'; '.join(names) or 'nobody'}."
    yield "Everybody else is a member. “/pulse roster” shows who that is."


def ask_role_change(installation: Installation, event: Pressed) -> Reply:
    """The form in which somebody is given a role. Raises Refused."""
    if event.action != CHANGE_ROLE:
        raise Refused(NOT_IN_USE)
    with installation.database.read() as session:
        _, partnership = _find_giver(session, event.address)
        people = partnerships.list_members(session, partnership.id)[:_MOST_LISTED]
        persons = tuple(
            Option(encode(ChosenPerson(member.id)), f"{member.name}, {school} ({member.role})")
            for member, school in people
        )
    roles = tuple(Option(role.value, f"{role.value.capitalize()}") for role in Role)
    hint = "Choose, or type the name as the roster has it."
    return Reply(
        form=Form(
            key=question_cards.ROLE,
            title="Give or take a role",
            text=(
                (
                    "It counts at once. Every member can read in the log that it was changed, and "
                    "the group's chat is told."
                ),
            ),
            fields=(
                Field("person", "Who?", FieldKind.ONE, persons, hint, _LONGEST["person"]),
                Field("role", "What are they from now on?", FieldKind.ONE, roles),
            ),
            submit="Change it",
        )
    )


def submit_role_change(installation: Installation, event: Submitted) -> Reply:
    """Give somebody a role. Raises Refused."""
    values = form_values.read_values(event.values, _LONGEST)
    if not values["person"] or values["role"] not in set(Role):
        raise Refused("Please choose a person, and one of the roles. Nothing was changed.")
    role = Role(values["role"])
    with installation.database.write() as session:
        giver, partnership = _find_giver(session, event.address)
        # The other runner is another lead, who takes this one's role at the same moment.
        partnerships.lock_partnership(session, partnership)
        session.refresh(giver)
        check_permission(giver, Permission.GIVE_ROLES)
        people = partnerships.list_members(session, partnership.id)
        member = _resolve_person(people, values["person"])
        _check_lead_remains(people, member, role)
        assign_role(session, installation, partnership, member, role, LEAD)
        notice = (
            f"{member.name} is a {role} now." if member is not giver else f"You are a {role} now."
        )
        return Reply(notice, commands=permissions.list_commands(giver))


def _find_giver(session: Session, address: Address) -> tuple[MemberRow, PartnershipRow]:
    member, partnership = find_member(session, address)
    check_permission(member, Permission.GIVE_ROLES)
    return member, partnership


def _resolve_person(people: Roster, text: str) -> MemberRow:
    """Whom a choice, or a typed name, means. Raises Refused."""
    chosen = parse(ChosenPerson, text)
    if chosen is not None:
        matches = [member for member, _ in people if member.id == chosen.member]
    else:
        matches = [member for member, _ in people if member.name.casefold() == text.casefold()]
    if not matches:
        raise Refused(
            "There is nobody of that name here. Nothing was changed; please choose again."
        )
    if len(matches) > 1:
        raise Refused(
            "There are several people of that name. Nothing was changed; choose from the list, or "
            "ask whoever runs pulse-bot."
        )
    return matches[0]


def _check_lead_remains(people: Roster, member: MemberRow, role: Role) -> None:
    if is_allowed(role, Permission.GIVE_ROLES) or not is_allowed(
        member.role, Permission.GIVE_ROLES
    ):
        return
    # Whoever cannot be reached cannot give the role on.
    others = [
        other
        for other, _ in people
        if other is not member
        and is_allowed(other.role, Permission.GIVE_ROLES)
        and other.standing is not Standing.UNREACHABLE
    ]
    if not others:
        raise Refused(
            f"{member.name} is the last lead who can be reached, and a partnership needs one. "
            "Nothing was changed; name another lead first."
        )


def assign_role(
    session: Session,
    installation: Installation,
    row: PartnershipRow,
    member: MemberRow,
    role: Role,
    who: Actor,
) -> None:
    """Give a member a role, which counts at once, and say so in the log."""
    if member.role is role:
        return
    # Without the name: the log stays for ever. Who has which role is in “/pulse roles”.
    school = session.get_one(OrganisationRow, member.organisation_id)
    changed = RoleChanged(member.role, role, school.name)
    audit_log.record(session, installation, row.id, who, changed)
    member.role = role
