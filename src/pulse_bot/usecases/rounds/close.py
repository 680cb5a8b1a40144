"""Closing: tally, release, forget. Each step can be repeated after a crash at any point.

begin    no answer is taken any more
settle   in one transaction: open in memory, tally, decide, keep what can be said; delete envelopes,
         seats and invitations, whether or not anything could be said; closed
forget   destroy the key, and the keys of words that wait no more

What deleted rows leave in the files is `clean`'s.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.domain.partnership.audit_events import RoundClosed
from pulse_bot.errors import DamagedKey, KeyStoreError, PulseBotError, Refused, StorageError
from pulse_bot.ports import RoundKeys
from pulse_bot.storage import leftovers, partnerships, plans, rounds, troubles, waiting_words
from pulse_bot.storage.database import is_passing_error
from pulse_bot.storage.models import RoundRow
from pulse_bot.storage.troubles import TroubleSubject
from pulse_bot.usecases import audit_log
from pulse_bot.usecases.commitments import follow_up
from pulse_bot.usecases.context import OPERATOR, Installation
from pulse_bot.usecases.note_trouble import note_trouble
from pulse_bot.usecases.rounds.make_digest import keep_apology, keep_digest

_log = logging.getLogger(__name__)

LONGEST_WAIT: Final = timedelta(days=1)
"""For a key store that is away. Then the answers are destroyed unread: they were promised to be
gone at the deadline, and nobody knows whether the keys ever come back."""


def close_round(installation: Installation, round_id: int) -> None:
    """Close a round, or finish its closing; harmless where it is closed.

    Raises StorageError and KeyStoreError where it could not be settled now: it has a trouble then,
    and is due again after a pause. A key that could not be destroyed is left to the sweep.
    """
    try:
        words_rounds = _list_words_rounds(installation, round_id)
        begin_closing(installation, round_id)
        settle_round(installation, round_id)
    except Exception as error:
        note_trouble(installation, _subject(installation, troubles.CLOSE, round_id), error)
        raise
    # Each for itself: what keeps one key keeps no other.
    for forget, numbers in ((forget_rounds, [round_id]), (forget_words, words_rounds)):
        try:
            forget(installation, numbers)
        except (StorageError, KeyStoreError) as error:
            extra = _whose(installation, round_id)
            _log.warning("A key could not be destroyed yet. %s", error, extra=extra)


def _list_words_rounds(installation: Installation, round_id: int) -> frozenset[int]:
    """The rounds whose words keys may have ended once this one is closed."""
    with installation.database.read() as session:
        owner = rounds.find_owner(session, round_id)
        return waiting_words.list_words_rounds(session, owner) | {round_id}


def _subject(installation: Installation, job: str, round_id: int) -> TroubleSubject:
    """What a trouble is about; of no partnership where that cannot be read just now."""
    try:
        with installation.database.read() as session:
            return _find_subject(session, job, round_id)
    except PulseBotError:
        return TroubleSubject(job, round_id)


def _whose(installation: Installation, round_id: int) -> dict[str, int]:
    """What a line of the log names."""
    subject = _subject(installation, troubles.CLOSE, round_id)
    return {"partnership": subject.partnership, "round": round_id}


def _find_subject(session: Session, job: str, round_id: int) -> TroubleSubject:
    return TroubleSubject(job, round_id, rounds.find_owner(session, round_id))


def close_round_now(installation: Installation, name: str) -> int:
    """Close the open round at an operator's word; returns its number. Raises Refused."""
    with installation.database.write() as session:
        partnership = partnerships.find_partnership(session, name)
        newest = rounds.latest_round(session, partnership.id)
        if newest is None or newest.state in (RoundStatus.CLOSED, RoundStatus.LOST):
            raise Refused(f"No round of {name} is open.")
        closed = RoundClosed(newest.number)
        audit_log.record(session, installation, partnership.id, OPERATOR, closed)
    close_round(installation, newest.id)
    return newest.number


def begin_closing(installation: Installation, round_id: int) -> None:
    """Take no answer any more. The other runner is every worker that writes envelopes."""
    with installation.database.write() as session:
        if rounds.move_round(session, round_id, RoundStatus.CLOSING):
            # An operator may close early; members are told when it was.
            rounds.bring_closing_forward(session, round_id, installation.clock.now())


def settle_round(installation: Installation, round_id: int) -> None:
    """Say what can be said, and delete what members gave, in one transaction.

    A round whose key is gone is lost. Raises StorageError, and KeyStoreError while the key store is
    away and may come back.
    """
    try:
        keys = installation.keys.load(round_id)
        if keys is None:
            declare_lost(installation, round_id)
            return
    except KeyStoreError as error:
        if not _is_hopeless(installation, round_id, error):
            raise
        keys = None
        extra = _whose(installation, round_id)
        _log.error(
            "The key of a round cannot be read. Its answers are destroyed unread.", extra=extra
        )
    with installation.database.write() as session:
        # The other runner is a second worker that closes the same round: one of them gets here.
        if rounds.move_round(session, round_id, RoundStatus.CLOSED):
            _keep_what_can_be_said(session, installation, round_id, keys)
            _let_go(session, installation, round_id)


def _keep_what_can_be_said(
    session: Session, installation: Installation, round_id: int, keys: RoundKeys | None
) -> None:
    """A digest; where that fails, that there is none. What fails here never stops the destruction.

    Only a database that is away or busy does, because then nothing can be destroyed either; where
    it has seemed so for a day, and this transaction goes on, it is none of that.
    """
    is_overdue = _is_overdue(session, installation, round_id)
    attempts: list[Callable[[Session, Installation, int], None]] = [keep_apology]
    if keys is not None:
        whole, parts = (
            partial(keep_digest, keys=keys, careful=careful) for careful in (False, True)
        )
        attempts = [whole, parts, keep_apology]
    for keep in attempts:
        try:
            with session.begin_nested():
                keep(session, installation, round_id)
        except Exception as error:
            # Whether a key store that is away holds keys of words is known when it is back.
            is_passing = is_passing_error(error) or isinstance(error, KeyStoreError)
            if is_passing and not is_overdue:
                raise
            _log.exception("One way to make a digest failed.", extra={"round": round_id})
        else:
            return


def _is_hopeless(installation: Installation, round_id: int, error: KeyStoreError) -> bool:
    """Whether waiting for a key is of no use, or has been long enough."""
    if isinstance(error, DamagedKey):
        return True
    with installation.database.read() as session:
        return _is_overdue(session, installation, round_id)


def _is_overdue(session: Session, installation: Installation, round_id: int) -> bool:
    """Whether a closing has been tried for as long as it may be."""
    trouble = troubles.find_trouble(session, _find_subject(session, troubles.CLOSE, round_id))
    return trouble is not None and installation.clock.now() >= trouble.since + LONGEST_WAIT


def _let_go(session: Session, installation: Installation, round_id: int) -> None:
    """Delete what a round that is over holds of its members, and note that the files hold it."""
    owner = rounds.find_owner(session, round_id)
    rounds.erase_members(session, round_id)
    waiting_words.age_words(session, round_id, owner)
    plans.look_again(session, owner)
    leftovers.note_leftovers(session, installation.clock.now())
    troubles.clear_trouble(session, _find_subject(session, troubles.CLOSE, round_id))
    troubles.clear_all(session, troubles.FROZEN, round_id)


def forget_rounds(installation: Installation, round_ids: Iterable[int]) -> None:
    """Destroy the keys of rounds that are over: each for itself, whatever hinders another.

    Raises StorageError, and KeyStoreError for the first key that could not be destroyed.
    """
    with installation.database.read() as session:
        over = rounds.find_ended(session, round_ids)
    if not over:
        return
    gone, failures = _destroy_each(over, installation.keys.destroy)
    installation.database.truncate_log()
    with installation.database.write() as session:
        rounds.mark_forgotten(session, gone)
    _settle_troubles(installation, troubles.FORGET, gone, failures)


def forget_words(installation: Installation, round_ids: Collection[int]) -> None:
    """Destroy those of some words keys under which nothing waits, and nothing will.

    Raises StorageError and KeyStoreError.
    """
    if not round_ids:
        return
    kept = installation.keys.list_words_keys().intersection(round_ids)
    with installation.database.read() as session:
        over = troubles.list_subjects(session, troubles.FORGET_WORDS).intersection(round_ids)
        needless = waiting_words.find_needless(session, kept | over)
    gone, failures = _destroy_each(needless, installation.keys.destroy_words_key)
    _settle_troubles(installation, troubles.FORGET_WORDS, gone, failures)


def _destroy_each(
    round_ids: Iterable[int], destroy: Callable[[int], None]
) -> tuple[list[int], dict[int, KeyStoreError]]:
    """Those whose key is gone now, and what kept the others."""
    gone, failures = [], {}
    for round_id in sorted(round_ids):
        try:
            destroy(round_id)
        except KeyStoreError as error:
            failures[round_id] = error
        else:
            gone.append(round_id)
    return gone, failures


def _settle_troubles(
    installation: Installation, job: str, gone: Iterable[int], failures: Mapping[int, KeyStoreError]
) -> None:
    """Each key that stays is a trouble, until it is gone. Raises the first of what kept them."""
    for round_id, error in failures.items():
        note_trouble(installation, _subject(installation, job, round_id), error)
    with installation.database.read() as session:
        over = troubles.list_subjects(session, job).intersection(gone)
    if over:
        with installation.database.write() as session:
            for round_id in over:
                troubles.clear_trouble(session, _find_subject(session, job, round_id))
    if failures:
        raise next(iter(failures.values()))


def declare_lost(installation: Installation, round_id: int) -> None:
    """Give up a round whose key is gone: nobody can read it, and members are asked again."""
    with installation.database.write() as session:
        row = session.get(RoundRow, round_id)
        if row is None or not rounds.move_round(session, round_id, RoundStatus.LOST):
            return
        try:
            with session.begin_nested():
                follow_up.ask_lost_again(session, rounds.salvage_round(row)[0])
        except Exception as error:
            if is_passing_error(error):
                raise
            _log.exception("What is asked again could not be read.", extra={"round": round_id})
        _let_go(session, installation, round_id)
        extra = {"partnership": row.partnership_id, "round": round_id}
        _log.error("The key of a round is gone. Its answers were destroyed unread.", extra=extra)
