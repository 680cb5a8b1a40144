"""A partnership's programme: set, with its holidays."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.calendar import Holiday
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.domain.partnership.actors import Actor
from pulse_bot.domain.partnership.audit_events import HolidayAdded, ProgrammeSet
from pulse_bot.errors import Refused
from pulse_bot.storage import partnerships
from pulse_bot.storage.models import HolidayRow, PartnershipRow
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import OPERATOR, Installation, Pool


def set_programme(installation: Installation, partnership: str, plan: Programme) -> None:
    """Replace a partnership's programme from now on. Raises Refused for an unknown theme."""
    with installation.database.write() as session:
        row = partnerships.find_partnership(session, partnership)
        replace_programme(session, installation, row, plan, OPERATOR)


def list_weekly_themes(pool: Pool) -> list[str]:
    """The themes that have a core to be asked week by week; the others are for workshops."""
    return sorted(theme for theme, items in pool.items() if any(item.core for item in items))


def replace_programme(
    session: Session, installation: Installation, row: PartnershipRow, plan: Programme, who: Actor
) -> None:
    """Replace a programme, and say so in the log. Raises Refused for an unknown theme."""
    pool = installation.pool()
    unknown = [theme for theme in plan.themes if theme not in pool]
    if unknown:
        theme_names = ", ".join(list_weekly_themes(pool))
        raise Refused(f'There is no theme "{unknown[0]}". There are: {theme_names}.')
    partnerships.save_programme(session, row.id, plan, installation.clock.now())
    event = ProgrammeSet(
        plan.themes, plan.items_a_round, plan.opens, plan.closes, plan.reminder_minutes
    )
    audit_log.record(session, installation, row.id, who, event)


def add_holiday(
    installation: Installation, partnership: str, days: Holiday, organisation: str | None = None
) -> None:
    """Ask nothing on some days: nobody, or nobody of one organisation."""
    if days.last < days.first:
        raise Refused("A holiday cannot end before it begins.")
    with installation.database.write() as session:
        row = partnerships.find_partnership(session, partnership)
        school = (
            partnerships.find_organisation(session, row, organisation) if organisation else None
        )
        session.add(
            HolidayRow(
                partnership_id=row.id,
                organisation_id=school.id if school else None,
                first=days.first,
                last=days.last,
            )
        )
        added = HolidayAdded(days.first, days.last, school.name if school else "")
        audit_log.record(session, installation, row.id, OPERATOR, added)
