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
from pulse_bot.domain.asking.calendar import spoken, spoken_date, zone
from pulse_bot.domain.asking.rounds import State
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.audit_events import PackOpened, PackRead
from pulse_bot.domain.partnership.pack import Pack
from pulse_bot.domain.partnership.people import Role
from pulse_bot.domain.partnership.roles import Act, may
from pulse_bot.errors import MissingExtra, Refused
from pulse_bot.ports import Address, Button, Card, CardKind, Pressed, Reply
from pulse_bot.storage import packs, partnerships
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.storage.packs import Seeded
from pulse_bot.usecases import audit_log
from pulse_bot.usecases import permissions as allowed
from pulse_bot.usecases.context import OPERATOR, PULSE_BOT, Installation
from pulse_bot.usecases.find_member import someone
from pulse_bot.usecases.rounds import pack_files
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


def latest(installation: Installation, address: Address) -> Reply:
    """The newest pack, as a card with its file. Raises Refused where there is none."""
    with installation.database.read() as session:
        member, partnership = someone(session, address)
        next_one = packs.coming(session, partnership.id, installation.clock.now())
        waiting = _waiting(installation, partnership, member.role, next_one) if next_one else None
        found = packs.newest_open(session, partnership.id)
        shown = (_card(found, _read(session, partnership, found)),) if found else ()
    if not shown and (waiting is None or not waiting.buttons):
        raise Refused(" ".join(waiting.text) if waiting else NONE_YET)
    return Reply(cards=(*((waiting,) if waiting else ()), *shown))


def page(installation: Installation, address: Address) -> Reply:
    """The newest pack as a page of its own, for platforms that serve pages. Raises Refused."""
    shown = latest(installation, address)
    with installation.database.read() as session:
        _, partnership = someone(session, address)
        found = packs.newest_open(session, partnership.id)
        pack = _read(session, partnership, found) if found else None
    if pack is None:
        return shown
    try:
        return replace(shown, page=pack_files.page(installation, pack))
    except MissingExtra:
        return shown


def pressed(installation: Installation, event: Pressed) -> Reply:
    """What a button of a pack does: show it, or open it together. Raises Refused."""
    wanted = decode(UsePack, event.action)
    if wanted.act is PackAct.OPEN:
        return _open(installation, event.address, wanted.seeding)
    return _file(installation, event.address, wanted.seeding)


def opens(action: str) -> bool:
    """Whether a button opens a pack."""
    wanted = parse(UsePack, action)
    return wanted is not None and wanted.act is PackAct.OPEN


def reveal(installation: Installation, round_id: int) -> None:
    """Open a pack that is held, for everybody at once; harmless where it is open already."""
    with installation.database.write() as session:
        asked = session.get(RoundRow, round_id)
        if asked is not None:
            _reveal(session, installation, asked, PULSE_BOT)


def look_at(installation: Installation, name: str, number: int | None = None) -> Pack:
    """The newest pack, or the one of a round, for the operator; logged. Raises Refused."""
    with installation.database.write() as session:
        row = partnerships.by_name(session, name)
        if number is None:
            now = installation.clock.now()
            found = packs.newest_open(session, row.id) or packs.coming(session, row.id, now)
        else:
            found = packs.numbered(session, row.id, number)
        if found is None:
            raise Refused(NONE_YET if number is None else f"Round {number} was for no workshop.")
        pack = _read(session, row, found)
        looked = PackRead(pack.digest.number)
        audit_log.record_once(session, installation, row.id, OPERATOR, looked)
        return pack


def open_now(installation: Installation, name: str) -> str:
    """Open the pack that is held, at an operator's word; returns its title. Raises Refused."""
    with installation.database.write() as session:
        row = partnerships.by_name(session, name)
        found = packs.coming(session, row.id, installation.clock.now())
        if found is None:
            raise Refused(f"No pack of {name} waits to be opened.")
        _open_held(session, installation, row, found, OPERATOR)
        return found.seeding.title


def _open(installation: Installation, address: Address, seeding: int) -> Reply:
    with installation.database.write() as session:
        member, partnership = someone(session, address)
        allowed.check(member, Act.OPEN_PACK)
        found = _found(session, partnership, seeding)
        _open_held(session, installation, partnership, found, Actor.member(member.role))
        card = _card(found, _read(session, partnership, found))
    return Reply(OPENED, cards=(card,))


def _open_held(
    session: Session, installation: Installation, row: PartnershipRow, found: Seeded, who: Actor
) -> None:
    """Raises Refused before its round has closed, and before its day."""
    if found.is_open:
        return
    if found.asked is None or not found.is_held:
        raise Refused(_when(row, found))
    if _today(installation, row) < found.seeding.workshop_on:
        raise Refused(
            f"The pack for “{found.seeding.title}” can be opened from "
            f"{spoken_date(found.seeding.workshop_on)} on, at the workshop. Until then nobody can "
            "see it."
        )
    _reveal(session, installation, found.asked, who)
    session.refresh(found.asked)


def _reveal(session: Session, installation: Installation, asked: RoundRow, who: Actor) -> None:
    if packs.reveal(session, asked.id):
        opened = PackOpened(asked.number)
        audit_log.record(session, installation, asked.partnership_id, who, opened)


def _file(installation: Installation, address: Address, seeding: int) -> Reply:
    with installation.database.read() as session:
        _, partnership = someone(session, address)
        found = _found(session, partnership, seeding)
        pack = _read(session, partnership, found)
    # Drawn while nothing is locked: it takes a second.
    file = pack_files.pdf(installation, pack)
    if file is None:
        raise Refused("The file cannot be made here. “/pulse pack” says what is in it.")
    text = (
        "A PDF to read, to print and to bring along.",
        "Where no file comes with this message, the workshop's page has the same.",
    )
    return Reply(cards=(Card(CardKind.NOTICE, f"The pack for “{pack.title}”", text, file=file),))


def _found(session: Session, partnership: PartnershipRow, seeding: int) -> Seeded:
    found = packs.one(session, partnership.id, seeding)
    if found is None:
        raise Refused(OLD_BUTTON)
    return found


def _read(session: Session, partnership: PartnershipRow, found: Seeded) -> Pack:
    """Raises Refused, saying when it comes, where nobody can read it yet."""
    if found.asked is None or not found.is_open:
        raise Refused(_when(partnership, found))
    return packs.read(session, partnership, found.seeding, found.asked)


def _card(found: Seeded, pack: Pack) -> Card:
    card = message_card(pack.digest)
    button = Button("The pack as a file", encode(UsePack(PackAct.FILE, found.seeding.id)))
    return replace(card, buttons=(*card.buttons, (button,)))


def _waiting(
    installation: Installation, partnership: PartnershipRow, role: Role, found: Seeded
) -> Card:
    """When the next pack comes, and the button that opens it, for whom and when there is one."""
    its_day = found.seeding.workshop_on <= _today(installation, partnership)
    button = Button("Open it for everybody", encode(UsePack(PackAct.OPEN, found.seeding.id)))
    row = ((button,),) if found.is_held and its_day and may(role, Act.OPEN_PACK) else ()
    return Card(CardKind.NOTICE, "The next pack", (_when(partnership, found),), row)


def _when(partnership: PartnershipRow, found: Seeded) -> str:
    """When a pack comes that nobody can read yet."""
    named = f"The pack for “{found.seeding.title}”"
    day = spoken_date(found.seeding.workshop_on)
    if found.asked is not None and found.asked.state is State.LOST:
        return f"{named} will not come: the key of its round was lost, and nobody can read it."
    if found.is_held:
        return (
            f"{named} is opened together, at the workshop on {day}. A facilitator or lead opens it "
            "there for everybody; where nobody does, it opens the next morning."
        )
    closes_at = found.asked.closes_at if found.asked else found.seeding.closes_at
    closes = f", on {spoken(closes_at, zone(partnership.time_zone))}" if closes_at else ""
    together = f" It is then opened together, at the workshop on {day}."
    after = together if found.seeding.together else ""
    return f"{named} comes when its questions have closed{closes}.{after}"


def _today(installation: Installation, partnership: PartnershipRow) -> date:
    return installation.clock.now().astimezone(zone(partnership.time_zone)).date()
