"""The tick: ask the schedule of every partnership what is due, and give it out as jobs."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulse_bot.domain.asking import schedule
from pulse_bot.domain.asking.rounds import State
from pulse_bot.domain.asking.schedule import (
    Action,
    Announce,
    Close,
    Count,
    Deliver,
    Hand,
    Open,
    PartnershipState,
    Post,
    Remind,
    Reveal,
    RoundState,
    Show,
    Tell,
    Welcome,
)
from pulse_bot.domain.asking.workshop import Arranged
from pulse_bot.ports import Job
from pulse_bot.storage import columns, groups, partnerships, posts, rounds, seedings
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.usecases.chats import announcements
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.thresholds import BLOCK
from pulse_bot.usecases.rounds.sweep import sweep
from pulse_bot.usecases.workshops import deliver_pack

_log = logging.getLogger(__name__)

_SENDING = ("deliver", "remind")
"""Jobs of one workspace: their last two args are adapter and workspace."""


def tick(
    installation: Installation,
    now: datetime,
    live: Iterable[str],
    adapters: frozenset[str] | None = None,
) -> list[Job]:
    """The jobs that are due now. `live` has the keys of jobs that are waiting or running.

    What needs an adapter that is not among `adapters` waits until it is switched on; None is all.
    """
    sweep(installation)
    with installation.database.read() as session:
        rows = session.scalars(select(PartnershipRow).order_by(PartnershipRow.id)).all()
        jobs = [job for row in rows for job in _due(session, row, now, adapters)]
    # The engine leases nothing: work that stopped half-way is given out anew, unless it is live.
    running = {_stem(key) for key in live}
    return [job for job in jobs if _stem(job.key) not in running]


def _due(
    session: Session, row: PartnershipRow, now: datetime, adapters: frozenset[str] | None
) -> list[Job]:
    try:
        state = _state(session, row, now, adapters)
        return [
            job
            for action in schedule.due(state, now)
            for job in _jobs(session, action, row.id, now)
            if job.name not in _SENDING or adapters is None or job.args[-2] in adapters
        ]
    except (ValueError, KeyError):
        # A time zone that is gone, a plan that is no longer allowed: the others go on.
        _log.exception("Nothing can be planned here.", extra={"partnership": row.id})
        return []


def _state(
    session: Session, row: PartnershipRow, now: datetime, adapters: frozenset[str] | None
) -> PartnershipState:
    planned = partnerships.programme(session, row.id)
    newest = rounds.latest(session, row.id)
    return PartnershipState(
        id=row.id,
        calendar=partnerships.calendar(session, row),
        programme=planned[0] if planned else None,
        since=planned[1] if planned else None,
        latest=_round_state(session, newest, now, adapters) if newest else None,
        unposted=posts.unposted(session, row.id, adapters),
        lost=groups.gone(session, row.id),
        unshown=groups.welcoming(session, row.id, columns.Welcome.DUE, adapters),
        unwelcomed=groups.welcoming(session, row.id, columns.Welcome.SHOWN, adapters),
        limit=row.weekly_limit,
        asked=seedings.asked(session, row.id, now),
        seedings=seedings.planned(session, row.id),
        held=seedings.held(session, row.id),
        unhanded=deliver_pack.unhanded(session, row.id, adapters),
        unannounced=announcements.unannounced(session, row.id, adapters, now),
    )


def _round_state(
    session: Session, newest: RoundRow, now: datetime, adapters: frozenset[str] | None
) -> RoundState:
    state = rounds.as_state(session, newest, now)
    here = newest.partnership_id
    # Itself, the first of a block, is among those that count.
    seeding = seedings.of_round(session, newest.id)
    weekly = seeding is None or seeding.arranged is Arranged.MERGED
    first = weekly and newest.state is State.OPEN and rounds.not_lost(session, here) % BLOCK == 1
    uncounted = groups.uncounted(session, here, newest.number, adapters) if first else ()
    return replace(state, uncounted=uncounted, seeding=seeding.id if seeding else 0)


def _jobs(session: Session, action: Action, partnership: int, now: datetime) -> Iterator[Job]:
    here = f"partnership/{partnership}"
    match action:
        case Deliver():
            yield deliver_job(action.round, action.adapter, action.workspace, now)
        case Remind():
            for adapter, workspace in rounds.workspaces(session, action.round):
                args = (action.round, action.which, adapter, workspace)
                yield _job("remind", args, f"{adapter}/{workspace}", now)
        case Post():
            yield post_job(action.round, partnership, now)
        case _:
            yield _job(*_named(action, partnership), here, now)


def _named(
    action: Open | Close | Tell | Count | Show | Welcome | Hand | Reveal | Announce,
    partnership: int,
) -> tuple[str, tuple[int | str, ...]]:
    """The job of what happens once in a partnership."""
    match action:
        case Open():
            opening = (action.slot.isoformat(), action.closes_at.isoformat(), int(action.again))
            seeding = (action.seeding,) if action.seeding else ()
            return "open", (partnership, *opening, *seeding)
        case Close() | Reveal():
            return type(action).__name__.lower(), (action.round,)
        case Count():
            return "count", (action.round, action.group)
        case Hand():
            return "hand", (action.seeding,)
        case Tell() | Show() | Welcome() | Announce():
            return type(action).__name__.lower(), (action.group,)


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


def _stem(key: str) -> str:
    return key.partition("@")[0]
