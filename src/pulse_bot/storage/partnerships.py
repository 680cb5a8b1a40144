"""Partnerships, their organisations, members, programmes and holidays."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

from sqlalchemy import String, select, type_coerce
from sqlalchemy.orm import Session

from pulse_bot.domain.asking.calendar import WEEKDAYS, Calendar, Holiday, WeekTime, parse_zone
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.domain.partnership.organisations import organisation_identity
from pulse_bot.domain.partnership.people import Standing
from pulse_bot.errors import Refused
from pulse_bot.ports import Address
from pulse_bot.storage.models import (
    HolidayRow,
    MemberRow,
    OrganisationRow,
    PartnershipRow,
    ProgrammeRow,
)

_log = logging.getLogger(__name__)

_LONGEST_MINUTES: Final = 10 * 366 * 24 * 60
"""No pause that anybody stored is longer, and a longer one cannot be added to a date."""


def partnership_exists(session: Session, name: str) -> bool:
    """Whether a partnership of this name exists."""
    query = select(PartnershipRow.id).where(PartnershipRow.name == name)
    return session.scalar(query) is not None


def lock_partnership(session: Session, row: PartnershipRow) -> None:
    """Let whoever else holds this partnership wait until this transaction is over.

    SQLite has one writer at a time anyway.
    """
    # The weakest lock that two of us cannot have: rows that refer to it can be written meanwhile.
    session.refresh(row, with_for_update={"key_share": True})


def find_partnership(session: Session, name: str) -> PartnershipRow:
    """A partnership by its name. Raises Refused, naming those that exist."""
    partnership = session.scalar(select(PartnershipRow).where(PartnershipRow.name == name))
    if partnership is None:
        names = (
            ", ".join(session.scalars(select(PartnershipRow.name).order_by("name"))) or "none yet"
        )
        raise Refused(f'There is no partnership "{name}". There are: {names}.')
    return partnership


def stored_zone(session: Session, partnership_id: int) -> str:
    """The name of its time zone as it stands there, whether or not there is such a zone here."""
    name = type_coerce(PartnershipRow.time_zone, String)
    return session.scalar(select(name).where(PartnershipRow.id == partnership_id)) or ""


def member_language(member: MemberRow, partnership: PartnershipRow) -> str:
    """The language that a member wants to read questions in: their own, or the partnership's."""
    return member.language or partnership.language


def load_calendar(
    session: Session, row: PartnershipRow, member: MemberRow | None = None
) -> Calendar:
    """When a partnership may be written to, or one member of it, with its school's own terms."""
    return load_calendars(session, row)(member)


def load_calendars(session: Session, row: PartnershipRow) -> Callable[[MemberRow | None], Calendar]:
    """The calendars of a partnership's members, read once for however many of them."""
    query = select(HolidayRow.organisation_id, HolidayRow.first, HolidayRow.last)
    days = session.execute(query.where(HolidayRow.partnership_id == row.id)).all()

    @cache
    def build_own(organisation: int | None, time_zone: str) -> Calendar:
        own = [(first, last) for owner, first, last in days if owner in (None, organisation)]
        return build_calendar(row, time_zone, own)

    def member_calendar(member: MemberRow | None) -> Calendar:
        if member is None:
            return build_own(None, row.time_zone)
        return build_own(member.organisation_id, member.time_zone or row.time_zone)

    return member_calendar


def build_calendar(
    row: PartnershipRow, time_zone: str, days: Iterable[tuple[date | None, date | None]]
) -> Calendar:
    """A calendar of a partnership in a time zone, with holidays by their first and last days.

    What cannot be read of it counts as not set.
    """
    holidays = [Holiday(first, last) for first, last in days if first and last]
    calendar = Calendar(parse_zone(time_zone), tuple(holidays))
    quiet: tuple[time | None, time | None] = (row.quiet_from, row.quiet_until)
    # Where a quiet hour cannot be read, the usual ones hold: both, or they would not fit.
    if quiet[0] is None or quiet[1] is None:
        return calendar
    return replace(calendar, quiet_from=quiet[0], quiet_until=quiet[1])


def load_programme(session: Session, partnership_id: int) -> tuple[Programme, datetime] | None:
    """A partnership's plan as it was stored, and since when it holds; None where none can be read.

    What is refused today is carried out all the same, because it was promised.
    """
    row = session.get(ProgrammeRow, partnership_id)
    plan = read_programme(row) if row is not None else None
    if row is None or plan is None:
        return None
    return plan, row.since


def is_programme_readable(row: ProgrammeRow) -> bool:
    """Whether a stored plan can be carried out."""
    return read_programme(row) is not None


def read_programme(row: ProgrammeRow) -> Programme | None:
    """A stored plan; None where it cannot be read."""
    # In a damaged row anything can stand, whatever the columns are declared as.
    days: Sequence[object] = (row.opens_weekday, row.closes_weekday)
    hours: Sequence[object] = (row.opens_at, row.closes_at, row.since)
    items: object = row.items_a_round
    is_whole = (
        all(isinstance(day, int) and 0 <= day < len(WEEKDAYS) for day in days)
        and None not in hours
        and bool(row.themes)
        and all(isinstance(theme, str) for theme in row.themes)
        and isinstance(items, int)
        and all(isinstance(n, int) and abs(n) <= _LONGEST_MINUTES for n in row.reminder_minutes)
    )
    if not is_whole:
        _log.error("A programme cannot be read.", extra={"partnership": row.partnership_id})
        return None
    return Programme.as_stored(
        tuple(row.themes),
        WeekTime(row.opens_weekday, row.opens_at),
        WeekTime(row.closes_weekday, row.closes_at),
        row.items_a_round,
        tuple(timedelta(minutes=entry) for entry in row.reminder_minutes),
    )


def preferred_time(member: MemberRow) -> WeekTime | None:
    """When a member wishes to be asked, in their own time zone; None is as soon as can be."""
    if member.asked_weekday is None or member.asked_at is None:
        return None
    if not 0 <= member.asked_weekday < len(WEEKDAYS):
        return None
    return WeekTime(member.asked_weekday, member.asked_at)


def save_programme(session: Session, partnership_id: int, plan: Programme, now: datetime) -> None:
    """Replace a partnership's plan from now on."""
    session.merge(
        ProgrammeRow(
            partnership_id=partnership_id,
            themes=list(plan.themes),
            items_a_round=plan.items_a_round,
            opens_weekday=plan.opens.weekday,
            opens_at=plan.opens.at,
            closes_weekday=plan.closes.weekday,
            closes_at=plan.closes.at,
            reminder_minutes=list(plan.reminder_minutes),
            since=now,
        )
    )


def ensure_organisation(session: Session, partnership_id: int, name: str) -> OrganisationRow:
    """An organisation by its name, made where it is new.

    However it is spelt: one school in two spellings would count as two organisations.
    """
    existing = _load_organisations(session, partnership_id).get(organisation_identity(name))
    if existing is not None:
        return existing
    added = OrganisationRow(partnership_id=partnership_id, name=" ".join(name.split()))
    session.add(added)
    session.flush()
    return added


def add_organisations(session: Session, partnership_id: int, names: Iterable[str]) -> list[str]:
    """Make the organisations that are new, and return their names."""
    existing = _load_organisations(session, partnership_id)
    new: dict[str, str] = {}
    for name in names:
        new.setdefault(organisation_identity(name), " ".join(name.split()))
    added = [name for folded, name in new.items() if folded not in existing]
    session.add_all(OrganisationRow(partnership_id=partnership_id, name=name) for name in added)
    return added


def find_organisation(session: Session, row: PartnershipRow, name: str) -> OrganisationRow:
    """An organisation by its name, however it is spelt. Raises Refused, naming those there are."""
    organisations = _load_organisations(session, row.id)
    if organisation_identity(name) not in organisations:
        names = (
            ", ".join(sorted(organisation.name for organisation in organisations.values()))
            or "none yet"
        )
        raise Refused(f'There is no organisation "{name}" in {row.name}. There are: {names}.')
    return organisations[organisation_identity(name)]


def map_organisations(session: Session, partnership_id: int) -> dict[int, int]:
    """By the number of each organisation, the one that counts: the first of its spellings."""
    query = (
        select(OrganisationRow.id, OrganisationRow.name)
        .where(OrganisationRow.partnership_id == partnership_id)
        .order_by(OrganisationRow.id)
    )
    first: dict[str, int] = {}
    return {
        row.id: first.setdefault(organisation_identity(row.name), row.id)
        for row in session.execute(query)
    }


def _load_organisations(session: Session, partnership_id: int) -> dict[str, OrganisationRow]:
    query = (
        select(OrganisationRow)
        .where(OrganisationRow.partnership_id == partnership_id)
        .order_by(OrganisationRow.id.desc())  # of several spellings the first one stays
    )
    return {organisation_identity(row.name): row for row in session.scalars(query)}


def find_namesake(session: Session, organisation_id: int, name: str) -> int | None:
    """The number of a member of this name in an organisation, however it is spelt."""
    query = select(MemberRow.id, MemberRow.name).where(
        MemberRow.organisation_id == organisation_id, MemberRow.standing != Standing.LEFT
    )
    return next(
        (row.id for row in session.execute(query) if _fold_name(row.name) == _fold_name(name)), None
    )


def _fold_name(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def member_at(session: Session, address: Address) -> MemberRow | None:
    """Who lives at an address; nobody, once they have left."""
    return session.scalar(
        select(MemberRow).where(
            MemberRow.adapter == address.adapter,
            MemberRow.workspace == address.workspace,
            MemberRow.user == address.user,
            MemberRow.standing != Standing.LEFT,
        )
    )


def known_addresses(session: Session, addresses: Iterable[Address]) -> frozenset[Address]:
    """Those of some addresses at which a member of any partnership lives."""
    candidates = frozenset(addresses)
    # By adapter, however many they are: a database takes only so many values in one question.
    query = select(MemberRow.adapter, MemberRow.workspace, MemberRow.user).where(
        MemberRow.adapter.in_({address.adapter for address in candidates}),
        MemberRow.standing != Standing.LEFT,
    )
    return candidates & {Address(*row) for row in session.execute(query)}


def list_members(session: Session, partnership_id: int) -> Sequence[tuple[MemberRow, str]]:
    """Everybody who has not left, with the name of their organisation, by name."""
    query = (
        select(MemberRow, OrganisationRow.name)
        .join(OrganisationRow, OrganisationRow.id == MemberRow.organisation_id)
        .where(MemberRow.partnership_id == partnership_id, MemberRow.standing != Standing.LEFT)
        .order_by(MemberRow.name, MemberRow.id)
    )
    return [(member, name) for member, name in session.execute(query)]
