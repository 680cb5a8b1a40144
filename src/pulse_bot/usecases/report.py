"""What the operator's commands list: settings and states, and never who answered or how many."""

from __future__ import annotations

from sqlalchemy import select

from pulse_bot.domain.calendar import spoken, zone
from pulse_bot.domain.digest import Digest
from pulse_bot.errors import Refused
from pulse_bot.storage import history, partnerships
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.usecases.installation import OPERATOR, Installation

Row = dict[str, str | int | None]


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
            {"when": spoken(entry.at, where), "who": entry.who, "what": entry.what}
            for entry in partnerships.log(session, row.id)
        ]


def digests(installation: Installation, name: str, number: int | None = None) -> list[Digest]:
    """The digests of a partnership, newest first, or the one of a round. The look is logged."""
    with installation.database.write() as session:
        row = partnerships.by_name(session, name)
        found = [one for one in history.digests(session, row.id) if number in (None, one.number)]
        if not found and number is not None:
            raise Refused(f"Round {number} of {name} has no digest: it is not closed.")
        which = "every digest" if number is None else f"the digest of round {number}"
        now = installation.clock.now()
        partnerships.note(session, row.id, now, OPERATOR, f"looked at {which}")
        return found
