"""Seedings: workshops that are prepared, and the rounds that asked for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select, true, update
from sqlalchemy.orm import Session

from pulse_bot.domain.asking.arrange_workshop import AskedBatch, PlannedSeeding, Situation
from pulse_bot.domain.asking.items import Item
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.asking.workshop import SeedingState
from pulse_bot.storage import partnerships
from pulse_bot.storage.frozen import freeze_item, thaw_readable
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.storage.rounds import execute_update
from pulse_bot.storage.workshop_tables import SeedingRow

_LOOKED_BACK = timedelta(days=8)
"""A day more than the weekly limit counts: local days begin at other times than UTC's."""


def find_seeding(session: Session, round_id: int) -> SeedingRow | None:
    """The seeding whose questions a round asked; None for a round of the weekly pulse alone."""
    return session.scalar(select(SeedingRow).where(SeedingRow.round_id == round_id))


def list_workshop_items(session: Session, round_id: int) -> frozenset[str]:
    """The ids of the questions that a workshop asks in a round; none for the weekly pulse alone."""
    seeding = find_seeding(session, round_id)
    return frozenset(item.id for item in thaw_items(seeding)) if seeding else frozenset()


def is_together(session: Session, round_id: int) -> bool:
    """Whether a round's digest is opened together, in the room of its workshop."""
    query = select(SeedingRow.together).where(SeedingRow.round_id == round_id)
    return bool(session.scalar(query))


def list_seedings(
    session: Session, partnership_id: int, states: Iterable[SeedingState]
) -> Sequence[SeedingRow]:
    """The seedings in some states, by their workshop's day."""
    query = (
        select(SeedingRow)
        .where(SeedingRow.partnership_id == partnership_id, SeedingRow.state.in_(states))
        .order_by(SeedingRow.workshop_on, SeedingRow.id)
    )
    return session.scalars(query).all()


def list_planned(
    session: Session, partnership_id: int, except_id: int = 0
) -> tuple[PlannedSeeding, ...]:
    """What the schedule needs to know of seedings that are planned, but for one of them."""
    return tuple(
        PlannedSeeding(row.id, row.opens_at, row.closes_at, len(row.items))
        for row in list_seedings(session, partnership_id, [SeedingState.PLANNED])
        if row.id != except_id and row.opens_at is not None and row.closes_at is not None
    )


def list_asked_before(
    session: Session, partnership_id: int, now: datetime
) -> tuple[AskedBatch, ...]:
    """How many questions were asked in the last seven days, by the rounds that were not lost."""
    query = select(RoundRow.opens_at, RoundRow.items).where(
        RoundRow.partnership_id == partnership_id,
        RoundRow.state != RoundStatus.LOST,
        RoundRow.opens_at > now - _LOOKED_BACK,
    )
    return tuple(AskedBatch(at, len(items)) for at, items in session.execute(query))


def load_situation(
    session: Session, partnership: PartnershipRow, now: datetime, except_id: int = 0
) -> Situation:
    """What a partnership asks already, beside one seeding."""
    programme = partnerships.load_programme(session, partnership.id)
    open_round = session.scalar(
        select(RoundRow.closes_at).where(
            RoundRow.partnership_id == partnership.id, RoundRow.state == RoundStatus.OPEN
        )
    )
    return Situation(
        calendar=partnerships.load_calendar(session, partnership),
        limit=partnership.weekly_limit,
        programme=programme[0] if programme else None,
        since=programme[1] if programme else None,
        open_until=open_round,
        asked_before=list_asked_before(session, partnership.id, now),
        planned=list_planned(session, partnership.id, except_id),
    )


class HeldRound(NamedTuple):
    """A closed round whose digest waits to be opened together in the room."""

    round: int
    partnership: int
    workshop_on: date


def list_held(session: Session, partnership_id: int | None = None) -> list[HeldRound]:
    """What waits to be opened together, of one partnership or of all."""
    query = (
        select(RoundRow.id, RoundRow.partnership_id, SeedingRow.workshop_on, RoundRow.closes_at)
        .join(SeedingRow, SeedingRow.round_id == RoundRow.id)
        .where(RoundRow.state == RoundStatus.CLOSED, RoundRow.held.is_(True))
        .where(true() if partnership_id is None else RoundRow.partnership_id == partnership_id)
        .order_by(RoundRow.id)
    )
    # A day that cannot be read must not keep a digest from its group for ever.
    return [
        HeldRound(round_id, owner, day if _is_day(day) else closed_at.date())
        for round_id, owner, day, closed_at in session.execute(query)
    ]


def _is_day(day: date | None) -> bool:
    """Whether a day could be read."""
    return day is not None


def thaw_items(row: SeedingRow) -> tuple[Item, ...]:
    """A seeding's questions, as they were chosen: those that can be read."""
    return tuple(thaw_readable(row.items))


def freeze_items(chosen: Iterable[Item]) -> list[dict[str, object]]:
    """Questions as a seeding keeps them."""
    return [freeze_item(item) for item in chosen]


def lock_seeding(
    session: Session, partnership: PartnershipRow, seeding_id: int
) -> SeedingRow | None:
    """A seeding as it is now, and as it stays until this transaction is over.

    Read before, two facilitators who change one plan at a moment would each write half of theirs.
    """
    # The partnership first, always in this order; the tick locks the seeding alone.
    partnerships.lock_partnership(session, partnership)
    row = session.get(SeedingRow, seeding_id, with_for_update=True, populate_existing=True)
    return row if row is not None and row.partnership_id == partnership.id else None


def change_state(
    session: Session, seeding_id: int, before: SeedingState, after: SeedingState
) -> bool:
    """Compare-and-set of a seeding's state: False where another runner was first.

    The other runner is the tick that opens it, or another facilitator.
    """
    change = update(SeedingRow).where(SeedingRow.id == seeding_id, SeedingRow.state == before)
    return execute_update(session, change.values(state=after)) == 1
