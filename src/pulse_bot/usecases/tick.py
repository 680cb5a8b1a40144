"""The tick: ask the schedule of every partnership what is due, and give it out as jobs."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulse_bot.domain.asking import schedule
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.asking.schedule import (
    AnnounceChanges,
    CloseRound,
    CountMissing,
    DeliverInvitations,
    DeliverPack,
    DueAction,
    OpenRound,
    PartnershipSnapshot,
    PostDigest,
    RevealDigest,
    RoundSnapshot,
    SendReminders,
    SendWelcomes,
    ShowWelcome,
    TellLeads,
)
from pulse_bot.domain.asking.workshop import ArrangementKind
from pulse_bot.ports import Job
from pulse_bot.storage import columns, groups, partnerships, posts, rounds, seedings
from pulse_bot.storage.models import PartnershipRow, RoundRow
from pulse_bot.usecases.chats import announcements
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.thresholds import BLOCK
from pulse_bot.usecases.rounds.sweep import sweep_rounds
from pulse_bot.usecases.workshops import deliver_pack

_log = logging.getLogger(__name__)

_SENDING = ("deliver", "remind")
"""Jobs of one workspace: their last two args are adapter and workspace."""
_JOB_NAMES: Final[Mapping[type[DueAction], str]] = {
    CloseRound: "close",
    RevealDigest: "reveal",
    TellLeads: "tell",
    ShowWelcome: "show",
    SendWelcomes: "welcome",
    AnnounceChanges: "announce",
}
"""As `sending.jobs` knows them. The engine keeps them, so they do not follow a class's name."""


def find_due_jobs(
    installation: Installation,
    now: datetime,
    live: Iterable[str],
    adapters: frozenset[str] | None = None,
) -> list[Job]:
    """The jobs that are due now. `live` has the keys of jobs that are waiting or running.

    What needs an adapter that is not among `adapters` waits until it is switched on; None is all.
    """
    sweep_rounds(installation)
    with installation.database.read() as session:
        rows = session.scalars(select(PartnershipRow).order_by(PartnershipRow.id)).all()
        jobs = [job for row in rows for job in _find_partnership_jobs(session, row, now, adapters)]
    # The engine leases nothing: work that stopped half-way is given out anew, unless it is live.
    running = {_key_stem(key) for key in live}
    return [job for job in jobs if _key_stem(job.key) not in running]


def _find_partnership_jobs(
    session: Session, row: PartnershipRow, now: datetime, adapters: frozenset[str] | None
) -> list[Job]:
    try:
        state = _load_state(session, row, now, adapters)
        return [
            job
            for action in schedule.list_due_actions(state, now)
            for job in _make_jobs(session, action, row.id, now)
            if job.name not in _SENDING or adapters is None or job.args[-2] in adapters
        ]
    except (ValueError, KeyError):
        # A time zone that is gone, a plan that is no longer allowed: the others go on.
        _log.exception("Nothing can be planned here.", extra={"partnership": row.id})
        return []


def _load_state(
    session: Session, row: PartnershipRow, now: datetime, adapters: frozenset[str] | None
) -> PartnershipSnapshot:
    planned = partnerships.load_programme(session, row.id)
    newest = rounds.latest_round(session, row.id)
    return PartnershipSnapshot(
        id=row.id,
        calendar=partnerships.load_calendar(session, row),
        programme=planned[0] if planned else None,
        since=planned[1] if planned else None,
        latest=_load_round_state(session, newest, now, adapters) if newest else None,
        unposted=posts.list_unposted(session, row.id, adapters),
        lost_groups=groups.list_gone(session, row.id),
        unshown=groups.list_welcoming(session, row.id, columns.WelcomeState.DUE, adapters),
        unwelcomed=groups.list_welcoming(session, row.id, columns.WelcomeState.SHOWN, adapters),
        limit=row.weekly_limit,
        asked_before=seedings.list_asked_before(session, row.id, now),
        seedings=seedings.list_planned(session, row.id),
        held=seedings.list_held(session, row.id),
        unhanded=deliver_pack.find_undelivered(session, row.id, adapters),
        unannounced=announcements.find_unannounced(session, row.id, adapters, now),
    )


def _load_round_state(
    session: Session, newest: RoundRow, now: datetime, adapters: frozenset[str] | None
) -> RoundSnapshot:
    state = rounds.snapshot_round(session, newest, now)
    partnership_id = newest.partnership_id
    # Itself, the first of a block, is among those that count.
    seeding = seedings.find_seeding(session, newest.id)
    weekly = seeding is None or seeding.arranged is ArrangementKind.MERGED
    first = (
        weekly
        and newest.state is RoundStatus.OPEN
        and rounds.count_pulse_rounds(session, partnership_id) % BLOCK == 1
    )
    uncounted = (
        groups.list_uncounted(session, partnership_id, newest.number, adapters) if first else ()
    )
    return replace(state, uncounted=uncounted, seeding=seeding.id if seeding else 0)


def _make_jobs(
    session: Session, action: DueAction, partnership: int, now: datetime
) -> Iterator[Job]:
    partition = f"partnership/{partnership}"
    match action:
        case DeliverInvitations():
            yield deliver_job(action.round, action.adapter, action.workspace, now)
        case SendReminders():
            for adapter, workspace in rounds.list_workspaces(session, action.round):
                args = (action.round, action.which, adapter, workspace)
                yield _make_job("remind", args, f"{adapter}/{workspace}", now)
        case PostDigest():
            yield post_job(action.round, partnership, now)
        case _:
            yield _make_job(*_name_job(action, partnership), partition, now)


def _name_job(
    action: OpenRound
    | CloseRound
    | TellLeads
    | CountMissing
    | ShowWelcome
    | SendWelcomes
    | DeliverPack
    | RevealDigest
    | AnnounceChanges,
    partnership: int,
) -> tuple[str, tuple[int | str, ...]]:
    """The job of what happens once in a partnership."""
    match action:
        case OpenRound():
            opening = (action.slot.isoformat(), action.closes_at.isoformat(), int(action.again))
            seeding = (action.seeding,) if action.seeding else ()
            return "open", (partnership, *opening, *seeding)
        case CloseRound() | RevealDigest():
            return _JOB_NAMES[type(action)], (action.round,)
        case CountMissing():
            return "count", (action.round, action.group)
        case DeliverPack():
            return "hand", (action.seeding,)
        case TellLeads() | ShowWelcome() | SendWelcomes() | AnnounceChanges():
            return _JOB_NAMES[type(action)], (action.group,)


def deliver_job(round_id: int, adapter: str, workspace: str, now: datetime) -> Job:
    """Send the waiting cards of a round in one workspace, which has one sender in the cluster."""
    return _make_job("deliver", (round_id, adapter, workspace), f"{adapter}/{workspace}", now)


def post_job(round_id: int, partnership: int, now: datetime) -> Job:
    """Post a digest."""
    return _make_job("post", (round_id,), f"partnership/{partnership}", now)


def _make_job(name: str, args: tuple[int | str, ...], partition: str, now: datetime) -> Job:
    # The minute makes the key new when the same work is due again, and the same for two workers.
    stem = ":".join((name, *map(str, args)))
    return Job(name, args, f"{stem}@{now:%Y-%m-%dT%H:%M}", partition)


def _key_stem(key: str) -> str:
    return key.partition("@")[0]
