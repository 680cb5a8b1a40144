"""A partnership's programme: set, with its holidays, and told in words."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.calendar import Holiday
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.errors import Refused
from pulse_bot.storage import partnerships
from pulse_bot.storage.models import HolidayRow, PartnershipRow
from pulse_bot.usecases.context import OPERATOR, Installation, Pool


def questions(plan: Programme) -> str:
    """How many questions a round asks: "3 questions a round"."""
    many = "1 question" if plan.items_a_round == 1 else f"{plan.items_a_round} questions"
    return f"{many} a round"


def reminded(plan: Programme) -> str:
    """When members are reminded: "24 hours after the opening", or "never"."""
    hours = [f"{after.total_seconds() / 3600:g}" for after in plan.reminders]
    return f"{' and '.join(hours)} hours after the opening" if hours else "never"


def line(plan: Programme) -> str:
    """All of it, as the log says that it was set."""
    return (
        f"{', '.join(plan.themes)}; {questions(plan)}; opens {plan.opens}, closes {plan.closes}; "
        f"reminds {reminded(plan)}"
    )


def set_programme(installation: Installation, partnership: str, plan: Programme) -> None:
    """Replace a partnership's programme from now on. Raises Refused for an unknown theme."""
    with installation.database.write() as session:
        row = partnerships.by_name(session, partnership)
        put_programme(session, installation, row, plan, OPERATOR)


def weekly_themes(pool: Pool) -> list[str]:
    """The themes that have a core to be asked week by week; the others are for workshops."""
    return sorted(theme for theme, items in pool.items() if any(item.core for item in items))


def put_programme(
    session: Session, installation: Installation, row: PartnershipRow, plan: Programme, who: str
) -> None:
    """Replace a programme, and say so in the log. Raises Refused for an unknown theme."""
    known = installation.pool()
    unknown = [theme for theme in plan.themes if theme not in known]
    if unknown:
        there = ", ".join(weekly_themes(known))
        raise Refused(f'There is no theme "{unknown[0]}". There are: {there}.')
    now = installation.clock.now()
    partnerships.set_programme(session, row.id, plan, now)
    what = f"set the programme: {line(plan)}"
    partnerships.note(session, row.id, now, who, what, announce=True)


def add_holiday(
    installation: Installation, partnership: str, days: Holiday, organisation: str | None = None
) -> None:
    """Ask nothing on some days: nobody, or nobody of one organisation."""
    if days.last < days.first:
        raise Refused("A holiday cannot end before it begins.")
    with installation.database.write() as session:
        row = partnerships.by_name(session, partnership)
        school = (
            partnerships.known_organisation(session, row, organisation) if organisation else None
        )
        session.add(
            HolidayRow(
                partnership_id=row.id,
                organisation_id=school.id if school else None,
                first=days.first,
                last=days.last,
            )
        )
        whose = f" of {school.name}" if school else ""
        now = installation.clock.now()
        what = f"added a holiday{whose}: {_span(days)}"
        partnerships.note(session, row.id, now, OPERATOR, what, announce=True)


def _span(days: Holiday) -> str:
    return str(days.first) if days.first == days.last else f"{days.first} to {days.last}"
