"""Rounds whose time has come: closed, opened, and digests revealed. Each partnership on its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from pulse_bot.domain.asking import schedule
from pulse_bot.errors import Refused
from pulse_bot.storage import partnerships, plans, seedings, troubles
from pulse_bot.storage.models import PartnershipRow
from pulse_bot.storage.troubles import TroubleSubject
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.note_trouble import note_trouble
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.open_round import open_round
from pulse_bot.usecases.workshops import pack

_log = logging.getLogger(__name__)

SHARDS: Final = 4
"""Partnerships are worked off in so many rows, each by one worker at a time."""
AT_ONCE: Final = 20
"""Rounds between two looks at what is to be sent."""
_LOOK_TAKES: Final = timedelta(minutes=1)
"""After a crash in the middle of a look, plans are looked at again after so long."""


def find_due_shards(installation: Installation, now: datetime) -> frozenset[int]:
    """The shards in which something is due."""
    with installation.database.read() as session:
        closings = troubles.list_due_closings(session, now)
        looks = plans.list_due_looks(session, now, SHARDS * AT_ONCE)
    revealed = _list_due_reveals(installation, now)
    owners = {owner for _, owner in closings} | {owner for _, owner in revealed} | set(looks)
    return frozenset(owner % SHARDS for owner in owners)


def work_off_rounds(installation: Installation, shard: int) -> bool:
    """Close, reveal and open some of what is due in a shard; returns whether there is more."""
    now = installation.clock.now()
    with installation.database.read() as session:
        closings = [
            (round_id, owner)
            for round_id, owner in troubles.list_due_closings(session, now)
            if owner % SHARDS == shard
        ]
    for round_id, owner in closings[:AT_ONCE]:
        _run_guarded(partial(_close_round, installation, round_id, owner), owner, "closed")
    for round_id, owner in _list_due_reveals(installation, now):
        if owner % SHARDS == shard:
            _reveal_pack(installation, round_id, owner)
    looked = _open_due(installation, now, shard)
    return len(closings) > AT_ONCE or looked == AT_ONCE


def _close_round(installation: Installation, round_id: int, owner: int) -> None:
    close_round(installation, round_id)
    extra = {"partnership": owner, "round": round_id}
    _log.info("A round is over; its key is destroyed.", extra=extra)


def _reveal_pack(installation: Installation, round_id: int, owner: int) -> None:
    reveal = partial(pack.reveal_pack, installation, round_id)
    subject = TroubleSubject(troubles.REVEAL, round_id, owner)
    error = _run_guarded(reveal, owner, "revealed")
    if error is not None:
        note_trouble(installation, subject, error)
        return
    with installation.database.write() as session:
        troubles.clear_trouble(session, subject)


def _run_guarded(work: Callable[[], object], partnership: int, what: str) -> Exception | None:
    """Do it; returns what it raised. The others go on, and this one is due again a tick later."""
    try:
        work()
    except Exception as error:
        _log.exception("A round could not be %s.", what, extra={"partnership": partnership})
        return error
    return None


def _list_due_reveals(installation: Installation, now: datetime) -> list[tuple[int, int]]:
    """(round, partnership) of held digests that are to be opened to everybody now."""
    with installation.database.read() as session:
        due = []
        for round_id, owner, day in seedings.list_held(session):
            calendar = partnerships.load_calendar(session, session.get_one(PartnershipRow, owner))
            if now >= schedule.workshop_end(day, calendar):
                due.append((round_id, owner))
        return due


def _open_due(installation: Installation, now: datetime, shard: int) -> int:
    """Open what is to open in some partnerships; returns how many were looked at."""
    again = now + _LOOK_TAKES
    with installation.database.write() as session:
        looks = plans.list_due_looks(session, now, AT_ONCE, shard, SHARDS)
        plans.begin_looks(session, looks, again)
    with installation.database.read() as session:
        snapshots = plans.load_snapshots(session, looks, now)
    upcoming: dict[int, datetime] = {}
    failed = dict.fromkeys(set(looks) - {snapshot.id for snapshot in snapshots}, "UnreadablePlan")
    for snapshot in snapshots:
        look = partial(_look_at_plan, installation, snapshot, now, upcoming)
        error = _run_guarded(look, snapshot.id, "opened")
        if error is not None:
            failed[snapshot.id] = troubles.describe_error(error)
    with installation.database.write() as session:
        plans.end_looks(session, again, upcoming)
        troubles.note_openings(session, looks, failed, now)
    return len(looks)


def _look_at_plan(
    installation: Installation,
    snapshot: schedule.PartnershipSnapshot,
    now: datetime,
    upcoming: dict[int, datetime],
) -> None:
    """Open what is to open in one partnership, and note when to look again."""
    plan = schedule.find_due_opening(snapshot, now)
    upcoming[snapshot.id] = schedule.find_next_look(snapshot, now)
    if plan is not None:
        _open_round(installation, plan)


def _open_round(installation: Installation, plan: schedule.OpenRound) -> None:
    try:
        round_id = open_round(installation, plan)
    except Refused as refused:
        _log.info("No round was opened. %s", refused, extra={"partnership": plan.partnership})
        return
    if round_id is not None:
        extra = {"partnership": plan.partnership, "round": round_id}
        _log.info("A round is open.", extra=extra)
