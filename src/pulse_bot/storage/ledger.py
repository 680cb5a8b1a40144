"""The ledger of invitations: what became of each card, written by group commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, update

from pulse_bot.storage.columns import Delivery, Table
from pulse_bot.storage.database import Database
from pulse_bot.storage.models import InvitationRow


class Entry(NamedTuple):
    """What became of one invitation."""

    invitation: int
    state: Delivery


_MARK = (
    update(Table.metadata.tables[InvitationRow.__tablename__])
    .where(InvitationRow.id == bindparam("invitation"))
    .values(state=bindparam("to"))
)


def write(database: Database, entries: Sequence[Entry]) -> list[None]:
    """Write entries in one transaction, durably."""
    with database.connect() as connection:
        connection.execute(
            _MARK,
            [{"invitation": entry.invitation, "to": entry.state} for entry in entries],
        )
    return [None] * len(entries)
