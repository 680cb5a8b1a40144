"""Packs, read from the workshops whose rounds have closed; one that is held is opened here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, case, select, update
from sqlalchemy.orm import Session

from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.asking.workshop import SeedingState
from pulse_bot.domain.partnership.commitments import Commitment, CommitmentState
from pulse_bot.domain.partnership.pack import Pack
from pulse_bot.storage import history, seedings
from pulse_bot.storage.frozen import thaw_readable
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.storage.rounds import execute_update
from pulse_bot.storage.workshop_tables import CommitmentRow, SeedingRow


@dataclass(frozen=True, slots=True)
class Workshop:
    """A workshop, and its round once that is asked."""

    seeding: SeedingRow
    round: RoundRow | None

    @property
    def is_open(self) -> bool:
        """Whether everybody may read its pack."""
        return self.round is not None and _is_closed(self.round) and not self.round.held

    @property
    def is_held(self) -> bool:
        """Whether its pack is there, and waits to be opened together."""
        return self.round is not None and _is_closed(self.round) and self.round.held


def _is_closed(row: RoundRow) -> bool:
    return row.state is RoundStatus.CLOSED


def find_newest_open(session: Session, partnership_id: int) -> Workshop | None:
    """The workshop whose pack is the last that can be read."""
    query = _select_workshops(partnership_id).where(
        RoundRow.state == RoundStatus.CLOSED, RoundRow.held.is_(False)
    )
    # By the rounds: the day of a workshop may have been moved.
    return _first_workshop(session, query.order_by(None).order_by(RoundRow.number.desc()))


def find_coming(session: Session, partnership_id: int, now: datetime) -> Workshop | None:
    """The next workshop whose pack nobody can read yet: held, asked now, or planned."""
    # One that was planned and could not be asked in time has no pack to come.
    planned = (SeedingRow.state == SeedingState.PLANNED) & (SeedingRow.closes_at > now)
    running = RoundRow.state.in_([RoundStatus.OPEN, RoundStatus.CLOSING])
    held = (RoundRow.state == RoundStatus.CLOSED) & RoundRow.held
    query = _select_workshops(partnership_id).where(planned | running | held)
    # What waits to be opened first, then the soonest.
    waits = case((held, 0), else_=1)
    soonest = query.order_by(None).order_by(waits, SeedingRow.workshop_on, SeedingRow.id)
    return _first_workshop(session, soonest)


def find_by_round(session: Session, partnership_id: int, number: int) -> Workshop | None:
    """The workshop of a round."""
    return _first_workshop(
        session, _select_workshops(partnership_id).where(RoundRow.number == number)
    )


def find_workshop(session: Session, partnership_id: int, seeding_id: int) -> Workshop | None:
    """A workshop of a partnership, by its own number."""
    return _first_workshop(
        session, _select_workshops(partnership_id).where(SeedingRow.id == seeding_id)
    )


def _select_workshops(partnership_id: int) -> Select[SeedingRow, RoundRow | None]:
    return (
        select(SeedingRow, RoundRow)
        .outerjoin(RoundRow, RoundRow.id == SeedingRow.round_id)
        .where(SeedingRow.partnership_id == partnership_id)
        .order_by(SeedingRow.workshop_on.desc(), SeedingRow.id.desc())
    )


def _first_workshop(
    session: Session, query: Select[SeedingRow, RoundRow | None]
) -> Workshop | None:
    row = session.execute(query.limit(1)).one_or_none()
    return None if row is None else Workshop(*row)


def load_pack(
    session: Session, partnership: PartnershipRow, seeding: SeedingRow, round_row: RoundRow
) -> Pack:
    """The pack of a workshop. Raises LookupError before its round has closed, and while held."""
    return Pack(
        partnership=partnership.name,
        time_zone=partnership.time_zone,
        title=seeding.title,
        workshop_on=seeding.workshop_on,
        questions=tuple(thaw_readable(round_row.items)),
        digest=history.load_digest(session, partnership.id, round_row.number),
        commitments=tuple(
            Commitment(number, text, date.fromisoformat(due), CommitmentState.OPEN)
            for number, text, due in seeding.promised
        ),
    )


def freeze_commitments(session: Session, seeding: SeedingRow) -> None:
    """Keep the commitments that are open now with a workshop whose round closes."""
    open_ones = (
        select(CommitmentRow)
        .where(CommitmentRow.partnership_id == seeding.partnership_id)
        .where(CommitmentRow.state == CommitmentState.OPEN)
        .order_by(CommitmentRow.due, CommitmentRow.number)
    )
    seeding.promised = [
        [row.number, row.text, row.due.isoformat()] for row in session.scalars(open_ones)
    ]


def is_readable(session: Session, round_id: int) -> bool:
    """Whether a round is over, and everybody may read its digest."""
    row = session.get(RoundRow, round_id)
    return row is not None and _is_closed(row) and not row.held


def find_round_pack(session: Session, round_id: int) -> Pack | None:
    """The pack of a round; None where it was for no workshop, or nobody may read it yet."""
    seeding = seedings.find_seeding(session, round_id)
    if seeding is None or not is_readable(session, round_id):
        return None
    partnership = session.get_one(PartnershipRow, seeding.partnership_id)
    return load_pack(session, partnership, seeding, session.get_one(RoundRow, round_id))


def reveal_round(session: Session, round_id: int) -> bool:
    """Open a closed round that is held, by compare-and-set: False where there was none to open.

    The other runner is a second facilitator who presses the button, or the tick.
    """
    change = update(RoundRow).where(
        RoundRow.id == round_id, RoundRow.state == RoundStatus.CLOSED, RoundRow.held
    )
    return execute_update(session, change.values(held=False)) == 1
