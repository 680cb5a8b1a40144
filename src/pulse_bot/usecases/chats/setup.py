"""Setting up a group's chat by one form: its partnership, what is asked and when, its schools."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.cards import actions
from pulse_bot.crypto import codes
from pulse_bot.domain.outgoing import PENDING, OutgoingKind
from pulse_bot.domain.partnership.actors import Actor, ActorKind
from pulse_bot.domain.partnership.audit_events import GuestsInvited, SchoolsAdded
from pulse_bot.domain.partnership.roles import Permission, describe_allowed
from pulse_bot.errors import Refused
from pulse_bot.ports import Address, Field, FieldKind, Form, Option, Pressed, Reply, Submitted
from pulse_bot.storage import audit_log as stored_log
from pulse_bot.storage import groups, outbox, partnerships
from pulse_bot.storage.database import retry_on_conflict
from pulse_bot.storage.models import GroupRow, PartnershipRow
from pulse_bot.usecases import audit_log, form_values
from pulse_bot.usecases.chats.link import (
    BAD_CODE,
    LINKED_ELSEWHERE,
    find_led_partnership,
    link_chat,
    note_return,
    resolve_code,
    sign_setup_key,
)
from pulse_bot.usecases.chats.programme import list_weekly_themes
from pulse_bot.usecases.chats.programme_conversation import (
    ProgrammeChange,
    describe_programme,
    update_programme,
)
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.roles import LEAD

_WHOEVER: Final = Actor(ActorKind.CODE_HOLDER)
"""Who did it, in the log that all members read, where they came by a code and not by a name."""
_YES: Final = "yes"
_NO: Final = "no"
_LONGEST: Final = {"code": 48, "opens": 20, "closes": 20, "guests": 3}
_LONGEST_SCHOOL: Final = 80
_ROOM_FOR_SCHOOLS: Final = 3000
_MOST_SCHOOLS: Final = 100
_OPENS: Final = ("Mon 08:00", "Wed 15:30", "Thu 12:30")
_CLOSES: Final = ("Wed 16:00", "Fri 16:00", "Sun 18:00")
_OLD_FORM: Final = "That is not in use any more. Please write “/pulse setup” in the chat again."
_NOT_YOURS: Final = (
    f"This chat is linked already, and only {describe_allowed(Permission.SET_UP_CHATS)} of its "
    "partnership can "
    "change what is set up. Nothing was changed. A lead, or whoever runs pulse-bot, can make you "
    "one."
)
_PLANNED_ALREADY: Final = (
    "The partnership has a programme already, which only a lead can change. Nothing was set up; "
    "please leave the themes and the times empty."
)


def ask_setup(installation: Installation, address: Address, chat: Address | None) -> Reply:
    """The form that sets up a chat. Raises Refused."""
    if chat is None:
        raise Refused("Write that in the group's chat that is to be set up, not here.")
    with installation.database.read() as session:
        led = find_led_partnership(session, address)
        _check_leader(groups.find_group(session, chat), led)
        text = (f"For {led.name}.", *describe_programme(session, led)) if led is not None else ()
    code = Field(
        "code",
        "The code for linking, from whoever runs pulse-bot",
        FieldKind.TEXT,
        longest=_LONGEST["code"],
    )
    return Reply(
        form=Form(
            key=sign_setup_key(installation, chat),
            title="Set up this chat",
            text=(
                *text,
                (
                    "What you leave empty stays as it is, and can be said later. Every member can "
                    "read in the log what was set."
                ),
            ),
            fields=(*(() if led is not None else (code,)), *_setup_fields(installation)),
            submit="Set it up",
        )
    )


def _setup_fields(installation: Installation) -> Iterator[Field]:
    themes = tuple(Option(choice, choice) for choice in list_weekly_themes(installation.pool()))
    yield Field("themes", "What is asked about?", FieldKind.SEVERAL, themes)
    hint = "Choose, or type a day and a time, such as Thu 08:00."
    for key, label, times in (
        ("opens", "When does a round open?", _OPENS),
        ("closes", "When does it close?", _CLOSES),
    ):
        options = tuple(Option(choice, choice) for choice in times)
        yield Field(key, label, FieldKind.ONE, options, hint, _LONGEST[key])
    yield Field(
        "schools",
        "Which schools belong to it?",
        FieldKind.TEXT,
        hint="One a line, or with commas between them. Whoever joins can also type another.",
        longest=_ROOM_FOR_SCHOOLS,
    )
    yield Field(
        "guests",
        "Invite the platform's guests, too?",
        FieldKind.ONE,
        (Option(_YES, "Yes, guests, too"), Option(_NO, "No guests")),
        "People in this chat with fewer rights than others, where there are any.",
    )


def _check_leader(group: GroupRow | None, led: PartnershipRow | None) -> None:
    """Raise Refused where a linked chat is not of the partnership that somebody leads."""
    if group is not None and led is None:
        raise Refused(_NOT_YOURS)
    if group is not None and led is not None and group.partnership_id != led.id:
        raise Refused(LINKED_ELSEWHERE)


def reopen_setup(installation: Installation, event: Pressed) -> Reply:
    """The same form, by the button that carries the chat. Raises Refused."""
    return ask_setup(
        installation, event.address, _read_chat(installation, event.action, event.address)
    )


def set_up_chat(installation: Installation, event: Submitted) -> Reply:
    """Link a chat and do what was filled in, all or nothing. Raises Refused."""
    return retry_on_conflict(partial(_submit_setup, installation, event))


def _submit_setup(installation: Installation, event: Submitted) -> Reply:
    chat = _read_chat(installation, event.form, event.address)
    several = {"themes", "schools"}
    others = {key: values for key, values in event.values.items() if key not in several}
    values = form_values.read_values(others, _LONGEST)
    schools = _parse_schools(event.values.get("schools", ()))
    requested = ProgrammeChange(event.values.get("themes", ()), values["opens"], values["closes"])
    with installation.database.write() as session:
        led = find_led_partnership(session, event.address)
        group = _link_group(session, installation, event.address, chat, values["code"].lower())
        row = session.get_one(PartnershipRow, group.partnership_id)
        who = LEAD if led is not None and led.id == row.id else _WHOEVER
        sentences = [
            f"This chat belongs to {row.name}.",
            *_set_programme(session, installation, row, requested, who),
            *_add_schools(session, installation, row, schools, who),
            *_set_guests(session, installation, group, values["guests"], who),
        ]
        if outbox.has_entry(session, group.id, [OutgoingKind.WELCOME], PENDING):
            # What was set while it was linked is no news there.
            group.announced = stored_log.newest_id(session, row.id)
            sentences.append("The card by which people join comes into the chat in a minute.")
    return Reply(" ".join(sentences))


def _read_chat(installation: Installation, key: str, address: Address) -> Address:
    signed_key = codes.verify_text(installation.installation_key, key, address.adapter)
    chat = actions.read_setup(signed_key, address.adapter) if signed_key is not None else None
    if chat is None:
        raise Refused(_OLD_FORM)
    return chat


def _parse_schools(values: tuple[str, ...]) -> list[str]:
    text = "\n".join(values)
    lines = text.splitlines()
    # A name may hold a comma, so that lines count where there are several.
    names = [" ".join(line.split()) for line in (lines if len(lines) > 1 else text.split(","))]
    schools = [name for name in names if name]
    if not all(name.isprintable() and len(name) <= _LONGEST_SCHOOL for name in schools):
        raise Refused(
            f"A school's name has at most {_LONGEST_SCHOOL} characters, and no control characters. "
            "Nothing was set up; please write one a line."
        )
    if len(schools) > _MOST_SCHOOLS:
        raise Refused(f"There is room for {_MOST_SCHOOLS} schools at once. Nothing was set up.")
    return schools


def _link_group(
    session: Session, installation: Installation, address: Address, chat: Address, code: str
) -> GroupRow:
    """The chat, linked by whoever may."""
    linked = groups.find_group(session, chat)
    if linked is None:
        partnership, may_link = resolve_code(session, installation, address, code)
        if partnership is None:
            raise Refused(
                "Please fill in the code for linking. Whoever runs pulse-bot has it, and a lead of "
                "the partnership needs none. Nothing was set up."
            )
        if not may_link:
            raise Refused(BAD_CODE)
        # The other runner is the same form, sent twice: it waited, and finds the chat linked.
        linked = groups.find_group(session, chat)
        if linked is None:
            return link_chat(session, installation, partnership, chat, welcomed=False)
    _check_leader(linked, find_led_partnership(session, address))
    note_return(session, installation, linked)
    return linked


def _set_programme(
    session: Session,
    installation: Installation,
    row: PartnershipRow,
    requested: ProgrammeChange,
    who: Actor,
) -> Iterator[str]:
    if requested == ProgrammeChange():
        return
    # A code links one chat, and does not reach further than that.
    if who != LEAD and partnerships.load_programme(session, row.id) is not None:
        raise Refused(_PLANNED_ALREADY)
    plan = update_programme(session, installation, row, requested, who)
    yield f"A round opens on {plan.opens} and closes on {plan.closes}."


def _add_schools(
    session: Session,
    installation: Installation,
    row: PartnershipRow,
    schools: list[str],
    who: Actor,
) -> Iterator[str]:
    new = partnerships.add_organisations(session, row.id, schools)
    if new:
        audit_log.record(session, installation, row.id, who, SchoolsAdded(tuple(new)))
        yield "1 school was added." if len(new) == 1 else f"{len(new)} schools were added."


def _set_guests(
    session: Session, installation: Installation, group: GroupRow, choice: str, who: Actor
) -> Iterator[str]:
    if choice not in ("", _YES, _NO):
        raise Refused("Please choose whether guests are invited. Nothing was set up.")
    invited = choice == _YES
    if not choice or group.guests is invited:
        return
    group.guests = invited
    audit_log.record(session, installation, group.partnership_id, who, GuestsInvited(invited))
    yield "Guests are invited, too." if invited else "Guests are not invited."
