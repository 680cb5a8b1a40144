"""The ledger of invitations: what became of each card, written by group commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, update

from pulse_bot.storage.columns import DeliveryState, TableBase
from pulse_bot.storage.database import Database
from pulse_bot.storage.models import InvitationRow


class LedgerEntry(NamedTuple):
    """What became of one invitation."""

    invitation: int
    state: DeliveryState


_UPDATE = (
    update(TableBase.metadata.tables[InvitationRow.__tablename__])
    .where(InvitationRow.id == bindparam("invitation"))
    .values(state=bindparam("to"))
)


def write_entries(database: Database, entries: Sequence[LedgerEntry]) -> list[None]:
    """Write entries in one transaction, durably."""
    with database.connect() as connection:
        connection.execute(
            _UPDATE,
            [{"invitation": entry.invitation, "to": entry.state} for entry in entries],
        )
    return [None] * len(entries)
