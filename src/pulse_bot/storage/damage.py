"""What stands in rows that this pulse-bot cannot read, and whose it is. Looked for when asked.

Whoever reads passes over it (`columns`, `frozen`, `partnerships`), so that nobody else is kept
waiting; here it gets a name. No value is repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, String, literal, select, type_coerce
from sqlalchemy.orm import Session

from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.storage import partnerships, rounds
from pulse_bot.storage.columns import (
    FALLBACK_ZONE,
    StoredWord,
    StoredZone,
    TableBase,
    zone_exists,
)
from pulse_bot.storage.frozen import thaw_readable
from pulse_bot.storage.models import PartnershipRow, ProgrammeRow, RoundRow


class Damage(NamedTuple):
    """Something stored that cannot be read."""

    partnership: int
    """0 where the row does not say whose it is."""
    what: str
    """Table, row and column."""


def find_damage(session: Session) -> list[Damage]:
    """Words, time zones, programmes, quiet hours and questions of rounds that cannot be read."""
    return [
        *_find_in_columns(session),
        *_find_quiet_hours(session),
        *_find_programmes(session),
        *_find_rounds(session),
    ]


def _find_in_columns(session: Session) -> Iterator[Damage]:
    for table in TableBase.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, StoredWord):
                known = [member.value for member in column.type.kind]
                raw = type_coerce(column, String)
                yield from _report(session, column, raw.not_in(known))
            elif isinstance(column.type, StoredZone):
                raw_names = session.scalars(select(type_coerce(column, String)).distinct())
                gone = [name for name in raw_names if not zone_exists(name or FALLBACK_ZONE)]
                if gone:
                    yield from _report(session, column, type_coerce(column, String).in_(gone))


def _report(
    session: Session, column: Column[Any], condition: ColumnElement[bool]
) -> Iterator[Damage]:
    table = column.table
    keys = list(table.primary_key)
    is_partnership = table.name == PartnershipRow.__tablename__
    owner = keys[0] if is_partnership else table.columns.get("partnership_id", literal(0))
    for partnership, *key in session.execute(select(owner, *keys).where(condition)):
        number = ", ".join(str(part) for part in key)
        is_round = table.name == RoundRow.__tablename__
        row = rounds.name_round(session, key[0]) if is_round else f"{table.name} {number}"
        yield Damage(int(partnership), f"{row}: {column.name}")


def _find_quiet_hours(session: Session) -> Iterator[Damage]:
    for row in session.scalars(select(PartnershipRow)):
        if None in (row.quiet_from, row.quiet_until):
            yield Damage(row.id, "partnership: quiet hours")


def _find_programmes(session: Session) -> Iterator[Damage]:
    for row in session.scalars(select(ProgrammeRow)):
        if not partnerships.is_programme_readable(row):
            yield Damage(row.partnership_id, "programme")


def _find_rounds(session: Session) -> Iterator[Damage]:
    ended = (RoundStatus.CLOSED, RoundStatus.LOST)
    for row in session.scalars(select(RoundRow).where(RoundRow.state.not_in(ended))):
        readable = len(list(thaw_readable(row.items)))
        if not row.items or readable < len(row.items):
            yield Damage(row.partnership_id, f"{rounds.name_round(session, row.id)}: questions")
