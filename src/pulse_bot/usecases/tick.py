"""The tick: ask the database what is due, in a handful of queries, and give it out as jobs."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from pulse_bot.ports import Job
from pulse_bot.storage import outbox
from pulse_bot.usecases import due
from pulse_bot.usecases.chats import announcements, undelivered
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.clean import is_cleaning_due
from pulse_bot.usecases.rounds.sweep import sweep_rounds

ROUNDS_JOB: Final = "rounds"
"""Close, reveal and open what is due; its argument is a shard."""
SEND_JOB: Final = "send"
"""Send what is due in a workspace; its arguments are adapter and workspace."""
CLEAN_JOB: Final = "clean"
"""Clean the files of what was deleted."""


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
    with installation.database.write() as session:
        outbox.give_up_old(session, now)
        announcements.plan_announcements(session, now)
        undelivered.report_overdue(session, installation, now)
    jobs = [_rounds_job(shard, now) for shard in sorted(due.find_due_shards(installation, now))]
    jobs += find_send_jobs(installation, now, adapters)
    if is_cleaning_due(installation, now):
        jobs.append(_make_job(CLEAN_JOB, (), CLEAN_JOB, now))
    # The engine leases nothing: work that stopped half-way is given out anew, unless it is live.
    running = {_key_stem(key) for key in live}
    return [job for job in jobs if _key_stem(job.key) not in running]


def find_send_jobs(
    installation: Installation, now: datetime, adapters: frozenset[str] | None = None
) -> list[Job]:
    """A job for each workspace in which something is to be sent now."""
    with installation.database.read() as session:
        workspaces = outbox.list_due_workspaces(session, now, adapters)
    return [
        # One owner of a bot in the whole cluster.
        _make_job(SEND_JOB, workspace, "/".join(workspace), now)
        for workspace in workspaces
    ]


def _rounds_job(shard: int, now: datetime) -> Job:
    return _make_job(ROUNDS_JOB, (shard,), f"rounds/{shard}", now)


def _make_job(name: str, args: tuple[int | str, ...], partition: str, now: datetime) -> Job:
    # What is live is not given out; whatever else comes twice finds nothing to do.
    stem = ":".join((name, *map(str, args)))
    return Job(name, args, f"{stem}@{now:%Y-%m-%dT%H:%M}-{secrets.token_hex(4)}", partition)


def _key_stem(key: str) -> str:
    return key.rpartition("@")[0]
