"""Packs: a workshop's material, for everybody at the same moment.

A pack is there once the round of its workshop has closed; one that is to be opened together, once
somebody opens it in the room. Whoever may read digests may read it, and finds no more in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from sqlalchemy.orm import Session

from pulse_bot.adapter_kit.actions import Action, decode, encode, parse
from pulse_bot.cards import question_cards
from pulse_bot.domain.asking.calendar import format_date, format_moment, parse_zone
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.audit_events import PackOpened, PackRead
from pulse_bot.domain.partnership.pack import Pack
from pulse_bot.domain.partnership.people import Role
from pulse_bot.domain.partnership.roles import Permission, is_allowed
from pulse_bot.errors import MissingExtra, Refused
from pulse_bot.ports import Address, Button, Card, CardKind, Pressed, Reply
from pulse_bot.storage import packs, partnerships
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.storage.packs import Workshop
from pulse_bot.usecases import audit_log
from pulse_bot.usecases import permissions as allowed
from pulse_bot.usecases.context import OPERATOR, PULSE_BOT, Installation
from pulse_bot.usecases.find_member import find_member
from pulse_bot.usecases.rounds import pack_files, post
from pulse_bot.usecases.rounds.digest_message import message_card


class PackAct(StrEnum):
    """What a button of a pack does."""

    OPEN = "open"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class UsePack(Action):
    """A button of a pack."""

    NAME: ClassVar[str] = question_cards.PACK
    act: PackAct
    seeding: int


NONE_YET: Final = (
    "There is no pack yet. One is made when the questions for a workshop have closed; facilitators "
    "and leads prepare a workshop with “/pulse seed”."
)
OLD_BUTTON: Final = "That button is not in use any more. “/pulse pack” shows the newest pack."
OPENED: Final = "The pack is open for everybody now. It goes to the group's chats, too."


def show_newest_pack(installation: Installation, address: Address) -> Reply:
    """The newest pack, as a card with its file. Raises Refused where there is none."""
    with installation.database.read() as session:
        member, partnership = find_member(session, address)
        coming = packs.find_coming(session, partnership.id, installation.clock.now())
        coming_card = (
            _coming_card(installation, partnership, member.role, coming) if coming else None
        )
        workshop = packs.find_newest_open(session, partnership.id)
        pack_cards = (
            (_pack_card(workshop, _read_pack(session, partnership, workshop)),) if workshop else ()
        )
    if not pack_cards and (coming_card is None or not coming_card.buttons):
        raise Refused(" ".join(coming_card.text) if coming_card else NONE_YET)
    return Reply(cards=(*((coming_card,) if coming_card else ()), *pack_cards))


def show_pack_page(installation: Installation, address: Address) -> Reply:
    """The newest pack as a page of its own, for platforms that serve pages. Raises Refused."""
    reply = show_newest_pack(installation, address)
    with installation.database.read() as session:
        _, partnership = find_member(session, address)
        workshop = packs.find_newest_open(session, partnership.id)
        pack = _read_pack(session, partnership, workshop) if workshop else None
    if pack is None:
        return reply
    try:
        return replace(reply, page=pack_files.render_page(installation, pack))
    except MissingExtra:
        return reply


def press_pack_button(installation: Installation, event: Pressed) -> Reply:
    """What a button of a pack does: show it, or open it together. Raises Refused."""
    wanted = decode(UsePack, event.action)
    if wanted.act is PackAct.OPEN:
        return _open_pack(installation, event.address, wanted.seeding)
    return _show_pack_file(installation, event.address, wanted.seeding)


def opens(action: str) -> bool:
    """Whether a button opens a pack."""
    wanted = parse(UsePack, action)
    return wanted is not None and wanted.act is PackAct.OPEN


def reveal_pack(installation: Installation, round_id: int) -> None:
    """Open a pack that is held, for everybody at once; harmless where it is open already."""
    with installation.database.write() as session:
        round_row = session.get(RoundRow, round_id)
        if round_row is not None:
            _reveal_round(session, installation, round_row, PULSE_BOT)


def inspect_pack(installation: Installation, name: str, number: int | None = None) -> Pack:
    """The newest pack, or the one of a round, for the operator; logged. Raises Refused."""
    with installation.database.write() as session:
        row = partnerships.find_partnership(session, name)
        if number is None:
            now = installation.clock.now()
            workshop = packs.find_newest_open(session, row.id) or packs.find_coming(
                session, row.id, now
            )
        else:
            workshop = packs.find_by_round(session, row.id, number)
        if workshop is None:
            raise Refused(NONE_YET if number is None else f"Round {number} was for no workshop.")
        pack = _read_pack(session, row, workshop)
        looked = PackRead(pack.digest.number)
        audit_log.record_once(session, installation, row.id, OPERATOR, looked)
        return pack


def open_pack_now(installation: Installation, name: str) -> str:
    """Open the pack that is held, at an operator's word; returns its title. Raises Refused."""
    with installation.database.write() as session:
        row = partnerships.find_partnership(session, name)
        workshop = packs.find_coming(session, row.id, installation.clock.now())
        if workshop is None:
            raise Refused(f"No pack of {name} waits to be opened.")
        _open_held_pack(session, installation, row, workshop, OPERATOR)
        return workshop.seeding.title


def _open_pack(installation: Installation, address: Address, seeding: int) -> Reply:
    with installation.database.write() as session:
        member, partnership = find_member(session, address)
        allowed.check_permission(member, Permission.OPEN_PACK)
        workshop = _find_workshop(session, partnership, seeding)
        _open_held_pack(session, installation, partnership, workshop, Actor.member(member.role))
        card = _pack_card(workshop, _read_pack(session, partnership, workshop))
    return Reply(OPENED, cards=(card,))


def _open_held_pack(
    session: Session,
    installation: Installation,
    row: PartnershipRow,
    workshop: Workshop,
    who: Actor,
) -> None:
    """Raises Refused before its round has closed, and before its day."""
    if workshop.is_open:
        return
    if workshop.round is None or not workshop.is_held:
        raise Refused(_describe_coming(row, workshop))
    if _local_today(installation, row) < workshop.seeding.workshop_on:
        raise Refused(
            f"The pack for “{workshop.seeding.title}” can be opened from "
            f"{format_date(workshop.seeding.workshop_on)} on, at the workshop. Until then nobody "
            "can see it."
        )
    _reveal_round(session, installation, workshop.round, who)
    session.refresh(workshop.round)


def _reveal_round(
    session: Session, installation: Installation, round_row: RoundRow, who: Actor
) -> None:
    if packs.reveal_round(session, round_row.id):
        opened = PackOpened(round_row.number)
        audit_log.record(session, installation, round_row.partnership_id, who, opened)
        post.queue_digest(session, installation, round_row.id)


def _show_pack_file(installation: Installation, address: Address, seeding: int) -> Reply:
    with installation.database.read() as session:
        _, partnership = find_member(session, address)
        workshop = _find_workshop(session, partnership, seeding)
        pack = _read_pack(session, partnership, workshop)
    # Drawn while nothing is locked: it takes a second.
    file = pack_files.render_pdf(installation, pack)
    if file is None:
        raise Refused("The file cannot be made here. “/pulse pack” says what is in it.")
    text = (
        "A PDF to read, to print and to bring along.",
        "Where no file comes with this message, the workshop's page has the same.",
    )
    return Reply(cards=(Card(CardKind.NOTICE, f"The pack for “{pack.title}”", text, file=file),))


def _find_workshop(session: Session, partnership: PartnershipRow, seeding: int) -> Workshop:
    workshop = packs.find_workshop(session, partnership.id, seeding)
    if workshop is None:
        raise Refused(OLD_BUTTON)
    return workshop


def _read_pack(session: Session, partnership: PartnershipRow, workshop: Workshop) -> Pack:
    """Raises Refused, saying when it comes, where nobody can read it yet."""
    if workshop.round is None or not workshop.is_open:
        raise Refused(_describe_coming(partnership, workshop))
    return packs.load_pack(session, partnership, workshop.seeding, workshop.round)


def _pack_card(workshop: Workshop, pack: Pack) -> Card:
    card = message_card(pack.digest)
    button = Button("The pack as a file", encode(UsePack(PackAct.FILE, workshop.seeding.id)))
    return replace(card, buttons=(*card.buttons, (button,)))


def _coming_card(
    installation: Installation, partnership: PartnershipRow, role: Role, workshop: Workshop
) -> Card:
    """When the next pack comes, and the button that opens it, for whom and when there is one."""
    its_day = workshop.seeding.workshop_on <= _local_today(installation, partnership)
    button = Button("Open it for everybody", encode(UsePack(PackAct.OPEN, workshop.seeding.id)))
    row = (
        ((button,),)
        if workshop.is_held and its_day and is_allowed(role, Permission.OPEN_PACK)
        else ()
    )
    return Card(CardKind.NOTICE, "The next pack", (_describe_coming(partnership, workshop),), row)


def _describe_coming(partnership: PartnershipRow, workshop: Workshop) -> str:
    """When a pack comes that nobody can read yet."""
    subject = f"The pack for “{workshop.seeding.title}”"
    day = format_date(workshop.seeding.workshop_on)
    if workshop.round is not None and workshop.round.state is RoundStatus.LOST:
        return f"{subject} will not come: the key of its round was lost, and nobody can read it."
    if workshop.is_held:
        return (
            f"{subject} is opened together, at the workshop on {day}. A facilitator or lead opens "
            "it there for everybody; where nobody does, it opens the next morning."
        )
    closes_at = workshop.round.closes_at if workshop.round else workshop.seeding.closes_at
    closes = (
        f", on {format_moment(closes_at, parse_zone(partnership.time_zone))}" if closes_at else ""
    )
    together = f" It is then opened together, at the workshop on {day}."
    ending = together if workshop.seeding.together else ""
    return f"{subject} comes when its questions have closed{closes}.{ending}"


def _local_today(installation: Installation, partnership: PartnershipRow) -> date:
    return installation.clock.now().astimezone(parse_zone(partnership.time_zone)).date()
