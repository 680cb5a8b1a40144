"""Commitments as they are kept: written down, moved on, found when they are due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from pulse_bot.domain.partnership.commitments import Commitment, CommitmentState
from pulse_bot.storage.rounds import execute_update
from pulse_bot.storage.workshop_tables import CommitmentRow


def list_commitments(session: Session, partnership_id: int) -> list[Commitment]:
    """All commitments of a partnership, the oldest first."""
    query = select(CommitmentRow).where(CommitmentRow.partnership_id == partnership_id)
    return _load_commitments(session, query.order_by(CommitmentRow.number))


def _load_commitments(session: Session, query: Select[CommitmentRow]) -> list[Commitment]:
    rows = session.scalars(query)
    return [Commitment(row.number, row.text, row.due, row.state) for row in rows]


def find_commitment(session: Session, partnership_id: int, number: int) -> Commitment | None:
    """One commitment; None where a partnership has none of this number."""
    return next(
        (
            commitment
            for commitment in list_commitments(session, partnership_id)
            if commitment.number == number
        ),
        None,
    )


def add_commitment(session: Session, partnership_id: int, text: str, due: date) -> int:
    """Keep a new commitment, and return its number.

    The caller holds the partnership, so that no other worker takes the same number.
    """
    newest = select(func.max(CommitmentRow.number)).where(
        CommitmentRow.partnership_id == partnership_id
    )
    number = (session.scalar(newest) or 0) + 1
    session.add(
        CommitmentRow(
            partnership_id=partnership_id,
            number=number,
            text=text,
            due=due,
            state=CommitmentState.OPEN,
            ask_from=due,
        )
    )
    return number


def change_state(
    session: Session, partnership_id: int, number: int, before: CommitmentState, to: CommitmentState
) -> bool:
    """Compare-and-set of where a commitment is; the next digest tells of it.

    False where another runner was first: somebody else with the same button, or a closing round
    whose answers say that it is kept.
    """
    change = update(CommitmentRow).where(
        CommitmentRow.partnership_id == partnership_id,
        CommitmentRow.number == number,
        CommitmentRow.state == before,
    )
    return execute_update(session, change.values(state=to, told=False)) == 1


def postpone_asking(session: Session, partnership_id: int, number: int, day: date) -> None:
    """Ask about a commitment from this day on, and not before."""
    change = update(CommitmentRow).where(
        CommitmentRow.partnership_id == partnership_id, CommitmentRow.number == number
    )
    execute_update(session, change.values(ask_from=day))


def make_due_again(session: Session, partnership_id: int, numbers: Iterable[int]) -> None:
    """Ask about some commitments again at once, as if they had not been asked about."""
    change = update(CommitmentRow).where(
        CommitmentRow.partnership_id == partnership_id, CommitmentRow.number.in_(list(numbers))
    )
    execute_update(session, change.values(ask_from=CommitmentRow.due))


def list_due(session: Session, partnership_id: int, on: date) -> list[Commitment]:
    """The open commitments to be asked about on a day, those that are due longest first."""
    query = select(CommitmentRow).where(
        CommitmentRow.partnership_id == partnership_id,
        CommitmentRow.state == CommitmentState.OPEN,
        CommitmentRow.ask_from <= on,
    )
    return _load_commitments(session, query.order_by(CommitmentRow.ask_from, CommitmentRow.number))


def list_unasked(session: Session, partnership_id: int, on: date) -> list[Commitment]:
    """The open commitments that are due on a day and were never asked about, the oldest first."""
    query = select(CommitmentRow).where(
        CommitmentRow.partnership_id == partnership_id,
        CommitmentRow.state == CommitmentState.OPEN,
        CommitmentRow.due <= on,
        CommitmentRow.ask_from == CommitmentRow.due,
    )
    return _load_commitments(session, query.order_by(CommitmentRow.due, CommitmentRow.number))


def list_untold(
    session: Session, partnership_id: int, asked_numbers: Iterable[int]
) -> Sequence[CommitmentRow]:
    """Those that a digest has not told of, and those of these numbers; the oldest first.

    Locked until the transaction ends: whoever ends one by hand waits, and the digest after this one
    tells of it. SQLite has one writer at a time anyway.
    """
    query = select(CommitmentRow).where(
        CommitmentRow.partnership_id == partnership_id,
        or_(CommitmentRow.told.is_(False), CommitmentRow.number.in_(list(asked_numbers))),
    )
    locked = query.order_by(CommitmentRow.number).with_for_update()
    return session.scalars(locked.execution_options(populate_existing=True)).all()
