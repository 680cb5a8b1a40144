"""Handing: a pack as a file, and its way to whoever seeded it when the group's chats get theirs.

What they get is the card that everybody gets: a courtesy, and no look ahead of the others.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.pack import Pack
from pulse_bot.domain.people import Standing
from pulse_bot.domain.roles import Act, may
from pulse_bot.errors import MissingExtra
from pulse_bot.ports import Address, Card, File
from pulse_bot.storage import packs, seedings
from pulse_bot.storage.columns import Delivery
from pulse_bot.storage.models import MemberRow, PartnershipRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases.installation import Installation
from pulse_bot.usecases.look import digest_card

_log = logging.getLogger(__name__)

PDF: Final = "application/pdf"


def unhanded(
    session: Session, partnership_id: int, adapters: frozenset[str] | None
) -> tuple[int, ...]:
    """Seedings whose pack still waits for a member on one of these adapters; None is all."""
    return tuple(packs.unhanded(session, partnership_id, adapters))


def claim(installation: Installation, seeding_id: int) -> tuple[Address, Card] | None:
    """Claim the handing of a pack, and say what goes where; None where there is nobody to hand to.

    Claimed before it is sent: after a crash it is missing, and never there twice. Everybody can ask
    for it at any time.
    """
    with installation.database.write() as session:
        row = session.get(SeedingRow, seeding_id)
        pack = _pack(session, row)
        if row is None or pack is None:
            return None
        address = _address(session, row)
        # Whoever has left or lost the role is not handed it later either, should they come back.
        state = Delivery.SENDING if address else Delivery.FAILED
        if not packs.claim(session, seeding_id, state) or address is None:
            return None
    # Drawn while nothing is locked: it takes a second.
    return address, replace(digest_card(pack.digest), file=pdf(installation, pack))


def _address(session: Session, row: SeedingRow) -> Address | None:
    """Where whoever seeded it is reached, while they may."""
    member = session.get(MemberRow, row.seeded_by) if row.seeded_by else None
    if member is None or member.standing is Standing.LEFT or not may(member.role, Act.SEED):
        return None
    return Address(member.adapter, member.workspace, member.user)


def handed(installation: Installation, seeding_id: int, state: Delivery, reference: str) -> None:
    """Keep what became of it. WAITING makes it due again."""
    with installation.database.write() as session:
        row = session.get_one(SeedingRow, seeding_id)
        row.handed = state
        row.reference = reference


def file_of(installation: Installation, round_id: int) -> File | None:
    """The pack of a round that everybody may read, as a PDF; None for a round without one."""
    with installation.database.read() as session:
        pack = _pack(session, seedings.of_round(session, round_id))
    return pdf(installation, pack) if pack else None


def _pack(session: Session, row: SeedingRow | None) -> Pack | None:
    """The pack of a workshop, where everybody may read it."""
    found = packs.one(session, row.partnership_id, row.id) if row else None
    if row is None or found is None or found.asked is None or not found.is_open:
        return None
    partnership = session.get_one(PartnershipRow, row.partnership_id)
    return packs.read(session, partnership, row, found.asked)


def pdf(installation: Installation, pack: Pack) -> File | None:
    """A pack as a PDF; None where it cannot be made, because the words go without it."""
    name = f"pack-{pack.workshop_on}.pdf"
    try:
        return File(name, PDF, installation.renderer.pack(name, pack)[name])
    except MissingExtra:
        return None
    except Exception as error:
        # The words say it all; a digest must not wait for a file.
        _log.warning("A pack could not be made (%s).", type(error).__name__)
        return None


def page(installation: Installation, pack: Pack) -> str:
    """A pack as a page that needs nothing else. Raises MissingExtra."""
    name = "pack.html"
    return installation.renderer.pack(name, pack)[name].decode()
