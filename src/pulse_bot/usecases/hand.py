"""Handing: a pack on its way to whoever seeded it, when the group's chats get theirs.

What they get is the card that everybody gets: a courtesy, and no look ahead of the others.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from pulse_bot.ports import Address, Card, File
from pulse_bot.storage.columns import Delivery
from pulse_bot.usecases.installation import Installation


def unhanded(
    session: Session, partnership_id: int, adapters: frozenset[str] | None
) -> tuple[int, ...]:
    """Seedings whose pack still waits for a member on one of these adapters; None is all."""
    return ()


def claim(installation: Installation, seeding_id: int) -> tuple[Address, Card] | None:
    """Claim the handing of a pack, and say what goes where; None where there is nobody to hand to.

    Claimed before it is sent: after a crash it is missing, and never there twice. `/pulse pack`
    always has it.
    """
    return None


def handed(installation: Installation, seeding_id: int, state: Delivery, reference: str) -> None:
    """Keep what became of it. WAITING makes it due again."""


def file_of(installation: Installation, session: Session, round_id: int) -> File | None:
    """The pack of a round as a PDF; None where it has none, or the libraries are not installed."""
    return None
