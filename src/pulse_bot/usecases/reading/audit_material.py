"""What an audit is given of a partnership: its digests, and what the log says of who was asked.

Nothing else is read. Of rounds of before the log told it, the size of the roster is the round's.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from pulse_bot.domain.partnership.audit_events import DigestsRead, RoundAsked
from pulse_bot.domain.release.record import Digest
from pulse_bot.errors import Refused
from pulse_bot.storage import audit_log as stored_log
from pulse_bot.storage import history, partnerships
from pulse_bot.storage.models import RoundRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import OPERATOR, Installation


def read_audit_material(
    installation: Installation, name: str
) -> tuple[Sequence[Digest], Sequence[RoundAsked]]:
    """Every digest, and who was asked in every round. The look is logged. Raises Refused."""
    with installation.database.write() as session:
        row = partnerships.find_partnership(session, name)
        digests = history.list_digests(session, row.id)
        if not digests:
            raise Refused(f"{row.name} has no digest yet, so there is nothing to attack.")
        query = select(RoundRow).where(RoundRow.partnership_id == row.id)
        asked = {
            one.number: RoundAsked(one.number, one.roster_size, one.newcomers, 0, 0)
            for one in session.scalars(query)
        }
        asked |= {event.number: event for event in stored_log.list_asked(session, row.id)}
        audit_log.record_once(session, installation, row.id, OPERATOR, DigestsRead())
        return digests, list(asked.values())
