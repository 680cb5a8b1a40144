"""What did not succeed and what cannot be read, for the operator: since when, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulse_bot.domain.asking.calendar import format_moment, parse_zone
from pulse_bot.domain.outgoing import PENDING
from pulse_bot.errors import KeyStoreError, Refused
from pulse_bot.storage import damage, outbox, rounds, troubles
from pulse_bot.storage.columns import FALLBACK_ZONE
from pulse_bot.storage.models import PartnershipRow, TroubleRow
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
                "what": _name_job(session, row),
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
        unarrived = _list_unarrived(session, installation, names)
    return _list_key_troubles(installation) + failed + unarrived + unreadable


def _list_key_troubles(installation: Installation) -> list[ListRow]:
    """The key store, while no answer can be taken without it, or the keys that are damaged."""
    try:
        reasons = installation.keys.check()
    except KeyStoreError:
        reasons = ("The key store cannot be read. See: pulse-bot keys show",)
    return [
        {
            "number": None,
            "partnership": None,
            "what": "keys",
            "why": reason,
            "since": None,
            "attempts": None,
            "again": None,
        }
        for reason in reasons
    ]


def _list_unarrived(
    session: Session, installation: Installation, names: Mapping[int, str]
) -> list[ListRow]:
    """What was sent and has not arrived; never to whom."""
    zone = parse_zone(FALLBACK_ZONE)
    return [
        {
            "number": None,
            "partnership": names.get(row.partnership_id),
            "what": f"send {row.kind.value}, {row.part.value}",
            "why": row.state.value,
            "since": format_moment(row.tried_at, zone) if row.tried_at else None,
            "attempts": row.attempts,
            "again": format_moment(row.due_at, zone) if row.state in PENDING else None,
        }
        for row in outbox.list_unarrived(session, installation.clock.now())
    ]


def retry_trouble(installation: Installation, number: int) -> str:
    """Let a job be tried again at once; returns which it is. Raises Refused."""
    with installation.database.write() as session:
        row = troubles.retry_now(session, number, installation.clock.now())
        if row is None:
            raise Refused(f"There is no trouble {number}. See: pulse-bot trouble list")
        return _name_job(session, row)


def _name_job(session: Session, row: TroubleRow) -> str:
    """A job and the round that it is about, where it is about one."""
    return f"{row.job} {rounds.name_round(session, row.subject)}" if row.subject else row.job
