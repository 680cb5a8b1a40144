"""What the operator's commands list: settings and states, and never who answered or how many."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulse_bot.domain.asking.calendar import spoken, spoken_date, zone
from pulse_bot.domain.partnership.audit_events import DigestRead, DigestsRead
from pulse_bot.domain.release.digest import Digest
from pulse_bot.errors import Refused
from pulse_bot.storage import audit_log as stored_log
from pulse_bot.storage import history, partnerships, seedings
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import OPERATOR, Installation
from pulse_bot.usecases.words import audit_words

Row = dict[str, str | int | None]

LOG_LINES: Final = 500
"""The newest lines of the log that one list holds."""


def partnership_rows(installation: Installation, name: str | None = None) -> list[Row]:
    """Every partnership, or the one of that name. Raises Refused."""
    with installation.database.read() as session:
        found = (
            [partnerships.by_name(session, name)]
            if name is not None
            else session.scalars(select(PartnershipRow).order_by(PartnershipRow.name)).all()
        )
        rows: list[Row] = []
        for row in found:
            planned = partnerships.programme(session, row.id)
            rows.append(
                {
                    "name": row.name,
                    "time_zone": row.time_zone,
                    "language": row.language,
                    "members": len(partnerships.members(session, row.id)),
                    "themes": ", ".join(planned[0].themes) if planned else None,
                    "opens": str(planned[0].opens) if planned else None,
                    "closes": str(planned[0].closes) if planned else None,
                    "weekly_limit": row.weekly_limit,
                }
            )
        return rows


def member_rows(installation: Installation, name: str) -> list[Row]:
    """Who is in a partnership. Addresses stay out: a list gets passed on."""
    with installation.database.read() as session:
        row = partnerships.by_name(session, name)
        return [
            {
                "id": member.id,
                "name": member.name,
                "organisation": organisation,
                "role": member.role.value,
                "standing": member.standing.value,
                "adapter": member.adapter,
            }
            for member, organisation in partnerships.members(session, row.id)
        ]


def round_rows(installation: Installation, name: str) -> list[Row]:
    """The rounds of a partnership, newest first. While one is open nothing is said of it."""
    with installation.database.read() as session:
        row = partnerships.by_name(session, name)
        where = zone(row.time_zone)
        query = select(RoundRow).where(RoundRow.partnership_id == row.id)
        return [
            {
                "round": one.number,
                "state": one.state.value,
                "opened": spoken(one.opens_at, where),
                "closes": spoken(one.closes_at, where),
                "asked": one.roster_size,
                "questions": len(one.items),
            }
            for one in session.scalars(query.order_by(RoundRow.number.desc()))
        ]


def log_rows(installation: Installation, name: str) -> list[Row]:
    """The log that all members can read."""
    with installation.database.read() as session:
        row = partnerships.by_name(session, name)
        where = zone(row.time_zone)
        return [
            {
                "when": spoken(entry.at, where),
                "who": audit_words.who(entry.actor),
                "what": audit_words.what(entry.event),
            }
            for entry in stored_log.newest_entries(session, row.id, LOG_LINES)
        ]


def digests(installation: Installation, name: str) -> list[Digest]:
    """Every digest of a partnership, newest first. The look is logged."""
    with installation.database.write() as session:
        row = partnerships.by_name(session, name)
        found = history.digests(session, row.id)
        if found:
            _looked(session, installation, row.id, DigestsRead())
        return found


def digest(installation: Installation, name: str, number: int | None = None) -> Digest:
    """The newest digest, or the one of a round. The look is logged. Raises Refused."""
    with installation.database.write() as session:
        row = partnerships.by_name(session, name)
        if number is None:
            found = history.digests(session, row.id, most=1)
            if not found:
                raise Refused(_none_yet(session, row))
            newest = found[0]
        else:
            newest = _numbered(session, row, number)
        _looked(session, installation, row.id, DigestRead(newest.number))
        return newest


def _none_yet(session: Session, row: PartnershipRow) -> str:
    held = seedings.held(session, row.id)
    if not held:
        return f"{row.name} has no digest yet: no round has closed."
    return _opened_together(session.get_one(RoundRow, held[-1].round), row, held[-1].workshop_on)


def _numbered(session: Session, row: PartnershipRow, number: int) -> Digest:
    try:
        return history.digest(session, row.id, number)
    except LookupError:
        message = f"Round {number} of {row.name} has no digest: it is not closed."
    for held in seedings.held(session, row.id):
        asked = session.get_one(RoundRow, held.round)
        if asked.number == number:
            message = _opened_together(asked, row, held.workshop_on)
    raise Refused(message)


def _opened_together(asked: RoundRow, row: PartnershipRow, day: date) -> str:
    return (
        f"The digest of round {asked.number} of {row.name} is held back: it is opened together, at "
        f"the workshop on {spoken_date(day)}, or by itself the next morning."
    )


def _looked(
    session: Session, installation: Installation, partnership: int, event: DigestRead | DigestsRead
) -> None:
    audit_log.record_once(session, installation, partnership, OPERATOR, event)
