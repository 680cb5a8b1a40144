"""Troubles: jobs that did not succeed, since when, and when they are tried again.

A job that succeeds clears its trouble. What is kept of an error is its type and its place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from traceback import extract_tb
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, String, and_, delete, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.storage.models import PartnershipRow, RoundRow, TroubleRow

CLOSE: Final = "close"
FORGET: Final = "forget"
FORGET_WORDS: Final = "forget words"
"""A key of words that wait no more could not be destroyed; it has the id of their round."""
CLEAN: Final = "clean"
OPEN: Final = "open"
"""A partnership whose round could not be opened, or whose plan could not be read."""
REVEAL: Final = "reveal"
"""A digest that is held, and could not be opened to everybody after the workshop."""
FROZEN: Final = "frozen"
"""A round is not as it was frozen; its kind says which parts of it. Cleared when it is, or over."""
READ: Final = "read"
"""Something stored that cannot be read; its kind says which column."""

SHORTEST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)

_ENDED: Final = (RoundStatus.CLOSED, RoundStatus.LOST)


class TroubleSubject(NamedTuple):
    """What was tried, and for what: a job's name, the id that it is about, and whose that is."""

    job: str
    subject: int = 0
    partnership: int = 0


def describe_error(error: BaseException) -> str:
    """The type of an error and the place where it was raised, without any value."""
    frames = extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def record_trouble(
    session: Session, subject: TroubleSubject, kind: str, now: datetime
) -> TroubleRow:
    """Note that a job failed once more; the pause before the next attempt doubles, to an hour."""
    row = find_trouble(session, subject)
    if row is None:
        row = TroubleRow(
            partnership_id=subject.partnership,
            job=subject.job,
            subject=subject.subject,
            since=now,
            attempts=0,
        )
        session.add(row)
    row.kind = kind
    row.attempts += 1
    # A clock that stood wrong, or a number of many digits, must not make a pause for ever.
    doublings = min(row.attempts - 1, 10)
    row.retry_at = now + min(LONGEST_PAUSE, SHORTEST_PAUSE * 2**doublings)
    return row


def note_openings(
    session: Session, looked: Collection[int], failed: Mapping[int, str], now: datetime
) -> None:
    """Note which partnerships' plans could not be carried out, by what was raised; not the others'.

    No pause follows: a round that opens late has less of its time left.
    """
    done = set(looked) - failed.keys()
    session.execute(
        delete(TroubleRow).where(TroubleRow.job == OPEN, TroubleRow.partnership_id.in_(done))
    )
    for partnership, kind in failed.items():
        subject = TroubleSubject(OPEN, partnership=partnership)
        record_trouble(session, subject, kind, now).retry_at = now + SHORTEST_PAUSE


def clear_trouble(session: Session, subject: TroubleSubject) -> None:
    """A job succeeded, or is no longer wanted."""
    session.execute(delete(TroubleRow).where(_match_subject(subject)))


def clear_all(session: Session, job: str, subject: int) -> None:
    """The same, whosever it was said to be."""
    session.execute(delete(TroubleRow).where(TroubleRow.job == job, TroubleRow.subject == subject))


def find_trouble(session: Session, subject: TroubleSubject) -> TroubleRow | None:
    """The trouble of a job, if it has any."""
    return session.scalar(select(TroubleRow).where(_match_subject(subject)))


def list_troubles(session: Session) -> list[tuple[TroubleRow, str | None]]:
    """Every trouble with the name of its partnership, the oldest first."""
    query = (
        select(TroubleRow, PartnershipRow.name)
        .outerjoin(PartnershipRow, PartnershipRow.id == TroubleRow.partnership_id)
        .order_by(TroubleRow.since, TroubleRow.id)
    )
    return [(row, name) for row, name in session.execute(query)]


def list_subjects(session: Session, job: str) -> frozenset[int]:
    """What every trouble of a job is about."""
    return frozenset(session.scalars(select(TroubleRow.subject).where(TroubleRow.job == job)))


def retry_now(session: Session, trouble_id: int, now: datetime) -> TroubleRow | None:
    """Let a job be tried again at once; None where there is no such trouble."""
    row = session.get(TroubleRow, trouble_id)
    if row is not None:
        row.retry_at = now
    return row


def is_waiting(session: Session, subject: TroubleSubject, now: datetime) -> bool:
    """Whether a job has failed, and its pause is not over."""
    row = find_trouble(session, subject)
    return row is not None and row.retry_at > now


class DueClosing(NamedTuple):
    """A round that is to be closed now, and whose it is."""

    round: int
    partnership: int


def list_due_closings(session: Session, now: datetime, most: int = 1000) -> list[DueClosing]:
    """The rounds of all partnerships that are to be closed now, those that wait longest first.

    Those whose time is over, and those whose closing began and did not end; none in a pause after
    a failure. A round in a state that nobody knows is closed at its time, as any other.
    """
    paused = exists().where(
        TroubleRow.job == CLOSE, TroubleRow.subject == RoundRow.id, TroubleRow.retry_at > now
    )
    over = or_(RoundRow.closes_at <= now, RoundRow.state == RoundStatus.CLOSING)
    # A moment that is none: nobody knows how long the answers may lie there.
    is_none: ColumnElement[bool] = ~func.isfinite(RoundRow.closes_at)
    if session.get_bind().dialect.name == "sqlite":
        is_none = RoundRow.closes_at.op("NOT GLOB")(literal("[0-9][0-9][0-9][0-9]-*", String))
    over = or_(over, is_none)
    query = (
        select(RoundRow.id, RoundRow.partnership_id)
        .where(RoundRow.state.not_in(_ENDED), over, ~paused)
        .order_by(RoundRow.closes_at, RoundRow.id)
        .limit(most)
    )
    return [DueClosing(*row) for row in session.execute(query)]


def _match_subject(subject: TroubleSubject) -> ColumnElement[bool]:
    return and_(
        TroubleRow.job == subject.job,
        TroubleRow.subject == subject.subject,
        TroubleRow.partnership_id == subject.partnership,
    )
