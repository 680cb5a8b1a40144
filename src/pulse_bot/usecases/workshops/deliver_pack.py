"""Handing: a pack's way to whoever seeded it, when the group's chats get theirs.

What they get is the card that everybody gets: a courtesy, and no look ahead of the others.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from pulse_bot.domain.partnership.people import Standing
from pulse_bot.domain.partnership.roles import Permission, is_allowed
from pulse_bot.ports import Address, Card
from pulse_bot.storage import packs
from pulse_bot.storage.columns import DeliveryState
from pulse_bot.storage.models import MemberRow
from pulse_bot.storage.workshop_tables import SeedingRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.post import render_digest_post


def find_undelivered(
    session: Session, partnership_id: int, adapters: frozenset[str] | None
) -> tuple[int, ...]:
    """Seedings whose pack still waits for a member on one of these adapters; None is all."""
    return tuple(packs.list_unhanded(session, partnership_id, adapters))


def claim_pack(installation: Installation, seeding_id: int) -> tuple[Address, Card] | None:
    """Claim the handing of a pack, and say what goes where; None where there is nobody to hand to.

    Claimed before it is sent: after a crash it is missing, and never there twice. Everybody can ask
    for it at any time.
    """
    with installation.database.write() as session:
        row = session.get(SeedingRow, seeding_id)
        if row is None or row.round_id is None or not packs.is_readable(session, row.round_id):
            return None
        address = _preparer_address(session, row)
        # Whoever has left or lost the role is not handed it later either, should they come back.
        state = DeliveryState.SENDING if address else DeliveryState.FAILED
        if not packs.claim_delivery(session, seeding_id, state) or address is None:
            return None
        round_id = row.round_id
    # Drawn while nothing is locked: it takes a second.
    return address, render_digest_post(installation, round_id)


def _preparer_address(session: Session, row: SeedingRow) -> Address | None:
    """Where whoever seeded it is reached, while they may."""
    member = session.get(MemberRow, row.seeded_by) if row.seeded_by else None
    if (
        member is None
        or member.standing is Standing.LEFT
        or not is_allowed(member.role, Permission.SEED)
    ):
        return None
    return Address(member.adapter, member.workspace, member.user)


def record_delivered(installation: Installation, seeding_id: int, state: DeliveryState) -> None:
    """Keep what became of it. WAITING makes it due again."""
    with installation.database.write() as session:
        row = session.get_one(SeedingRow, seeding_id)
        row.handed = state
