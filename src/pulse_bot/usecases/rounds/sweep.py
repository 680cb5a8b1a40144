"""The sweep at start-up and with every tick: keys and rounds that do not belong together.

It destroys what nobody can bring back, so it acts on nothing but the word of a key store that has
proven to be this database's own (decisions, Keys prove themselves). Whatever fails belongs to one
round, and is tried again with the next sweep.
"""

from __future__ import annotations

import logging

from pulse_bot.errors import KeyStoreError, PulseBotError, StorageError
from pulse_bot.storage import history, key_identity, leftovers, rounds, troubles
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.changed import look_for_changes
from pulse_bot.usecases.rounds.close import (
    begin_closing,
    declare_lost,
    forget_rounds,
    forget_words,
)

_log = logging.getLogger(__name__)


def sweep_rounds(installation: Installation) -> None:
    """Give up open rounds whose key is gone, end those that were changed so that nobody knows when
    they close, and forget rounds, words and sums that are over.
    """
    try:
        key_rounds = installation.keys.list_rounds()
        words_rounds = installation.keys.list_words_keys()
    except KeyStoreError as error:
        # A wrong folder, one that is not mounted, a server that is away: no reason to destroy.
        _log.error("Rounds were not swept. %s", error)
        return
    with installation.database.read() as session:
        unclosed = key_identity.list_unclosed_keys(session)
    for round_id in unclosed.keys() - key_rounds:
        _give_up_keyless(installation, round_id)
    for round_id in look_for_changes(installation):
        _end_now(installation, round_id)
    with installation.database.read() as session:
        over = rounds.find_ended(session, key_rounds) | rounds.list_unforgotten(session)
        words_rounds |= troubles.list_subjects(session, troubles.FORGET_WORDS)
    _forget_old_lots(installation)
    for forget, numbers in ((forget_rounds, over), (forget_words, words_rounds)):
        try:
            forget(installation, numbers)
        except (StorageError, KeyStoreError) as error:
            # Somebody reads the file, a backup perhaps. Rounds must open and close all the same.
            _log.warning("What closed rounds left behind could not be cleaned yet. %s", error)


def _forget_old_lots(installation: Installation) -> None:
    """A theme, or a partnership, that is asked no more has no close at which they would go."""
    now = installation.clock.now()
    with installation.database.read() as session:
        if not history.has_old_lots(session, now):
            return
    with installation.database.write() as session:
        history.forget_old_lots(session, now)
        leftovers.note_leftovers(session, now)


def _end_now(installation: Installation, round_id: int) -> None:
    """Begin to close a round: how long its answers would lie there is a forger's choice."""
    try:
        begin_closing(installation, round_id)
    except PulseBotError as error:
        _log.error("A round stays as it is. %s", error, extra={"round": round_id})


def _give_up_keyless(installation: Installation, round_id: int) -> None:
    try:
        # Looked at again, because the listing of keys is older than the list of rounds.
        if installation.keys.load(round_id) is None:
            declare_lost(installation, round_id)
    except PulseBotError as error:
        _log.error("A round without a key stays as it is. %s", error, extra={"round": round_id})
    except Exception:
        # A row that cannot be read: the others go on.
        _log.exception("A round without a key stays as it is.", extra={"round": round_id})
