"""What did not succeed and what cannot be read, for the operator: since when, and what to do."""

from __future__ import annotations

from sqlalchemy import select

from pulse_bot.domain.asking.calendar import format_moment, parse_zone
from pulse_bot.errors import Refused
from pulse_bot.storage import damage, troubles
from pulse_bot.storage.columns import FALLBACK_ZONE
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.reading.operator_lists import ListRow


def list_troubles(installation: Installation) -> list[ListRow]:
    """Every job that has failed and is tried again, and every stored thing that cannot be read.

    Times are in UTC, because they are of several partnerships.
    """
    zone = parse_zone(FALLBACK_ZONE)
    with installation.database.read() as session:
        names = {row.id: row.name for row in session.scalars(select(PartnershipRow))}
        failed: list[ListRow] = [
            {
                "number": row.id,
                "partnership": name,
                "what": f"{row.job} {row.subject}" if row.subject else row.job,
                "why": row.kind,
                "since": format_moment(row.since, zone),
                "attempts": row.attempts,
                "again": format_moment(row.retry_at, zone),
            }
            for row, name in troubles.list_troubles(session)
        ]
        unreadable: list[ListRow] = [
            {
                "number": None,
                "partnership": names.get(found.partnership),
                "what": troubles.READ,
                "why": found.what,
                "since": None,
                "attempts": None,
                "again": None,
            }
            for found in damage.find_damage(session)
        ]
        return failed + unreadable


def retry_trouble(installation: Installation, number: int) -> str:
    """Let a job be tried again at once; returns which it is. Raises Refused."""
    with installation.database.write() as session:
        row = troubles.retry_now(session, number, installation.clock.now())
        if row is None:
            raise Refused(f"There is no trouble {number}. See: pulse-bot trouble list")
        return f"{row.job} {row.subject}" if row.subject else row.job
