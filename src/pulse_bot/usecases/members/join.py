"""Joining: by an invitation, a school and a name, in a chat of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulse_bot.adapter_kit.actions import Action, Rest, claims, decode, encode
from pulse_bot.cards import question_cards
from pulse_bot.crypto import codes
from pulse_bot.crypto.codes import CodePurpose
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.audit_events import MemberJoined
from pulse_bot.domain.partnership.people import Role
from pulse_bot.errors import Refused
from pulse_bot.ports import (
    Address,
    Button,
    Card,
    CardKind,
    Field,
    FieldKind,
    Form,
    Joined,
    Option,
    Reply,
    Submitted,
)
from pulse_bot.storage import partnerships, rounds
from pulse_bot.storage.models import MemberRow, OrganisationRow, PartnershipRow
from pulse_bot.usecases import audit_log, form_values, permissions
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.find_member import NotAMember
from pulse_bot.usecases.frozen_rounds import find_promised
from pulse_bot.usecases.members import leave
from pulse_bot.usecases.members.directory import NewMember, insert_member
from pulse_bot.usecases.members.invite import verify_invitation
from pulse_bot.usecases.members.preferences import (
    choose_language,
    describe_next_asking,
    language_name,
    list_languages,
)
from pulse_bot.usecases.members.thresholds import note_threshold_change, promised_thresholds


@dataclass(frozen=True, slots=True)
class JoinBy(Action):
    """The form in which somebody joins."""

    NAME: ClassVar[str] = question_cards.JOIN
    code: Rest


@dataclass(frozen=True, slots=True)
class ChosenSchool(Action):
    """A school that was chosen from the list, and not typed."""

    NAME: ClassVar[str] = "o"
    organisation: int


_LONGEST: Final = {"organisation": 80, "name": 60}
_MOST_LISTED: Final = 90
"""Schools in a list, for platforms that take a hundred; the others are typed."""


def greet_member(installation: Installation, event: Joined) -> Reply | None:
    """Somebody came to their own chat, by an invitation; None for a member who is back again."""
    with installation.database.read() as session:
        member = partnerships.member_at(session, event.address)
        if member is None:
            return _ask_school_and_name(session, installation, event)
        number = codes.read_partnership(CodePurpose.JOIN, event.invitation)
        _check_partnership(session, member, member.partnership_id if number is None else number)
    leave.mark_reachable(installation, event.address)
    return None


def _check_partnership(session: Session, member: MemberRow, partnership: int) -> None:
    if member.partnership_id != partnership:
        current = session.get_one(PartnershipRow, member.partnership_id)
        raise Refused(
            f"You are a member of {current.name} already, and one person is in one partnership "
            "here. To change over, leave it first, and then come back by the invitation."
        )


def _ask_school_and_name(session: Session, installation: Installation, event: Joined) -> Reply:
    if not event.invitation:
        raise NotAMember
    partnership = verify_invitation(session, installation, event.invitation)
    return Reply(
        form=Form(
            key=sign_join_key(installation, event.invitation, event.address),
            title=f"Join {partnership.name}",
            fields=(_school_field(session, partnership), _name_field(event.name)),
            text=("Everybody in the partnership can read who is in it, and from which school.",),
            submit="Join",
        )
    )


def _school_field(session: Session, partnership: PartnershipRow) -> Field:
    query = select(OrganisationRow).where(OrganisationRow.partnership_id == partnership.id)
    listed = session.scalars(query.order_by(OrganisationRow.name).limit(_MOST_LISTED))
    options = tuple(Option(encode(ChosenSchool(school.id)), school.name) for school in listed)
    return _choice_field("organisation", "Which school are you from?", options, "its name")


def _name_field(name: str) -> Field:
    # Told with the event, it is offered and comes back as a value: nothing is kept of somebody who
    # looks and goes away. On some platforms it holds anything, marks that turn the writing round
    # among it.
    readable = " ".join("".join(letter for letter in name if letter.isprintable()).split())
    options = (Option(readable, readable),) if 0 < len(readable) <= _LONGEST["name"] else ()
    return _choice_field(
        "name", "What is your name, as the others shall read it?", options, "another"
    )


def _choice_field(key: str, label: str, options: tuple[Option, ...], typed: str) -> Field:
    if not options:
        return Field(key, label, FieldKind.TEXT, longest=_LONGEST[key])
    return Field(key, label, FieldKind.ONE, options, f"Choose, or type {typed}.", _LONGEST[key])


def join_partnership(installation: Installation, event: Submitted) -> Reply:
    """Make a member of whoever filled in the form, once however often it comes. Raises Refused."""
    code = _read_code(installation, event)
    with installation.database.write() as session:
        partnership = verify_invitation(session, installation, code)
        # The other runner is the same form, sent twice, or another of the same name or school: both
        # would find nobody there yet.
        partnerships.lock_partnership(session, partnership)
        member = partnerships.member_at(session, event.address)
        if member is None:
            member = _enter_member(session, installation, partnership, event)
        _check_partnership(session, member, partnership.id)
        return _welcome_reply(session, installation, partnership, member)


def sign_join_key(installation: Installation, code: str, address: Address) -> str:
    """The key of the form in which somebody joins.

    Signed for the one address that came with the invitation: on a platform where nobody comes,
    such as a web page that anybody can write to, no form can be made up.
    """
    return codes.sign_text(installation.installation_key, encode(JoinBy(Rest(code))), str(address))


def _read_code(installation: Installation, event: Submitted) -> str:
    key = codes.verify_text(installation.installation_key, event.form, str(event.address))
    if key is None:
        raise Refused("That form is not in use any more. Please press the button to join again.")
    return decode(JoinBy, key).code


def _enter_member(
    session: Session, installation: Installation, partnership: PartnershipRow, event: Submitted
) -> MemberRow:
    values = form_values.read_values(event.values, _LONGEST)
    school = _find_school(session, partnership, values["organisation"])
    name = values["name"]
    if not name:
        raise Refused("Please say your name, as the others shall read it. Nothing was kept.")
    if partnerships.find_namesake(session, school.id, name) is not None:
        raise Refused(
            f"There is a “{name}” of {school.name} already. If that is somebody else, join with a "
            "name that tells you apart; if it is you, ask whoever runs pulse-bot to remove the old "
            "entry first. Nothing was kept."
        )
    with note_threshold_change(session, installation, partnership):
        member = insert_member(
            session, partnership, school, NewMember(name, school.name), event.address
        )
    # Without the name: the log stays for ever, and a member who leaves is forgotten.
    newcomer = Actor.member(Role.MEMBER, school.name)
    audit_log.record(session, installation, partnership.id, newcomer, MemberJoined())
    return member


def _find_school(session: Session, partnership: PartnershipRow, text: str) -> OrganisationRow:
    if not text:
        raise Refused("Please choose your school, or type its name. Nothing was kept.")
    if not claims(ChosenSchool, text):
        return partnerships.ensure_organisation(session, partnership.id, text)
    row = session.get(OrganisationRow, decode(ChosenSchool, text).organisation)
    if row is None or row.partnership_id != partnership.id:
        raise Refused("That school is not in the list. Please choose again, or type its name.")
    return row


def _welcome_reply(
    session: Session, installation: Installation, partnership: PartnershipRow, member: MemberRow
) -> Reply:
    round_ = find_promised(session, installation, member.id)
    newest = rounds.latest_round(session, partnership.id)
    text = [describe_next_asking(session, installation, partnership, member)]
    if round_ is None and newest is not None and newest.state is RoundStatus.OPEN:
        text.append("A round is open now. Its list was made before you came, so it is not for you.")
    available = list_languages(installation)
    text.append(
        f"Questions come in {language_name(choose_language(member, partnership, available))}."
    )
    choices = [Button("Change my time", question_cards.TIME)]
    if len(available) > 1:
        choices.append(Button("Change my language", question_cards.LANGUAGE))
    welcome = Card(
        CardKind.NOTICE, f"Welcome to {partnership.name}", tuple(text), (tuple(choices),)
    )
    promise = question_cards.promise_card(
        promised_thresholds(session, partnership.id, round_),
        round_,
        partnerships.load_calendar(session, partnership, member),
    )
    return Reply(cards=(promise, welcome), commands=permissions.list_commands(member))
