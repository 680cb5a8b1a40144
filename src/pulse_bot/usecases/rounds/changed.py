"""Rounds that are not as they were frozen: looked for, and said to operators and to members."""

from __future__ import annotations

import logging

from sqlalchemy.orm import Session

from pulse_bot.crypto.authenticity import FrozenPart
from pulse_bot.domain.partnership.audit_events import RoundChanged
from pulse_bot.errors import ForgedRound, KeyStoreError, PulseBotError
from pulse_bot.ports import RoundKeys
from pulse_bot.storage import authenticity, troubles
from pulse_bot.storage.authenticity import UnclosedRound
from pulse_bot.storage.models import RoundRow
from pulse_bot.storage.troubles import TroubleSubject
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.context import PULSE_BOT, Installation
from pulse_bot.usecases.frozen_rounds import note_suspect

_log = logging.getLogger(__name__)


def look_for_changes(installation: Installation) -> frozenset[int]:
    """Look at what was suspected, and at times, keys and seats of all open rounds.

    Returns the rounds that nobody knows when to close, because their times were changed. What
    cannot be looked at now is looked at the next time; one round keeps no other from it.
    """
    endless = frozenset(_check_unclosed(installation))
    with installation.database.read() as session:
        troubled = troubles.list_subjects(session, troubles.FROZEN)
    for round_id in sorted(installation.suspects | troubled):
        try:
            _look_again(installation, round_id)
        except PulseBotError as error:
            _log.error("A round could not be looked at. %s", error, extra={"round": round_id})
        except Exception:
            _log.exception("A round could not be looked at.", extra={"round": round_id})
    return endless


def note_changed(session: Session, installation: Installation, forged: ForgedRound) -> None:
    """Keep what was changed as a trouble; the first time, write it into everybody's log, too."""
    row = session.get_one(RoundRow, forged.round)
    subject = TroubleSubject(troubles.FROZEN, row.id, row.partnership_id)
    if troubles.find_trouble(session, subject) is None:
        note_suspect(installation, forged)
        changed = RoundChanged(row.number)
        audit_log.record(session, installation, row.partnership_id, PULSE_BOT, changed)
    troubles.record_trouble(session, subject, str(forged), installation.clock.now())


def _check_unclosed(installation: Installation) -> list[int]:
    """The rounds whose times were changed. What is as it was the last time costs no key."""
    with installation.database.read() as session:
        unclosed = authenticity.list_unclosed(session)
    known = installation.seen_unchanged
    for round_id in known.keys() - {one.row.id for one in unclosed}:
        known.pop(round_id, None)
    endless = []
    for one in unclosed:
        round_id, seen = one.row.id, _list_seen(one)
        keys = None if known.get(round_id) == seen else _load_keys(installation, round_id)
        if keys is None:
            continue
        if changed := authenticity.find_obvious_changes(one, keys):
            parts = tuple(part.value for part in changed)
            note_suspect(installation, ForgedRound(round_id, parts))
            endless += [round_id] if FrozenPart.TIMES in changed else []
        else:
            known[round_id] = seen
    return endless


def _list_seen(unclosed: UnclosedRound) -> tuple[object, ...]:
    row = unclosed.row
    times = (row.opens_at, row.closes_at, row.closes_by)
    whose = (row.partnership_id, row.number)
    return (*whose, *times, row.public_key, row.roster_size, unclosed.seats, row.mac)


def _load_keys(installation: Installation, round_id: int) -> RoundKeys | None:
    try:
        return installation.keys.load(round_id)
    except KeyStoreError:
        # Said where a key is needed. Without one nobody can answer, or tell what was changed.
        return None


def _look_again(installation: Installation, round_id: int) -> None:
    keys = installation.keys.load(round_id)
    if keys is None:
        installation.suspects.discard(round_id)
        return
    with installation.database.write() as session:
        changed = authenticity.list_all_changes(session, round_id, keys)
        if changed:
            parts = tuple(part.value for part in changed)
            note_changed(session, installation, ForgedRound(round_id, parts))
        else:
            troubles.clear_all(session, troubles.FROZEN, round_id)
    installation.suspects.discard(round_id)
