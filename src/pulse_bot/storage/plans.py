"""Plans: what the schedule needs to know of partnerships, read for many of them at once.

A partnership is looked at again from `look_at` on. Whatever changes what may open puts that back,
in the same transaction: `look_again`.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pulse_bot.domain.asking.arrange_workshop import AskedBatch, PlannedSeeding
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.asking.schedule import PartnershipSnapshot, RoundSnapshot
from pulse_bot.domain.asking.workshop import SeedingState
from pulse_bot.storage import partnerships
from pulse_bot.storage.columns import LONG_AGO
from pulse_bot.storage.models import HolidayRow, PartnershipRow, ProgrammeRow, RoundRow
from pulse_bot.storage.workshop_tables import SeedingRow

_log = logging.getLogger(__name__)
_LOOKED_BACK: Final = timedelta(days=8)
"""A day more than the weekly limit counts: local days begin at other times than UTC's."""
OwnedT = TypeVar("OwnedT", HolidayRow, SeedingRow)


def look_again(session: Session, partnership_id: int) -> None:
    """Have the schedule look at a partnership with the next tick: its plans were changed.

    Once a transaction: from then on a look waits for its end.
    """
    changed: set[int] = session.info.setdefault(look_again, set())
    if partnership_id in changed:
        return
    changed.add(partnership_id)
    change = update(PartnershipRow).where(PartnershipRow.id == partnership_id)
    session.execute(change.values(look_at=LONG_AGO))


def begin_looks(session: Session, partnership_ids: Collection[int], until: datetime) -> None:
    """Note, before anything is read, that plans are looked at; after a crash they are due again.

    A plan that is changed from now on is looked at once more, whatever the look finds.
    """
    change = update(PartnershipRow).where(PartnershipRow.id.in_(partnership_ids))
    session.execute(change.values(look_at=until))


def end_looks(session: Session, begun: datetime, upcoming: Mapping[int, datetime]) -> None:
    """When to look at plans again, where none was changed since the look began."""
    by_moment: defaultdict[datetime, list[int]] = defaultdict(list)
    for partnership, at in upcoming.items():
        by_moment[at].append(partnership)
    for at, changed in by_moment.items():
        change = update(PartnershipRow).where(
            PartnershipRow.id.in_(changed), PartnershipRow.look_at == begun
        )
        session.execute(change.values(look_at=at))


def list_due_looks(
    session: Session, now: datetime, most: int, shard: int = 0, shards: int = 1
) -> list[int]:
    """Partnerships whose plans are to be looked at now."""
    query = (
        select(PartnershipRow.id)
        .where(PartnershipRow.look_at <= now, PartnershipRow.id % shards == shard)
        .order_by(PartnershipRow.look_at, PartnershipRow.id)
        .limit(most)
    )
    return list(session.scalars(query))


def load_snapshots(
    session: Session, partnership_ids: Collection[int], now: datetime
) -> list[PartnershipSnapshot]:
    """What the schedule needs to know of some partnerships: a handful of queries, however many.

    One that cannot be read is left out and logged; the others go on.
    """
    query = select(PartnershipRow).where(PartnershipRow.id.in_(partnership_ids))
    parts = _Parts(session, partnership_ids, now)
    snapshots = []
    for row in session.scalars(query.order_by(PartnershipRow.id)):
        try:
            snapshots.append(parts.build_snapshot(row))
        except Exception:
            _log.exception("Nothing can be planned here.", extra={"partnership": row.id})
    return snapshots


class _Parts:
    """The rows of some partnerships, by partnership."""

    def __init__(self, session: Session, ids: Collection[int], now: datetime) -> None:
        programmes = select(ProgrammeRow).where(ProgrammeRow.partnership_id.in_(ids))
        self.programmes = {row.partnership_id: row for row in session.scalars(programmes)}
        holidays = select(HolidayRow).where(
            HolidayRow.partnership_id.in_(ids), HolidayRow.organisation_id.is_(None)
        )
        self.holidays = _by_partnership(session.scalars(holidays).all())
        seedings = select(SeedingRow).where(
            SeedingRow.partnership_id.in_(ids), SeedingRow.state == SeedingState.PLANNED
        )
        self.seedings = _by_partnership(session.scalars(seedings).all())
        self.latest = _load_latest(session, ids)
        self.asked_before = _load_asked_before(session, ids, now)

    def build_snapshot(self, row: PartnershipRow) -> PartnershipSnapshot:
        planned = self.programmes.get(row.id)
        days = [(holiday.first, holiday.last) for holiday in self.holidays[row.id]]
        return PartnershipSnapshot(
            id=row.id,
            calendar=partnerships.build_calendar(row, row.time_zone, days),
            programme=partnerships.read_programme(planned) if planned else None,
            since=planned.since if planned else None,
            latest=self.latest.get(row.id),
            limit=row.weekly_limit,
            asked_before=tuple(self.asked_before[row.id]),
            seedings=tuple(
                PlannedSeeding(one.id, one.opens_at, one.closes_at, len(one.items))
                for one in self.seedings[row.id]
                if one.opens_at is not None and one.closes_at is not None
            ),
        )


def _by_partnership(rows: Iterable[OwnedT]) -> defaultdict[int, list[OwnedT]]:
    grouped: defaultdict[int, list[OwnedT]] = defaultdict(list)
    for row in rows:
        grouped[row.partnership_id].append(row)
    return grouped


def _load_latest(session: Session, ids: Collection[int]) -> dict[int, RoundSnapshot]:
    newest = (
        select(RoundRow.partnership_id, func.max(RoundRow.number).label("number"))
        .where(RoundRow.partnership_id.in_(ids))
        .group_by(RoundRow.partnership_id)
        .subquery()
    )
    query = (
        select(
            RoundRow.partnership_id,
            RoundRow.id,
            RoundRow.state,
            RoundRow.slot,
            RoundRow.opens_at,
            RoundRow.closes_at,
            RoundRow.again,
            func.coalesce(SeedingRow.id, 0),
        )
        .join(
            newest,
            (newest.c.partnership_id == RoundRow.partnership_id)
            & (newest.c.number == RoundRow.number),
        )
        .outerjoin(SeedingRow, SeedingRow.round_id == RoundRow.id)
    )
    return {row[0]: RoundSnapshot(*row[1:]) for row in session.execute(query)}


def _load_asked_before(
    session: Session, ids: Collection[int], now: datetime
) -> defaultdict[int, list[AskedBatch]]:
    query = select(RoundRow.partnership_id, RoundRow.opens_at, RoundRow.items).where(
        RoundRow.partnership_id.in_(ids),
        RoundRow.state != RoundStatus.LOST,
        RoundRow.opens_at > now - _LOOKED_BACK,
    )
    batches: defaultdict[int, list[AskedBatch]] = defaultdict(list)
    for partnership, at, items in session.execute(query):
        # What cannot be read of a round counts as nothing asked.
        batches[partnership].append(AskedBatch(at, len(items or ())))
    return batches
