"""What the operator's commands list: settings and states, and never who answered or how many."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulse_bot.domain.asking.calendar import format_date, format_moment, parse_zone
from pulse_bot.domain.partnership.audit_events import DigestRead, DigestsRead
from pulse_bot.domain.release.record import Digest
from pulse_bot.errors import Refused
from pulse_bot.storage import audit_log as stored_log
from pulse_bot.storage import history, partnerships, seedings
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import OPERATOR, Installation
from pulse_bot.usecases.words import audit_words

ListRow = dict[str, str | int | None]

LOG_LINES: Final = 500
"""The newest lines of the log that one list holds."""


def list_partnerships(installation: Installation, name: str | None = None) -> list[ListRow]:
    """Every partnership, or the one of that name. Raises Refused."""
    with installation.database.read() as session:
        selected = (
            [partnerships.find_partnership(session, name)]
            if name is not None
            else session.scalars(select(PartnershipRow).order_by(PartnershipRow.name)).all()
        )
        rows: list[ListRow] = []
        for row in selected:
            planned = partnerships.load_programme(session, row.id)
            rows.append(
                {
                    "name": row.name,
                    "time_zone": row.time_zone,
                    "language": row.language,
                    "members": len(partnerships.list_members(session, row.id)),
                    "themes": ", ".join(planned[0].themes) if planned else None,
                    "opens": str(planned[0].opens) if planned else None,
                    "closes": str(planned[0].closes) if planned else None,
                    "weekly_limit": row.weekly_limit,
                }
            )
        return rows


def explain_zone(installation: Installation, name: str) -> str:
    """That a partnership's time zone no longer exists here; empty where it does."""
    with installation.database.read() as session:
        row = partnerships.find_partnership(session, name)
        stored = partnerships.stored_zone(session, row.id)
    if stored == row.time_zone:
        return ""
    return f"Its time zone, {stored}, is not known here. {row.time_zone} is used in its place."


def list_members(installation: Installation, name: str) -> list[ListRow]:
    """Who is in a partnership. Addresses stay out: a list gets passed on."""
    with installation.database.read() as session:
        row = partnerships.find_partnership(session, name)
        return [
            {
                "id": member.id,
                "name": member.name,
                "organisation": organisation,
                "role": member.role.value,
                "standing": member.standing.value,
                "adapter": member.adapter,
            }
            for member, organisation in partnerships.list_members(session, row.id)
        ]


def list_rounds(installation: Installation, name: str) -> list[ListRow]:
    """The rounds of a partnership, newest first. While one is open nothing is said of it."""
    with installation.database.read() as session:
        row = partnerships.find_partnership(session, name)
        time_zone = parse_zone(row.time_zone)
        query = select(RoundRow).where(RoundRow.partnership_id == row.id)
        return [
            {
                "round": round_row.number,
                "state": round_row.state.value,
                "opened": format_moment(round_row.opens_at, time_zone),
                "closes": format_moment(round_row.closes_at, time_zone),
                "asked": round_row.roster_size,
                "questions": len(round_row.items),
            }
            for round_row in session.scalars(query.order_by(RoundRow.number.desc()))
        ]


def list_log_lines(installation: Installation, name: str) -> list[ListRow]:
    """The log that all members can read."""
    with installation.database.read() as session:
        row = partnerships.find_partnership(session, name)
        time_zone = parse_zone(row.time_zone)
        return [
            {
                "when": format_moment(entry.at, time_zone),
                "who": audit_words.who(entry.actor),
                "what": audit_words.what(entry.event),
            }
            for entry in stored_log.newest_entries(session, row.id, LOG_LINES)
        ]


def read_digests(installation: Installation, name: str) -> list[Digest]:
    """Every digest of a partnership, newest first. The look is logged."""
    with installation.database.write() as session:
        row = partnerships.find_partnership(session, name)
        released = history.list_digests(session, row.id)
        if released:
            _note_look(session, installation, row.id, DigestsRead())
        return released


def read_digest(installation: Installation, name: str, number: int | None = None) -> Digest:
    """The newest digest, or the one of a round. The look is logged. Raises Refused."""
    with installation.database.write() as session:
        row = partnerships.find_partnership(session, name)
        if number is None:
            released = history.list_digests(session, row.id, most=1)
            if not released:
                raise Refused(_explain_no_digest(session, row))
            newest = released[0]
        else:
            newest = _find_digest(session, row, number)
        _note_look(session, installation, row.id, DigestRead(newest.number))
        return newest


def _explain_no_digest(session: Session, row: PartnershipRow) -> str:
    held = seedings.list_held(session, row.id)
    if not held:
        return f"{row.name} has no digest yet: no round has closed."
    return _explain_held(session.get_one(RoundRow, held[-1].round), row, held[-1].workshop_on)


def _find_digest(session: Session, row: PartnershipRow, number: int) -> Digest:
    try:
        return history.load_digest(session, row.id, number)
    except LookupError:
        message = f"Round {number} of {row.name} has no digest: it is not closed."
    for held in seedings.list_held(session, row.id):
        round_row = session.get_one(RoundRow, held.round)
        if round_row.number == number:
            message = _explain_held(round_row, row, held.workshop_on)
    raise Refused(message)


def _explain_held(round_row: RoundRow, row: PartnershipRow, day: date) -> str:
    return (
        f"The digest of round {round_row.number} of {row.name} is held back: it is opened "
        f"together, at the workshop on {format_date(day)}, or by itself the next morning."
    )


def _note_look(
    session: Session, installation: Installation, partnership: int, event: DigestRead | DigestsRead
) -> None:
    audit_log.record_once(session, installation, partnership, OPERATOR, event)
