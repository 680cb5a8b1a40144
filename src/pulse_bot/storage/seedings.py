"""Seedings: workshops that are prepared, and the rounds that asked for them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulse_bot.storage.workshop_tables import SeedingRow


def of_round(session: Session, round_id: int) -> SeedingRow | None:
    """The seeding whose questions a round asked; None for a round of the weekly pulse alone."""
    return session.scalar(select(SeedingRow).where(SeedingRow.round_id == round_id))
