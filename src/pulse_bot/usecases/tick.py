"""The tick: ask the schedule of every partnership what is due, and give it out as jobs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulse_bot.domain import schedule
from pulse_bot.domain.schedule import Action, Close, Deliver, Open, PartnershipState, Post, Remind
from pulse_bot.ports import Job
from pulse_bot.storage import partnerships, posts, rounds
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.usecases.installation import Installation
from pulse_bot.usecases.sweep import sweep


def tick(installation: Installation, now: datetime, live: Iterable[str]) -> list[Job]:
    """The jobs that are due now. `live` has the keys of jobs that are waiting or running."""
    sweep(installation)
    running = tuple(live)
    with installation.database.read() as session:
        jobs = [
            job
            for row in session.scalars(select(PartnershipRow).order_by(PartnershipRow.id))
            for action in schedule.due(_state(session, row, now), now)
            for job in _jobs(session, action, row.id, now)
        ]
    # The engine leases nothing: work that stopped half-way is given out anew, unless it is live.
    return [job for job in jobs if not any(key.startswith(_stem(job)) for key in running)]


def _state(session: Session, row: PartnershipRow, now: datetime) -> PartnershipState:
    planned = partnerships.programme(session, row.id)
    newest = rounds.latest(session, row.id)
    return PartnershipState(
        id=row.id,
        calendar=partnerships.calendar(session, row),
        programme=planned[0] if planned else None,
        since=planned[1] if planned else None,
        latest=rounds.as_state(session, newest, now) if newest else None,
        unposted=posts.unposted(session, row.id),
    )


def _jobs(session: Session, action: Action, partnership: int, now: datetime) -> Iterator[Job]:
    here = f"partnership/{partnership}"
    match action:
        case Open():
            opening = (action.slot.isoformat(), action.closes_at.isoformat(), int(action.again))
            yield _job("open", (partnership, *opening), here, now)
        case Deliver():
            yield deliver_job(action.round, action.adapter, action.workspace, now)
        case Remind():
            for adapter, workspace in rounds.workspaces(session, action.round):
                args = (action.round, action.which, adapter, workspace)
                yield _job("remind", args, f"{adapter}/{workspace}", now)
        case Close():
            yield _job("close", (action.round,), here, now)
        case Post():
            yield post_job(action.round, partnership, now)


def deliver_job(round_id: int, adapter: str, workspace: str, now: datetime) -> Job:
    """Send the waiting cards of a round in one workspace, which has one sender in the cluster."""
    return _job("deliver", (round_id, adapter, workspace), f"{adapter}/{workspace}", now)


def post_job(round_id: int, partnership: int, now: datetime) -> Job:
    """Post a digest."""
    return _job("post", (round_id,), f"partnership/{partnership}", now)


def _job(name: str, args: tuple[int | str, ...], partition: str, now: datetime) -> Job:
    # The minute makes the key new when the same work is due again, and the same for two workers.
    stem = ":".join((name, *map(str, args)))
    return Job(name, args, f"{stem}@{now:%Y-%m-%dT%H:%M}", partition)


def _stem(job: Job) -> str:
    return job.key.partition("@")[0] + "@"
